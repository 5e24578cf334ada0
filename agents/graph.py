"""The topology of an investigation and nothing else: which node follows which.

intake → read → rank → propose → (decide ⇄ act or ask)* → weigh → argue → challenge → plan → conclude → verify → review,
and from the challenge back to decide where a leader fell. At read, propose, argue, plan and review the panel speaks;
without a model it is silent.
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
from agents.nodes.panel import argue, plan, propose, read, review
from agents.nodes.rank import rank
from agents.nodes.verify import verify
from agents.nodes.weigh import weigh
from agents.state import Context, State

NODES: Mapping[str, Callable[..., State]] = {
    "intake": intake,
    "read": read,
    "rank": rank,
    "propose": propose,
    "decide": decide,
    "act": act,
    "ask": ask,
    "weigh": weigh,
    "argue": argue,
    "challenge": challenge,
    "plan": plan,
    "conclude": conclude,
    "verify": verify,
    "review": review,
}
Graph = TypeVar("Graph", bound=StateGraph[Any, Any, Any, Any])


def build(saver: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[State, Context, State, State]:
    return wired(StateGraph(State, context_schema=Context), NODES).compile(checkpointer=saver)


def wired(graph: Graph, nodes: Mapping[str, Callable[..., Any]]) -> Graph:
    """The graph with a node for every name, and what follows what."""
    for name, node in nodes.items():
        graph.add_node(name, node)
    graph.add_edge(START, "intake")
    graph.add_edge("intake", "read")
    graph.add_edge("read", "rank")
    graph.add_conditional_edges("rank", _after_rank)
    graph.add_edge("propose", "decide")
    graph.add_conditional_edges("decide", _after_decide)
    graph.add_edge("act", "decide")
    graph.add_edge("ask", "decide")
    graph.add_edge("weigh", "argue")
    graph.add_edge("argue", "challenge")
    graph.add_conditional_edges("challenge", _after_challenge)
    graph.add_edge("plan", "conclude")
    graph.add_edge("conclude", "verify")
    graph.add_edge("verify", "review")
    graph.add_edge("review", END)
    return graph


def _after_rank(state: State) -> Literal["propose", "__end__"]:
    return "propose" if state.get("candidates") else "__end__"


def _after_decide(state: State) -> Literal["act", "ask", "weigh"]:
    verb = state["decision"]["verb"]
    if verb == Verb.CONCLUDE:
        return "weigh"
    return "ask" if verb == Verb.ASK else "act"


def _after_challenge(state: State) -> Literal["decide", "plan"]:
    return "decide" if state["decision"].get("verb") == "back" else "plan"
