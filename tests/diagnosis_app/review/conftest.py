from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import User
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from diagnosis_app.runs.models import Run


@pytest.fixture
def case(snapshot: object, actor: Actor, team: Any) -> Case:
    from tests.diagnosis_app.review.judging import made_case

    return made_case(actor, team)


@pytest.fixture
def run(actor: Actor, case: Case) -> Run:
    """An ended investigation."""
    from tests.diagnosis_app.review.judging import judged

    return judged(actor, case)


@pytest.fixture
def bo(team: Any) -> User:
    """A second clinician of the team."""
    from tests.diagnosis_app.review.judging import colleague

    return colleague("bo-second", team)
