"""Chooses what a clinician should look at next, among the questions that were computed, or says that none is worth its
burden. It adds none of its own and takes none away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.panel.questions import Computed, computed
from agents.panel.schemas import ids, obj, one_of
from agents.panel.table import Kept, Table
from agents.policies.situation import unanswerable

if TYPE_CHECKING:
    from agents.environment import Environment

OFFERED = 12
CHOSEN = 5
STOP, GO_ON = "yes", "no"


def plan(environment: Environment, table: Table) -> None:
    skip = unanswerable(environment.record.questions())
    found = computed(environment.knowledge.ranker.next_questions(environment.profile, skip=skip))[:OFFERED]
    if not found:
        return
    offered = {f"Q{n}": one for n, one in enumerate(found, 1)}

    def read(data: Mapping[str, Any]) -> Kept:
        chosen = dict.fromkeys(data["questions"])
        stops = data["stop"] == STOP
        got = {"next": [_told(offered[key]) for key in chosen], "stop": stops and not chosen, "best": _told(found[0])}
        return Kept(got, refused=int(stops and bool(chosen)))  # who chooses questions does not stop

    lines = [f"{key} {one}" for key, one in offered.items()]
    said = "THE QUESTIONS, the most telling first\n" + "\n".join(lines)
    schema = obj(questions=ids(list(offered), CHOSEN), stop=one_of((STOP, GO_ON)))
    table.ask(environment, "planner", "planner", said, schema, read, think=False)


def _told(one: Computed) -> dict[str, Any]:
    return {"term": one.question.term, "label": one.question.label, "gain": round(one.question.gain, 3)}
