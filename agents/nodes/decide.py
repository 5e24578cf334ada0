"""Asks the policy what is done next. The decision is carried to the node that acts, with its reason."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agents.actions import Ask, Conclude, Decision, key_of
from agents.policies import model
from agents.policies.situation import Situation
from agents.state import Context, State


def decide(state: State, runtime: Runtime[Context]) -> State:
    context = runtime.context
    situation = context.environment.situation(state.get("targets", []), state.get("round", 0))
    decision, *beside = _decided(context, situation)
    if key_of(decision.action) in situation.done and not isinstance(decision.action, Conclude):
        decision = Decision(Conclude(), "repeated", {"verb": str(decision.action.verb)})
    if isinstance(decision.action, Conclude):
        return {"decision": decision.as_json(), "beside": [], "stopped": decision.why}
    return {"decision": decision.as_json(), "beside": [one.as_json() for one in beside]}


def _decided(context: Context, situation: Situation) -> list[Decision]:
    """What is done next; where a model chose, also what is done beside it."""
    if (standing := _standing(situation)) is not None:
        return [standing]
    if context.table is not None:
        chosen = model.choose(context.environment, context.table, situation)
        if chosen:
            return chosen
        # Asking is a step of the record as well, and the rules read the record.
        situation = replace(situation, steps=context.environment.acted())
    return [context.policy.decide(situation)]


def _standing(situation: Situation) -> Decision | None:
    """A question that was put and not gone on from: whoever continues goes on there, whatever it would ask itself."""
    for one in situation.questions:
        if one.key not in situation.done:
            why = dict(one.detail.get("why", {}))
            because = str(why.pop("because", "close"))
            return Decision(Ask(one.term), because, why)
    return None
