"""What would be kept of a confirmed case."""

from __future__ import annotations

import pytest
from django.utils import timezone

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.review import keeping, verdicts
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.review.judging import PFEIFFER

pytestmark = pytest.mark.django_db


def test_what_was_answered_on_asking_is_kept_with_the_case(actor: Actor, run: Run) -> None:
    verdicts.give(actor, run, PFEIFFER, "confirmed")
    before = keeping.offer(actor, run, PFEIFFER).kept
    run.questions.create(
        key="ask-0", seq=2, term="HP:0000316", label="Hypertelorism", answer="present", asked_at=timezone.now()
    )
    kept = keeping.offer(actor, run, PFEIFFER).kept
    assert set(kept.present) == {*before.present, "HP:0000316"} and kept.excluded == before.excluded
