"""The topology of an investigation and nothing else: which node follows which.

intake → rank → (decide ⇄ act or ask)* → weigh → challenge → conclude → verify, and from the challenge back to decide
where a leader fell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agents.actions import Verb
from agents.nodes.act import act
from agents.nodes.ask import ask
from agents.nodes.challenge import challenge
from agents.nodes.conclude import conclude
from agents.nodes.decide import decide
from agents.nodes.intake import intake
from agents.nodes.rank import rank
from agents.nodes.verify import verify
from agents.nodes.weigh import weigh
from agents.state import Context, State

NODES: Mapping[str, Callable[..., State]] = {
    "intake": intake,
    "rank": rank,
    "decide": decide,
    "act": act,
    "ask": ask,
    "weigh": weigh,
    "challenge": challenge,
    "conclude": conclude,
    "verify": verify,
}
Graph = TypeVar("Graph", bound=StateGraph[Any, Any, Any, Any])


def build(saver: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[State, Context, State, State]:
    return wired(StateGraph(State, context_schema=Context), NODES).compile(checkpointer=saver)


def wired(graph: Graph, nodes: Mapping[str, Callable[..., Any]]) -> Graph:
    """The graph with a node for every name, and what follows what."""
    for name, node in nodes.items():
        graph.add_node(name, node)
    graph.add_edge(START, "intake")
    graph.add_edge("intake", "rank")
    graph.add_conditional_edges("rank", _after_rank)
    graph.add_conditional_edges("decide", _after_decide)
    graph.add_edge("act", "decide")
    graph.add_edge("ask", "decide")
    graph.add_edge("weigh", "challenge")
    graph.add_conditional_edges("challenge", _after_challenge)
    graph.add_edge("conclude", "verify")
    graph.add_edge("verify", END)
    return graph


def _after_rank(state: State) -> Literal["decide", "__end__"]:
    return "decide" if state.get("candidates") else "__end__"


def _after_decide(state: State) -> Literal["act", "ask", "weigh"]:
    verb = state["decision"]["verb"]
    if verb == Verb.CONCLUDE:
        return "weigh"
    return "ask" if verb == Verb.ASK else "act"


def _after_challenge(state: State) -> Literal["decide", "conclude"]:
    return "decide" if state["decision"].get("verb") == "back" else "conclude"
