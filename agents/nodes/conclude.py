"""The differential as it stands: in which order, how it moved, and whether one diagnosis explains the patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from agents.contract import CandidateRecord, Reason
from agents.environment import SHOWN
from agents.policies.situation import CLOSE
from agents.record import Record
from agents.state import Context, State
from agents.two_diseases import divided


def conclude(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    why = _why(dict(state.get("stopped") or {}), environment.record.candidates())
    with environment.step("conclude", why, state.get("round", 0)) as step:
        order = environment.record.candidates()
        apart = divided(environment.knowledge, environment.profile, order)
        first = _led_at_first(environment.record)
        step.got = {
            "leaders": [{"id": one.disease, "name": one.name} for one in order[:SHOWN]],
            "was_first": first,
            "same_first": bool(order) and order[0].disease == first,
            "divided": apart,
        }
        step.left = [f"{one.disease}:{one.rank}" for one in order]
    return {"reasons": [*environment.shortfalls(), *([str(Reason.TWO_DISEASES)] if apart else [])]}


def _why(stopped: dict[str, Any], order: Sequence[CandidateRecord]) -> dict[str, Any]:
    """Why nothing more was looked for, of the order as it stands: the sceptic spoke after that was decided."""
    if stopped.get("gap") is None or len(order) < 2:
        return stopped
    gap = order[0].score - order[1].score
    known = {**stopped, "gap": round(gap, 1), "name": order[0].name}
    if gap < CLOSE and stopped.get("because") == "nothing_would_change":
        return {**known, "because": "objections"}
    if gap >= CLOSE and stopped.get("because") in ("nobody_to_ask", "no_telling_question"):
        return {**known, "because": "nothing_would_change"}
    return known


def _led_at_first(record: Record) -> str:
    ranked = next((step for step in record.steps() if step.action == "rank"), None)
    leaders = ranked.got.get("leaders", ()) if ranked else ()
    return str(leaders[0]["id"]) if leaders else ""
