"""The nodes at which the panel speaks. Without a model none of them does anything."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.panel import archivist, planner, proposer, reader, sceptic, second, weigher, writer
from agents.state import Context, State


def read(state: State, runtime: Runtime[Context]) -> State:
    """The note, once more."""
    if (table := runtime.context.table) is not None:
        reader.read_note(runtime.context.environment, table)
    return {}


def propose(state: State, runtime: Runtime[Context]) -> State:
    """Diseases beyond the ranking, where something was ranked."""
    environment, table = runtime.context.environment, runtime.context.table
    if table is None or not state.get("candidates"):
        return {}
    proposed = proposer.propose(environment, table)
    environment.add(proposed)
    return {"candidates": proposed}


def argue(state: State, runtime: Runtime[Context]) -> State:
    """What the leaders have for and against them beyond the sum; what is new moves them within its bound."""
    environment, table = runtime.context.environment, runtime.context.table
    if table is None:
        return {}
    weigher.weigh(environment, table)
    archivist.weigh_by_records(environment, table)
    sceptic.object_to_leaders(environment, table)
    return {"claims": environment.count_panel(f"argue-{state.get('round', 0)}")}


def plan(state: State, runtime: Runtime[Context]) -> State:
    """What to look at next."""
    if (table := runtime.context.table) is not None:
        planner.plan(runtime.context.environment, table)
    return {}


def review(state: State, runtime: Runtime[Context]) -> State:
    """A second opinion on what stands, and the summary of it."""
    environment, table = runtime.context.environment, runtime.context.table
    if table is not None:
        second.second_opinion(environment, table)
        writer.write(environment, table)
    return {}
