"""Tries to break each leader. Where one falls or loses its lead, the investigation goes back with a target,
at most twice."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.environment import ROUNDS
from agents.objections import OBJECTION
from agents.state import Context, State


def challenge(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    round = state.get("round", 0)
    key = f"challenge-{round + 1}" if round else "challenge"
    with environment.step("challenge", {"round": round}, key, key) as step:
        found = environment.challenge(key)
        order = environment.record.candidates()
        names = {one.disease: one.name for one in order}
        # Only what nobody looked at since is worth going back for.
        known = state.get("targets", [])
        targets = [one for one in (*found.felled, *found.risen[:1], *found.caught) if one not in known]
        back = bool(targets) and round < ROUNDS and environment.may_go_back()
        step.got = {
            "objections": found.objections,
            "felled": [names[one] for one in found.felled],
            "caught": [names[one] for one in found.caught],
            "sent_back": back,
            "held": [
                {
                    "name": one.name,
                    "type": term.body.get("type"),
                    "label": term.body.get("label", ""),
                    "other": term.body.get("other", ""),
                }
                for one in order
                for term in one.contributions
                if term.kind == OBJECTION
            ][:5],
        }
        step.left = [f"{one.disease}:{one.rank}" for one in order]
    if not back:
        return {"decision": {}}
    return {"targets": targets, "round": round + 1, "decision": {"verb": "back"}}
