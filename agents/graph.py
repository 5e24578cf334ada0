"""The topology of an investigation and nothing else: which node follows which."""

from __future__ import annotations

from typing import Any, Literal

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agents.nodes.conclude import conclude
from agents.nodes.rank import rank
from agents.nodes.verify import verify
from agents.state import Context, State


def build(saver: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[State, Context, State, State]:
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("rank", rank)
    graph.add_node("conclude", conclude)
    graph.add_node("verify", verify)
    graph.add_edge(START, "rank")
    graph.add_conditional_edges("rank", _after_rank)
    graph.add_edge("conclude", "verify")
    graph.add_edge("verify", END)
    return graph.compile(checkpointer=saver)


def _after_rank(state: State) -> Literal["conclude", "__end__"]:
    return "conclude" if state.get("candidates") else "__end__"
