"""The investigation as LangGraph Studio opens it: `langgraph.json` names `graph`.

The same nodes and the same edges. What a worker gives a run besides its state is made here for every node: the small
knowledge, the rules, and a record in memory. The state names the record as it was after each node, so that going back
to an earlier one goes back in the record too. Records are gone with the process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agents.contract import Answer, QuestionRecord, RunRequest, digest
from agents.environment import Environment
from agents.graph import NODES, wired
from agents.memory import MemoryRecord
from agents.objections import OBJECTION
from agents.policies.rules import Rules
from agents.state import Context, State
from agents.studio.case import NotUnderstood, read
from agents.studio.knowledge import small

SHOWN = 10  # candidates in what a node shows
KEPT = 2_000  # records; of older ones nothing can be gone on with


@dataclass(frozen=True, slots=True)
class Case:
    """What is typed into Studio."""

    findings: list[str]  # HPO ids or names; "-" before one that was looked for and is absent
    sex: str = ""  # female, male
    age: str = ""  # P14M, P3Y


@dataclass(frozen=True, slots=True)
class Shown:
    """What an investigation answers here."""

    differential: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    insufficient: list[str] = field(default_factory=list)


class Opened(State, total=False):
    """The state of an investigation, with the case beside it and the name of the record."""

    findings: list[str]
    sex: str
    age: str
    record: str  # as this node left it
    differential: list[dict[str, Any]]


class Asking(MemoryRecord):
    """Waits for the answer in the same moment in which a question is put."""

    def ask(self, question: QuestionRecord) -> None:
        asked = {"question": f"{question.label}?", "term": question.term, "answers": [str(one) for one in Answer]}
        said = interrupt(asked)
        while (answer := _answer(said)) is None:
            said = interrupt({**asked, "problem": "This is none of the answers."})
        super().ask(question)
        self.answer(question.key, answer)


def build() -> CompiledStateGraph[Any, Any, Any, Any]:
    graph = StateGraph(Opened, input_schema=Case, output_schema=Shown)
    return wired(graph, {name: _opened(name, node) for name, node in NODES.items()}).compile(name="investigation")


# --- inside ----------------------------------------------------------------------


_records: OrderedDict[str, Asking] = OrderedDict()
_lock = threading.Lock()


def _opened(name: str, node: Callable[..., State]) -> Callable[[Opened], Opened]:
    """The node with what it needs besides the state. With the first one a record begins."""

    def step(state: Opened) -> Opened:
        if name == "intake" and state.get("record"):
            raise NotUnderstood("This thread has a case.", "Start a new one for another.")
        knowledge = small()
        profile = read(knowledge, state.get("findings"), state.get("sex", ""), state.get("age", ""))
        record = Asking() if name == "intake" else _record(state.get("record", ""))
        case = digest([sorted(state["findings"]), state.get("sex"), state.get("age")])
        request = RunRequest("studio", knowledge.id, case, profile, asks=True)
        context = Context(Environment(request, knowledge, record), Rules())
        left = node(state, Runtime(context=context))
        return Opened(**left, record=_keep(record), differential=_differential(record))  # type: ignore[typeddict-item]

    return step


def _record(name: str) -> Asking:
    """A copy: what a node writes is not seen from an earlier place."""
    with _lock:
        known = _records.get(name)
    if known is None:
        raise NotUnderstood("What this thread had found was in the memory of a process that ended.", "Start a new one.")
    again = Asking()
    vars(again).update({key: copy(value) for key, value in vars(known).items()})
    return again


def _keep(record: Asking) -> str:
    name = uuid4().hex
    with _lock:
        _records[name] = record
        while len(_records) > KEPT:
            _records.popitem(last=False)
    return name


def _differential(record: MemoryRecord) -> list[dict[str, Any]]:
    claims = record.claims()
    return [
        {
            "rank": one.rank,
            "disease": one.disease,
            "name": one.name,
            "score": round(one.score, 2),
            "objections": [term.body["type"] for term in one.contributions if term.kind == OBJECTION],
            "statements": [claim.text for claim in claims.get(one.disease, ()) if claim.verified],
        }
        for one in record.candidates()[:SHOWN]
    ]


def _answer(said: Any) -> Answer | None:
    """Studio sends a word, or an object with it."""
    word = said.get("answer") if isinstance(said, dict) else said
    try:
        return Answer(str(word).strip().casefold())
    except ValueError:
        return None


graph = build()
