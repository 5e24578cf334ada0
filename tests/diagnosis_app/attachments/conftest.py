"""A case, and a letter of it in each state. No broker listens in these tests: nobody else reads a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.diagnosis_app.attachments import papers

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.attachments.models import Attachment
    from diagnosis_app.cases.models import Case
    from retrieval.snapshot import Snapshot


@pytest.fixture
def case(snapshot: Snapshot, actor: Actor, team: Any) -> Case:
    from diagnosis_app.accounts.policy import Verb
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content

    made = actions.create_case(actor, team.pk, read_content({"note": "Seen in March."}))
    return actions.find(actor, Verb.CASE_READ, made.pk)


@pytest.fixture
def waiting(actor: Actor, case: Case) -> Attachment:
    from diagnosis_app.attachments import actions

    return actions.add(actor, case, "LETTER.pdf", papers.pdf())


@pytest.fixture
def letter(waiting: Attachment) -> Attachment:
    from diagnosis_app.attachments import reading

    assert reading.carry(waiting.pk)
    waiting.refresh_from_db()
    return waiting
