"""Performs what was decided. A part of the knowledge that cannot be read is noted, and the investigation goes on."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.actions import decision_of, key_of
from agents.state import Context, State
from retrieval.errors import RetrievalError


def act(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    decision = decision_of(state["decision"])
    key = key_of(decision.action)
    if any(step.key == key and (step.digest_out or step.error) for step in environment.record.steps()):
        return {}  # done by an earlier worker: its evidence is in the ledger
    why = {**decision.why, "action": decision.as_json()["given"]}
    try:
        with environment.step(str(decision.action.verb), why, key, key) as step:
            return {"evidence": environment.act(decision, step)}
    except RetrievalError:
        return {}  # the step says it, and the result reads the steps
