"""A case that can be ranked, and runs of it in the states that a test needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.agents.conftest import ABSENT, PRESENT

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from diagnosis_app.runs.claim import Lease
    from diagnosis_app.runs.models import Run
    from diagnosis_app.runs.store import Store
    from retrieval.snapshot import Snapshot

CONTENT: dict[str, Any] = {
    "note": "Girl of 14 months with broad thumbs.",
    "findings": [
        *({"term": term} for term in PRESENT),
        *({"term": term, "status": "excluded"} for term in ABSENT),
        {"term": "HP:0001263", "status": "uncertain"},
    ],
    "unmapped": ["snores at night"],
    "sex": "female",
    "age": "P14M",
}


@pytest.fixture
def case(snapshot: Snapshot, actor: Actor, team: Any) -> Case:
    from diagnosis_app.accounts.policy import Verb
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content

    made = actions.create_case(actor, team.pk, read_content(CONTENT))
    return actions.find(actor, Verb.CASE_READ, made.pk)


@pytest.fixture
def run(actor: Actor, case: Case) -> Run:
    """A queued run that asks nothing. No broker listens here, so nobody else works on it."""
    from diagnosis_app.runs import actions

    return actions.request_run(actor, case, asks=False)


@pytest.fixture
def lease(run: Run) -> Lease:
    from diagnosis_app.runs.claim import claim

    taken = claim(run.pk)
    assert taken is not None
    return taken


@pytest.fixture
def store(lease: Lease) -> Store:
    from diagnosis_app.runs.store import Store

    return Store(lease.run_id, lease.fence)


@pytest.fixture
def silence() -> Callable[[Run], None]:
    """Lets the holder's lease run out, as if its machine had gone."""
    from django.utils import timezone

    from diagnosis_app.runs.models import Run

    def let_run_out(run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    return let_run_out
