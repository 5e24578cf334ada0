"""Tries to break each leader. Where one falls or loses its lead, the investigation goes back with a target,
at most twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langgraph.runtime import Runtime

from agents.environment import ROUNDS
from agents.objections import OBJECTION
from agents.state import Context, State


def challenge(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    round = state.get("round", 0)
    key = f"challenge-{round + 1}" if round else "challenge"
    done, standing = environment.done(key), environment.standing(key)
    with environment.step("challenge", {"round": round, **standing}, key, key) as step:
        found = environment.challenge(key, standing)
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
            "targets": targets,
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
    # Done by a worker that was lost before the graph knew of it: it goes where that one was going.
    return _after(step.got if done is None else done.got, round)


def _after(got: Mapping[str, Any], round: int) -> State:
    if not got["sent_back"]:
        return {"decision": {}}
    return {"targets": list(got["targets"]), "round": round + 1, "decision": {"verb": "back"}}
