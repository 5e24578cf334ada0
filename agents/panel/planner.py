"""Chooses what a clinician should look at next, among the questions that were computed. It adds none of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.panel.briefing import numbered
from agents.panel.schemas import ids, obj
from agents.panel.table import Kept, Table

if TYPE_CHECKING:
    from agents.environment import Environment

OFFERED = 12
CHOSEN = 5


def plan(environment: Environment, table: Table) -> None:
    found = environment.knowledge.ranker.next_questions(environment.profile).questions[:OFFERED]
    if not found:
        return
    offered = numbered("Q", [one.term for one in found])
    by_term = {one.term: one for one in found}

    def read(data: Mapping[str, Any]) -> Kept:
        chosen = dict.fromkeys(offered[key] for key in data["questions"] if key in offered)
        told = [{"term": term, "label": by_term[term].label, "gain": round(by_term[term].gain, 3)} for term in chosen]
        return Kept({"next": told})

    lines = [f"{key} {by_term[term].label}" for key, term in offered.items()]
    said = "THE QUESTIONS, the most telling first\n" + "\n".join(lines)
    table.ask(environment, "planner", "planner", said, obj(questions=ids(list(offered), CHOSEN)), read, think=False)
