from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from diagnosis_app.local_cases.models import LocalCase
    from diagnosis_app.runs.models import Run


@pytest.fixture
def case(snapshot: object, actor: Actor, team: Any) -> Case:
    from tests.diagnosis_app.review.judging import made_case

    return made_case(actor, team)


@pytest.fixture
def run(actor: Actor, case: Case) -> Run:
    """An ended investigation in which one diagnosis is confirmed."""
    from diagnosis_app.review import verdicts
    from tests.diagnosis_app.review.judging import PFEIFFER, judged

    made = judged(actor, case)
    verdicts.give(actor, made, PFEIFFER, "confirmed", "Ada Example has it.")
    return made


@pytest.fixture
def kept(actor: Actor, run: Run) -> LocalCase:
    """The case, kept."""
    from tests.diagnosis_app.local_cases.keeping import keep

    return keep(actor, run)


@pytest.fixture
def another(actor: Actor, team: Any) -> Callable[..., LocalCase]:
    """another(actor, team, **changes of the content) -> a kept case."""
    from diagnosis_app.review import verdicts
    from tests.diagnosis_app.local_cases.keeping import keep
    from tests.diagnosis_app.review.judging import PFEIFFER, judged, made_case

    def made(by: Actor = actor, of: Any = team, **changes: Any) -> LocalCase:
        run = judged(by, made_case(by, of, **changes))
        verdicts.give(by, run, PFEIFFER, "confirmed")
        return keep(by, run)

    return made
