"""Keeps a case as the page does: what was shown, with a consent."""

from __future__ import annotations

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.local_cases.models import LocalCase
from diagnosis_app.review import keeping
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.review.judging import PFEIFFER

FILED = "consent-folder-12"


def keep(actor: Actor, run: Run, disease: str = PFEIFFER) -> LocalCase:
    offered = keeping.offer(actor, run, disease)
    return keeping.keep(
        actor, run, disease, gene=offered.kept.gene, consent="guardian", reference=FILED, shown=offered.digest
    )
