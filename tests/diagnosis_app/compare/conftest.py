"""A case that is investigated again and again, with the real knowledge or with small snapshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.diagnosis_app.api.conftest import ask, stranger  # noqa: F401  fixtures
from tests.diagnosis_app.reanalysis.conftest import begin, knowledge, publish, shelf  # noqa: F401  fixtures
from tests.diagnosis_app.runs.conftest import CONTENT

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from diagnosis_app.compare.actions import Comparison
    from diagnosis_app.runs.models import Run
    from retrieval.snapshot import Snapshot


@pytest.fixture
def case(snapshot: Snapshot, actor: Actor, team: Any) -> Case:
    from diagnosis_app.accounts.policy import Verb
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content

    made = actions.create_case(actor, team.pk, read_content(CONTENT))
    return actions.find(actor, Verb.CASE_READ, made.pk)


@pytest.fixture
def investigate(actor: Actor) -> Callable[..., Run]:
    """investigate(case, **changed content): stores the change, and carries a run that asks nothing to its end."""
    from diagnosis_app.accounts.policy import Verb
    from diagnosis_app.cases import actions as cases
    from diagnosis_app.cases.content import read_content
    from diagnosis_app.runs import actions, worker

    def carry(case: Case, **changed: Any) -> Run:
        fresh = cases.find(actor, Verb.CASE_READ, case.pk)
        if changed:
            content = read_content({**cases.content_of(fresh.draft).stored(), **changed})
            cases.store_draft(actor, fresh, content, fresh.draft.revision)
        run = actions.request_run(actor, fresh, asks=False)
        worker.investigate(run.pk)
        run.refresh_from_db()
        return run

    return carry


@pytest.fixture
def compared(actor: Actor) -> Callable[..., Comparison]:
    """compared(case, a, b): the comparison of two runs, or of the newest two."""
    from diagnosis_app.compare import actions

    def compare(case: Case, a: Run | None = None, b: Run | None = None) -> Comparison:
        return actions.compare(actor, case, str(a.pk) if a else "", str(b.pk) if b else "")

    return compare
