"""A note of the length that a case may have at most: read in bounded parts, within the tokens of the run, and what is
not read is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.contract import Outcome
from agents.llm.address import read
from agents.llm.client import ServedModel
from agents.llm.line import Line
from agents.panel.reader import PART, PARTS, parts_of
from tests.agents.conftest import patient
from tests.agents.investigating import Investigation, asked_of
from tests.agents.panel.test_faults import sensible
from tests.agents.small_world import SmallWorld
from tests.model_server import Server

LENGTH = 200_000
SENTENCES = "Her thumbs are broad. Seen again in spring, without fever. "
ONE_PARAGRAPH = (SENTENCES * (LENGTH // len(SENTENCES) + 1))[:LENGTH]
MANY = "\n\n".join([SENTENCES * 3] * (LENGTH // (3 * len(SENTENCES) + 2)))


def investigated(world: SmallWorld, note: str, tokens: int) -> tuple[Investigation, Outcome, Server]:
    request = replace(asked_of(patient()), note=note)
    request = replace(request, budget=replace(request.budget, tokens=tokens))
    with Server(sensible) as server:
        one = Investigation(world, request, model=ServedModel(Line(read(server.setting), "", False)))
        outcome = one.go()
    assert isinstance(outcome, Outcome)
    return one, outcome, server


@pytest.mark.parametrize("note", [ONE_PARAGRAPH, MANY], ids=["one paragraph", "many"])
def test_it_is_read_in_bounded_parts_and_the_last_says_what_is_not_read(world: SmallWorld, note: str) -> None:
    one, outcome, server = investigated(world, note, 1_000_000)
    assert str(outcome.code) == "ranked"
    read = one.of("reader")
    assert len(read) == PARTS and not any("failed" in step.got for step in read)
    left = [step.why.get("unread") for step in read]
    texts = parts_of(note).texts
    assert left[:-1] == [None] * (PARTS - 1) and left[-1] == pytest.approx(len(note) - sum(map(len, texts)), rel=0.01)
    assert all(len(part) <= PART for part in texts)
    alone = len(server.requests[-1].user)
    assert all(len(asked.user) < alone + 3 * PART for asked in server.requests)
    assert max(asked.user.count(SENTENCES) for asked in server.requests) <= PART // len(SENTENCES)


def test_it_takes_no_more_tokens_than_the_run_has(world: SmallWorld) -> None:
    tokens = 12_000
    one, outcome, server = investigated(world, ONE_PARAGRAPH, tokens)
    assert (str(outcome.code), outcome.reasons) == ("partial", ("model_spent",))
    assert 0 < sum(usage["total_tokens"] for usage in server.counted) <= tokens
    assert 0 < len([step for step in one.of("reader") if "said" in step.got]) < PARTS
    assert len(one.record.candidates()) >= 50


@pytest.mark.parametrize(
    ("note", "texts", "unread"),
    [
        ("", 0, 0),
        ("\n\n \n\n", 0, 0),
        ("a" * PART * PARTS, PARTS, 0),
        ("a" * PART * PARTS + "bc", PARTS, 2),
        ("\n\n\n\n\n".join(["a" * (PART - 1)] * PARTS), PARTS, 0),  # white space is not missed
    ],
)
def test_what_is_not_read_is_counted_exactly(note: str, texts: int, unread: int) -> None:
    found = parts_of(note)
    assert (len(found.texts), found.unread) == (texts, unread)
