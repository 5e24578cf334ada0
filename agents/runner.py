"""Runs an investigation, goes on with one that was interrupted, and stops one that is under way.

Imported inside the worker's task only: this module loads langgraph. What it leaves in the checkpoints is scratch;
the record is the truth, and `forget` removes the scratch when the run has ended.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl
from langgraph.types import Command, StateSnapshot

from agents import contract
from agents.contract import Failure, Outcome, OutcomeCode, Reason, RunRequest, Waiting
from agents.environment import Environment
from agents.errors import OutOfSteps, Stopped
from agents.graph import build
from agents.llm.asking import Model
from agents.panel.table import SPENT, Table, asked, away
from agents.performing import Outside
from agents.policies.rules import Rules
from agents.policies.situation import Policy
from agents.record import Record
from agents.state import Context, State

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from retrieval.knowledge import Knowledge

Saver = BaseCheckpointSaver[Any]
OUT_OF_TIME = str(Reason.OUT_OF_TIME)


class Control:
    """Stops a run at the next boundary between steps. May be used from any thread."""

    def __init__(self) -> None:
        self._drain = RunControl()

    def stop(self, why: str) -> None:
        """The first reason stays; asking again changes nothing."""
        if not self._drain.drain_requested:
            self._drain.request_drain(why)

    @property
    def reason(self) -> str | None:
        return self._drain.drain_reason

    @property
    def drain(self) -> RunControl:
        return self._drain


def run(
    request: RunRequest,
    knowledge: Knowledge,
    record: Record,
    saver: Saver,
    control: Control,
    *,
    outside: Outside | None = None,
    policy: Policy | None = None,
    model: Model | None = None,
    seconds: float = math.inf,
) -> Outcome | Waiting:
    """Starts the investigation, or goes on after its last finished step. `Waiting` where a question has no answer yet.

    Without checkpoints, or under another version of the graph, it begins again on the ledger: what stands there is
    not done a second time. Of the `seconds` a model may use the most. Raises `Stopped` when it was stopped and may go
    on later, `LeaseLost` when it is no longer ours, and whatever a step raises.
    """
    graph = build(saver)
    config = _config(request)
    environment = Environment(request, knowledge, record, outside)
    table = Table(model, stopping=lambda: control.reason is not None, seconds=seconds) if model is not None else None
    context = Context(environment, policy or Rules(), table)
    begun = saver.get_tuple(config) is not None
    given: State | Command[Any] | None = None if begun else {}
    if begun and (stands := _interrupted(graph.get_state(config))):
        if not _is_answered(record, stands):
            return Waiting(stands)
        given = Command(resume=stands)
    try:
        state = graph.invoke(given, config, context=context, durability="sync", control=control.drain)
    except GraphDrained as drained:
        if drained.reason != OUT_OF_TIME:
            raise Stopped(f"The investigation was stopped: {drained.reason}.") from None
        return _unfinished(environment, OUT_OF_TIME, table)
    except Stopped:
        if control.reason != OUT_OF_TIME:
            raise
        return _unfinished(environment, OUT_OF_TIME, table)
    except OutOfSteps as error:
        return _unfinished(environment, error.code, table)
    stands = _interrupted(graph.get_state(config))
    return Waiting(stands) if stands else _outcome(state, shortfall(environment, table))


def _interrupted(state: StateSnapshot) -> str:
    """The question at which the graph stands still; empty where it does not."""
    return next((str(one.value["question"]) for one in state.interrupts), "")


def _is_answered(record: Record, key: str) -> bool:
    return any(one.key == key and one.answer is not None for one in record.questions())


def forget(saver: Saver, run_id: str, earlier: Iterable[str] = ()) -> None:
    """Removes what the checkpoints hold of a run, under this version of the graph and the `earlier` ones that carried
    it. Harmless if they hold nothing."""
    for version in {contract.GRAPH_VERSION, *earlier}:
        saver.delete_thread(thread_of(run_id, version))


def remembered(saver: Saver) -> dict[str, set[str]]:
    """The runs of which the checkpoints still hold something, each with its threads under any version."""
    found: dict[str, set[str]] = {}
    for one in saver.list(None):
        thread = str(one.config["configurable"]["thread_id"])
        found.setdefault(thread.partition("@")[0], set()).add(thread)
    return found


def thread_of(run_id: str, version: str = "") -> str:
    """A run started under another graph begins again rather than resume in a place that no longer exists."""
    return f"{run_id}@{version or contract.GRAPH_VERSION}"


def _config(request: RunRequest) -> RunnableConfig:
    limit = max(100, 4 * request.budget.steps)  # the budget of steps ends a run, not this
    return {"configurable": {"thread_id": thread_of(request.run_id)}, "recursion_limit": limit}


def shortfall(environment: Environment, table: Table | None) -> list[str]:
    """What the result says of the model, where it did not take part to the end."""
    if table is None:
        return [str(Reason.NO_REASONING_MODEL)]
    if why := away(environment):
        return [str(Reason.MODEL_SPENT if why == SPENT else Reason.MODEL_AWAY)]
    return [str(Reason.MODEL_FAILED)] if any("failed" in got for got in asked(environment)) else []


def _outcome(state: State | dict[str, Any], of_model: list[str]) -> Outcome:
    if insufficient := state.get("insufficient"):
        return Outcome(OutcomeCode.INSUFFICIENT, tuple(insufficient))
    reasons = (*state.get("reasons", ()), *of_model)
    whole = set(reasons) <= {str(Reason.TWO_DISEASES)}
    return Outcome(OutcomeCode.RANKED if whole else OutcomeCode.PARTIAL, reasons)


def _unfinished(environment: Environment, why: str, table: Table | None) -> Outcome:
    """The time or the steps are used up: what was ranked stands, statements nobody checked are not shown."""
    if not environment.record.candidates():
        return Outcome(
            OutcomeCode.FAILED,
            error=Failure(
                "run.out_of_time",
                "The time for this investigation ran out before anything was ranked.",
                "Start it again when the machine is less busy, or raise CLEW_RUN_SECONDS.",
            ),
        )
    return Outcome(OutcomeCode.PARTIAL, (why, str(Reason.NOT_CHECKED), *shortfall(environment, table)))
