"""Every way in which a model's server can fail, over real HTTP: the run ends well, and the documentation says how."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.contract import Outcome
from agents.influence import FIRST
from agents.llm.address import read
from agents.llm.client import ServedModel
from agents.llm.line import Line
from agents.panel.table import CALL
from agents.prompts import JOBS
from tests.agents.conftest import patient
from tests.agents.investigating import Investigation, asked_of
from tests.agents.panel.scripted import nothing
from tests.agents.small_world import SmallWorld
from tests.model_server import Asked, Cut, Fault, Huge, LengthStop, Redirect, Server, Silent, Status, Trickle, in_turn

PAGE = Path(__file__).parents[3] / "docs" / "reliability.md"


def sensible(asked: Asked) -> Any:
    return nothing(asked.schema)


def garbage(asked: Asked) -> Any:
    """Whatever fits the schema, as a random model would say it."""
    return _any(asked.schema, random.Random(len(asked.text)))


def _any(schema: Mapping[str, Any], chance: random.Random) -> Any:
    match schema["type"]:
        case "object":
            return {name: _any(one, chance) for name, one in schema["properties"].items()}
        case "array":
            many = chance.randint(schema.get("minItems", 0), min(schema["maxItems"], 4))
            return [_any(schema["items"], chance) for _ in range(many)]
        case "string" if "enum" in schema:
            return chance.choice(schema["enum"])
    letters = "abcdefghi jklm\u202e<script>{}\"'\n 0123%"
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, min(schema["maxLength"], 60))))


Answers = Callable[[], tuple[Any, Any]]  # with a form, and without one
FAULTS: dict[str, Answers] = {
    "the connection is cut in the midst": lambda: (Cut(), Cut()),
    "401, a wrong key": lambda: (Status(401), Status(401)),
    "404, the server has no such model": lambda: (Status(404), Status(404)),
    "429, too many requests": lambda: (Status(429), Status(429)),
    "500, a fault of the server": lambda: (Status(500), Status(500)),
    "a redirect": lambda: (Redirect(), Redirect()),
    "the answer is cut at its length": lambda: (LengthStop('{"fin'), "Thinking."),
    "the answer is no JSON, twice": lambda: ("I would say", "Thinking."),
    "JSON of another shape, twice": lambda: ({"other": 1}, "Thinking."),
    "an answer without end": lambda: (Huge(), "Thinking."),
    "one failure, then an answer": lambda: (in_turn(Status(500), sensible), "Thinking."),
    "valid shape, garbage content": lambda: (garbage, "Thinking."),
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between two tries are short; how often is tried stays."""
    monkeypatch.setattr("agents.llm.client.PAUSE", 0.001)


def going(world: SmallWorld, setting: str, tokens: int = 1_000_000, **more: float) -> tuple[Investigation, Outcome]:
    request = asked_of(patient())
    request = replace(request, note="Her thumbs are broad.", budget=replace(request.budget, tokens=tokens))
    one = Investigation(world, request, model=ServedModel(Line(read(setting), "", False)), **more)
    outcome = one.go()
    assert isinstance(outcome, Outcome)
    return one, outcome


def told(fault: str) -> tuple[str, str]:
    """How it is noticed, and the outcome, as the page says."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if "|" in line]
    (row,) = [row for row in rows if row[0].strip() == fault]
    return row[1].strip(), row[3].strip()


def as_documented(one: Investigation, outcome: Outcome, fault: str) -> None:
    noticed, ends = told(fault)
    code, _, reason = ends.replace("`", "").partition(": ")
    assert (str(outcome.code), outcome.reasons) == (code, (reason,) if reason else ())
    failures = {step.got["failed"] for step in one.record.steps() if "failed" in step.got}
    assert failures == set(re.findall(r"`(model\.\w+)`", noticed))
    claims = [claim for claims in one.record.claims().values() for claim in claims]
    assert len(one.record.candidates()) >= 50 and claims and all(claim.verified for claim in claims)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_ends_as_the_documentation_says(world: SmallWorld, quick: None, fault: str) -> None:
    answers, thoughts = FAULTS[fault]()
    with Server(answers, thoughts=thoughts) as server:
        one, outcome = going(world, server.setting)
        as_documented(one, outcome, fault)
        if "model_away" in outcome.reasons:
            assert len([step for step in one.record.steps() if step.action in JOBS]) == 1, "after that none is asked"


@pytest.mark.parametrize("fault", [Silent(), Trickle()])
def test_an_answer_that_does_not_come_is_not_waited_for(
    world: SmallWorld, quick: None, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    assert CALL <= 120
    monkeypatch.setattr("agents.panel.table.CALL", 1.0)
    with Server(fault, thoughts=fault) as server:
        one, outcome = going(world, server.setting)
        as_documented(one, outcome, "no answer, or one that trickles")


def test_where_nothing_listens_the_run_goes_on_by_rules(world: SmallWorld, quick: None) -> None:
    with Server() as server:
        setting = server.setting
    one, outcome = going(world, setting)
    as_documented(one, outcome, "nothing listens")


def test_a_run_without_tokens_sends_nothing(world: SmallWorld) -> None:
    with Server(sensible) as server:
        one, outcome = going(world, server.setting, tokens=100)
        as_documented(one, outcome, "the tokens of the run are used up")
        assert not server.requests


def test_a_run_that_is_nearly_over_sends_nothing_and_checks_what_it_has(world: SmallWorld) -> None:
    with Server(sensible) as server:
        one, outcome = going(world, server.setting, seconds=6.0)
        as_documented(one, outcome, "the time of the run is nearly used up")
        assert not server.requests


def test_an_answer_of_another_model_is_not_taken(world: SmallWorld) -> None:
    with Server(sensible) as server:
        server.answers_as = "newer-32b"
        one, outcome = going(world, server.setting)
    as_documented(one, outcome, "the answer is of another model")
    assert [step.got["answered"] for step in one.record.steps() if "failed" in step.got] == ["newer-32b"]
    assert len(server.requests) == 1, "not even the form is asked for"


@pytest.mark.parametrize(
    ("changed", "fault", "answered"),
    [
        ({"model": "newer", "answers_as": "clew"}, "404, the server has no such model", None),
        ({"answers_as": "newer"}, "the answer is of another model", "newer"),
        ({"answers_as": "<b>a name</b>"}, "the answer is of another model", ""),
    ],
    ids=["the name vanishes", "another answers", "another that has no name"],
)
def test_a_server_that_changes_its_model_in_mid_run_leaves_it_to_the_rules(
    world: SmallWorld, changed: Mapping[str, str], fault: str, answered: str | None
) -> None:
    def changing(asked: Asked) -> Any:
        if asked.template == "proposer":
            vars(server).update(changed)
        return sensible(asked)

    with Server(changing) as server:
        one, outcome = going(world, server.setting)
    as_documented(one, outcome, fault)
    spoken = [step for step in one.record.steps() if step.action in JOBS]
    assert "said" in spoken[0].got and "failed" in spoken[-1].got, "after that none is asked"
    assert spoken[-1].got.get("answered") == answered
    plain = Investigation(world, asked_of(patient()))
    plain.go()
    order = [candidate.disease for candidate in one.record.candidates()[:FIRST]]
    assert order == [candidate.disease for candidate in plain.record.candidates()[:FIRST]]


def test_every_row_of_the_table_is_tried() -> None:
    rows = re.findall(r"^\| ([^|`]+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    elsewhere = {"fault", "nothing listens", "no answer, or one that trickles"}
    elsewhere |= {"the answer is of another model"}
    elsewhere |= {"the tokens of the run are used up", "the time of the run is nearly used up"}
    assert set(rows) == {*FAULTS, *elsewhere}
