"""Asks the policy what is done next. The decision is carried to the node that acts, with its reason."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.actions import Ask, Conclude, Decision, key_of
from agents.policies.situation import Situation
from agents.state import Context, State


def decide(state: State, runtime: Runtime[Context]) -> State:
    situation = runtime.context.environment.situation(state.get("targets", []), state.get("round", 0))
    decision = _standing(situation) or runtime.context.policy.decide(situation)
    if key_of(decision.action) in situation.done and not isinstance(decision.action, Conclude):
        decision = Decision(Conclude(), "repeated", {"verb": str(decision.action.verb)})
    if isinstance(decision.action, Conclude):
        return {"decision": decision.as_json(), "stopped": decision.why}
    return {"decision": decision.as_json()}


def _standing(situation: Situation) -> Decision | None:
    """A question that was put and not gone on from: whoever continues goes on there, whatever it would ask itself."""
    for one in situation.questions:
        if one.key not in situation.done:
            why = dict(one.detail.get("why", {}))
            because = str(why.pop("because", "close"))
            return Decision(Ask(one.term), because, why)
    return None
