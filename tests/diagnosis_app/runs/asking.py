"""Runs that ask: carried until they wait, by the worker's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from diagnosis_app.runs.models import Question, Run

# Three signs that many diseases of connective tissue share: nobody leads clearly, so there is something to ask.
TALL: dict[str, Any] = {
    "note": "Tall, with long fingers.",
    "findings": [{"term": term} for term in ("HP:0001166", "HP:0001083", "HP:0002616")],
    "sex": "male",
    "age": "P20Y",
}


def tall_case(actor: Actor, team: Any) -> Case:
    from diagnosis_app.accounts.policy import Verb
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content

    made = actions.create_case(actor, team.pk, read_content(TALL))
    return actions.find(actor, Verb.CASE_READ, made.pk)


def waiting_run(actor: Actor, case: Case) -> Run:
    """Asked, and let go of: nobody works on it."""
    from diagnosis_app.runs import actions, worker
    from diagnosis_app.runs.models import State

    run = actions.request_run(actor, case)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.state == State.WAITING
    return run


def open_question(run: Run) -> Question:
    return run.questions.get(answer="")
