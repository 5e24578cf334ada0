"""Performs what was decided; what does not depend on each other, side by side. A part of the knowledge that cannot be
read is noted, and the investigation goes on."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from langgraph.runtime import Runtime

from agents.actions import Decision, decision_of, key_of
from agents.environment import Environment
from agents.performing import Performed
from agents.state import Context, State
from retrieval.errors import RetrievalError


def act(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    ended = {step.key for step in environment.record.steps() if step.digest_out or step.error}
    chosen = [decision_of(one) for one in (state["decision"], *state.get("beside", []))]
    # What an earlier worker did is in the ledger.
    todo = [one for one in {key_of(one.action): one for one in chosen}.values() if key_of(one.action) not in ended]
    if len(todo) == 1:
        return {"evidence": _file(environment, todo[0], None)}
    with ThreadPoolExecutor(max_workers=max(len(todo), 1), thread_name_prefix="act") as pool:
        begun = [(one, pool.submit(environment.performing(one))) for one in todo]
        return {"evidence": [key for one, found in begun for key in _file(environment, one, found)]}


def _file(environment: Environment, decision: Decision, found: Future[Performed] | None) -> list[str]:
    """Files one action as a step. Reading may be done in any thread; the record is written from this one alone."""
    key = key_of(decision.action)
    why = {**decision.why, "action": decision.as_json()["given"]}
    try:
        with environment.step(str(decision.action.verb), why, key, key) as step:
            return environment.act(decision, step, found.result if found else None)
    except RetrievalError:
        return []  # the step says it, and the result reads the steps
