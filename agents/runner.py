"""Runs an investigation, goes on with one that was interrupted, and stops one that is under way.

Imported inside the worker's task only: this module loads langgraph. What it leaves in the checkpoints is scratch;
the record is the truth, and `forget` removes the scratch when the run has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl

from agents.contract import GRAPH_VERSION, Failure, Outcome, OutcomeCode, Reason, RunRequest
from agents.environment import Environment
from agents.errors import OutOfSteps, Stopped
from agents.graph import build
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


def run(request: RunRequest, knowledge: Knowledge, record: Record, saver: Saver, control: Control) -> Outcome:
    """Starts the investigation, or goes on after its last finished step.

    Raises `Stopped` when it was stopped and may go on later, `LeaseLost` when it is no longer ours, and whatever a
    step raises.
    """
    graph = build(saver)
    config = _config(request.run_id)
    begun = saver.get_tuple(config) is not None
    context = Context(Environment(request, knowledge, record))
    try:
        state = graph.invoke(None if begun else {}, config, context=context, durability="sync", control=control.drain)
    except GraphDrained as drained:
        if drained.reason != OUT_OF_TIME:
            raise Stopped(f"The investigation was stopped: {drained.reason}.") from None
        return _unfinished(record, OUT_OF_TIME)
    except OutOfSteps as error:
        return _unfinished(record, error.code)
    return _outcome(state)


def forget(saver: Saver, run_id: str) -> None:
    """Removes what the checkpoints hold of a run. Harmless if they hold nothing."""
    saver.delete_thread(thread_of(run_id))


def remembered(saver: Saver) -> set[str]:
    """The runs of which the checkpoints still hold something."""
    threads = {str(one.config["configurable"]["thread_id"]) for one in saver.list(None)}
    return {thread.partition("@")[0] for thread in threads}


def thread_of(run_id: str) -> str:
    """A run started under another graph begins again rather than resume in a place that no longer exists."""
    return f"{run_id}@{GRAPH_VERSION}"


def _config(run_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_of(run_id)}, "recursion_limit": 100}


def _outcome(state: State | dict[str, Any]) -> Outcome:
    if insufficient := state.get("insufficient"):
        return Outcome(OutcomeCode.INSUFFICIENT, tuple(insufficient))
    return Outcome(OutcomeCode.PARTIAL, (str(Reason.NO_REASONING_MODEL),))


def _unfinished(record: Record, why: str) -> Outcome:
    """The time or the steps are used up: what was ranked stands, statements nobody checked are not shown."""
    if not record.candidates():
        return Outcome(
            OutcomeCode.FAILED,
            error=Failure(
                "run.out_of_time",
                "The time for this investigation ran out before anything was ranked.",
                "Start it again when the machine is less busy, or raise CLEW_RUN_SECONDS.",
            ),
        )
    return Outcome(OutcomeCode.PARTIAL, (why, str(Reason.NOT_CHECKED), str(Reason.NO_REASONING_MODEL)))
