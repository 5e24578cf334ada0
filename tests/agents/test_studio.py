"""The graph as LangGraph Studio opens it: over thirty diseases, with a record in memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agents.graph import build
from agents.studio import SILENT
from agents.studio import graph as studio
from agents.studio.case import NotUnderstood
from retrieval.snapshot import Snapshot
from tests.agents.small_rows import files
from tests.environment import ROOT

LENS = ["Arachnodactyly", "ectopia lentis", "HP:0002650", "Pectus excavatum", "Genu valgum"]
HOMOCYSTINURIA = "OMIM:236200"
CONFIG: Any = {"configurable": {"thread_id": "one"}, "recursion_limit": 100}

# A fresh interpreter does what Studio's server does: reads langgraph.json, loads the file it names, and takes the name.
SCRIPT = """
import importlib.util, json, os, sys
named = json.load(open("langgraph.json"))
sys.path.insert(0, os.path.abspath(*named["dependencies"]))
path, _, name = named["graphs"]["investigation"].partition(":")
spec = importlib.util.spec_from_file_location("opened_by_studio", path)
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
graph = getattr(module, name)

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from langsmith.utils import tracing_is_enabled
graph.checkpointer = InMemorySaver()
config = {"configurable": {"thread_id": "one"}, "recursion_limit": 100}
asked = graph.invoke({"findings": json.loads(sys.argv[1]), "sex": "male", "age": "P14Y"}, config)
done = graph.invoke(Command(resume="present"), config)
rooms = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"asked": [one.value for one in asked["__interrupt__"]], "differential": done["differential"],
                  "traced": tracing_is_enabled(), "loaded": sorted(rooms)}))
"""


@pytest.fixture
def graph() -> Iterator[Any]:
    """Studio's server brings a checkpointer of its own."""
    opened = studio.build()
    opened.checkpointer = InMemorySaver()
    yield opened


def first(answered: dict[str, Any]) -> tuple[str, float]:
    return answered["differential"][0]["disease"], answered["differential"][0]["score"]


def test_the_file_at_the_top_opens_it_without_django_and_an_answer_goes_on() -> None:
    asked_for = {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "key"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(LENS)],
        cwd=ROOT,
        env={**os.environ, **asked_for},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["traced"] is False, "nothing is traced, whatever the surroundings ask for"
    assert not {"django", "corpus_ingest", "diagnosis_app"} & set(said["loaded"]) and "agents" in said["loaded"]
    (asked,) = said["asked"]
    assert asked["question"].endswith("?") and asked["answers"] == ["present", "excluded", "uncertain", "unknown"]
    assert [one["rank"] for one in said["differential"]] == list(range(1, 11))
    assert any("documented in" in text for text in said["differential"][0]["statements"])


def test_the_server_is_told_to_trace_nothing() -> None:
    named = json.loads((ROOT / "langgraph.json").read_text())
    at_start = {"LANGGRAPH_CLI_NO_ANALYTICS"}  # read by the command before it reads the file
    without_key = {"LANGSMITH_API_KEY": "", "LANGCHAIN_API_KEY": ""}  # with a key the server reports its use
    assert named["env"] == without_key | {name: value for name, value in SILENT.items() if name not in at_start}


def test_it_has_the_nodes_and_edges_of_the_product() -> None:
    def edges(graph: Any) -> set[tuple[str, str, bool]]:
        return {(one.source, one.target, one.conditional) for one in graph.get_graph().edges}

    assert edges(studio.graph) == edges(build())


def test_its_rows_are_those_of_the_release(snapshot: Snapshot) -> None:
    for path, rows in files(snapshot).items():
        written = [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()]
        assert written == rows, f"{path.name}: run tests.agents.small_rows"


def test_going_back_goes_back_in_the_record_too(graph: Any) -> None:
    graph.invoke({"findings": LENS}, CONFIG)
    before = graph.get_state(CONFIG).config
    present = graph.invoke(Command(resume="present"), CONFIG)
    again = graph.update_state(before, {"sex": "male"})  # as Studio does: another way from the earlier place
    assert "__interrupt__" in graph.invoke(None, again), "the question is open there"
    excluded = graph.invoke(Command(resume={"answer": "Excluded"}), CONFIG)
    while "__interrupt__" in excluded:
        excluded = graph.invoke(Command(resume="unknown"), CONFIG)
    assert first(present)[0] == HOMOCYSTINURIA
    scores = {one["disease"]: one["score"] for one in excluded["differential"]}
    assert scores[HOMOCYSTINURIA] < first(present)[1], "the other answer counts, and not the first one"


def test_what_is_no_answer_is_asked_again(graph: Any) -> None:
    graph.invoke({"findings": LENS}, CONFIG)
    (again,) = graph.invoke(Command(resume="perhaps"), CONFIG)["__interrupt__"]
    assert again.value["problem"] and "present" in again.value["answers"]
    assert "__interrupt__" not in graph.invoke(Command(resume="present"), CONFIG)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"findings": []}, "findings: none"),
        ({"findings": ["Big thumb"]}, "Near it: Broad thumb"),
        ({"findings": ["HP:0000007"]}, "findings: one is not"),
        ({"findings": LENS, "sex": "m"}, "sex: .*female, male"),
        ({"findings": LENS, "age": "14"}, "age: .*P3Y"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_field_and_the_remedy(graph: Any, case: Any, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        graph.invoke(case, CONFIG)


def test_a_thread_has_one_case_and_lives_as_long_as_its_process(graph: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.invoke({"findings": LENS}, CONFIG)
    with pytest.raises(NotUnderstood, match="has a case"):
        graph.invoke({"findings": LENS[:3]}, CONFIG)
    monkeypatch.setattr(studio, "_records", type(studio._records)())
    with pytest.raises(NotUnderstood, match="Start a new one"):
        graph.invoke(Command(resume="present"), graph.get_state(CONFIG).config)


def test_the_picture_in_the_documentation_is_the_graph() -> None:
    page = (ROOT / "docs" / "investigation.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)
    arrows = re.findall(r"^\s*(\w+)\s+(-->|-\.->)(?:\|[^|]*\|)?\s*(\w+)", drawn, re.MULTILINE)
    assert len(arrows) == len([line for line in drawn.splitlines() if ">" in line])
    edges = {(one.source, one.target, one.conditional) for one in build().get_graph().edges}
    assert {(source, target, arrow == "-.->") for source, arrow, target in arrows} == edges
