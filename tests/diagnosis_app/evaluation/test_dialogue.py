"""manage.py benchmark dialogue: who asks best, turn by turn, on patients who answer from their record."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest

from agents.actions import Ask, Conclude, Decision
from agents.policies.situation import Situation
from agents.virtual_clinic import Mode
from diagnosis_app.evaluation.checkpoint import Checkpoint
from diagnosis_app.evaluation.dialogue import measuring, policies
from diagnosis_app.evaluation.dialogue.measuring import TURNS, Dialogues, OpenDialogues, Played, Talked
from diagnosis_app.evaluation.dialogue.summary import Judged, lines, summary
from retrieval.evaluation.bench import NO_FINDINGS, NOT_IN_KNOWLEDGE
from retrieval.evaluation.solved import SolvedCase
from retrieval.evaluation.strata import StratumOf
from retrieval.model import Finding, Profile
from retrieval.snapshot import Snapshot
from tests.agents.published_patient import CASE
from tests.diagnosis_app.evaluation.conftest import ran, rows_of_this_world
from tests.model_server import Asked, Server, Status

NAMES = ["rules", "random", "information_gain"]
# Marfan syndrome: signs that many diseases share, and some that few do.
MARFAN = SolvedCase(
    "a tall patient",
    Profile(tuple(Finding(f"HP:000{n}") for n in ("1166", "1083", "2616", "1519", "0768", "2650", "1382"))),
    ("OMIM:154700",),
    ("PMID:1",),
)


def dialogues(snapshot: Snapshot, **how: Any) -> Dialogues:
    return Dialogues(snapshot, OpenDialogues(snapshot.directory, **how))


def test_every_policy_begins_at_the_same_rank_and_has_one_for_each_turn(snapshot: Snapshot) -> None:
    talked = dialogues(snapshot).talked(MARFAN)
    assert list(talked.by) == NAMES and talked.begun and talked.held_back == 3 and not talked.failed
    assert len({one.ranks[0] for one in talked.by.values()}) == 1
    assert all(len(one.ranks) == TURNS + 1 for one in talked.by.values())
    assert talked.by["information_gain"].turns == TURNS and talked.by["rules"].turns <= 3
    assert talked == dialogues(snapshot).talked(MARFAN), "and every run gives the same"


def test_whoever_stops_keeps_its_rank(snapshot: Snapshot) -> None:
    for played in dialogues(snapshot).talked(MARFAN).by.values():
        assert set(played.ranks[played.turns :]) == {played.ranks[played.turns]}


def test_only_an_answer_moves_a_rank_and_every_question_is_on_the_bill(snapshot: Snapshot) -> None:
    for mode in Mode:
        for played in dialogues(snapshot, mode=mode).talked(MARFAN).by.values():
            moved = sum(a != b for a, b in zip(played.ranks, played.ranks[1:], strict=False))
            assert moved <= played.answered <= played.turns
            assert played.free + sum(played.burdens.values()) == played.turns


def test_where_all_is_answered_every_question_of_everybody_is(snapshot: Snapshot) -> None:
    talked = dialogues(snapshot, answerable=True).talked(MARFAN)
    assert any(one.turns for one in talked.by.values())
    assert all(one.answered == one.turns for one in talked.by.values())


def test_the_case_is_played_without_its_own_papers(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ranks before the first question are those of the ranking benchmark on what is shown, papers hidden."""
    rows = snapshot.diseases.disease("OMIM:154700").annotations
    papers = tuple(sorted({one for row in rows for one in row.references if one.startswith("PMID:")}))
    seen, blind = (dialogues(snapshot).talked(replace(MARFAN, publications=p)) for p in ((), papers))
    assert seen.of("rules").ranks[0] < blind.of("rules").ranks[0]
    as_is = dialogues(snapshot, protocol="as-is").talked(replace(MARFAN, publications=papers))
    assert as_is.of("rules").ranks == seen.of("rules").ranks


class Marfan:
    """A policy with a model behind it, as far as a benchmark can tell."""

    name = "model"

    def decide(self, situation: Situation) -> Decision:
        return Decision(Conclude() if situation.questions else Ask("HP:0100775"), "chosen")


class Breaks:
    name = "model"

    def decide(self, situation: Situation) -> Decision:
        raise TimeoutError


def test_a_model_that_is_connected_plays_too(snapshot: Snapshot) -> None:
    assert policies.connected() is None, "none is"
    played = dialogues(snapshot, model=Marfan).talked(MARFAN).of("model")
    assert (played.turns, played.answered) == (1, 0)


def test_a_reasoning_model_chooses_its_questions_over_http(snapshot: Snapshot, settings: Any) -> None:
    def asks(asked: Asked) -> Any:
        may_ask = "ask" in asked.schema["properties"]["actions"]["items"]["properties"]["verb"]["enum"]
        chosen = {"verb": "ask", "question": ["Q1"]} if may_ask else {"verb": "conclude", "question": []}
        return {"actions": [{"diseases": [], "findings": [], "more": [], "why": "", "gain": "much", **chosen}]}

    with Server(asks) as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        played = dialogues(snapshot, model=policies.connected()).talked(MARFAN).of("model")
        assert played.turns > 0 and not played.failed
        assert {one.template for one in server.requests if one.form} == {"policy"}
        server.answers = server.thoughts = Status(401)
        assert dialogues(snapshot, model=policies.connected()).talked(MARFAN).of("model").failed == "error Refused"


def test_a_policy_that_breaks_misses_and_the_others_play_on(snapshot: Snapshot) -> None:
    talked = dialogues(snapshot, model=Breaks).talked(MARFAN)
    assert talked.of("model").failed == "error TimeoutError" and set(talked.of("model").ranks) == {inf}
    assert not talked.of("rules").failed


def test_what_cannot_be_played_is_a_miss_with_a_reason(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    one = dialogues(snapshot)
    assert one.talked(replace(MARFAN, diagnoses=("OMIM:999999",))).failed == NOT_IN_KNOWLEDGE
    assert one.talked(replace(MARFAN, profile=Profile())).failed == NO_FINDINGS

    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(measuring, "VirtualClinic", breaks)
    failed = one.talked(MARFAN)
    assert failed.failed == "error ZeroDivisionError" and set(failed.of("rules").ranks) == {inf}


def test_too_little_to_begin_with_leaves_every_policy_where_it_was(snapshot: Snapshot) -> None:
    talked = dialogues(snapshot, shown=1).talked(CASE)
    assert not talked.begun
    assert all(one.turns == 0 and len(set(one.ranks)) == 1 for one in talked.by.values())


def judged(*talked: Talked) -> list[Judged]:
    return [Judged(replace(MARFAN, id=f"{n}", publications=(f"PMID:{n}",)), StratumOf(True, 0), one)
            for n, one in enumerate(talked)]  # fmt: skip


def test_failures_stay_in_the_denominator_and_a_policy_not_run_says_so() -> None:
    good = Talked({name: Played((4.0, 3.0, 1.0, 1.0, 1.0, 1.0), 2, 1, 2) for name in NAMES}, True, 3)
    found = summary(judged(good, Talked(failed=NO_FINDINGS)), NAMES)
    rules = found["all"]["policies"]["rules"]
    assert [turn["r1"] for turn in rules["recall"]["per_case"]] == [0, 0, 0.5, 0.5, 0.5, 0.5]
    assert [turn["r3"] for turn in rules["recall"]["per_case"]] == [0, 0.5, 0.5, 0.5, 0.5, 0.5]
    assert rules["gained"]["r1"]["value"] == 0.5
    assert found["open"]["cases"] == 1 and found["misses"] == {NO_FINDINGS: 1}
    assert found["all"]["policies"]["model"] == {"not_run": "no model"}
    text = "\n".join(lines(found))
    assert re.search(r"model +not run: no model", text) and "1.0 questions a case, 50.0 % answered, 100 %" in text


def test_what_is_kept_of_a_case_comes_back_as_it_was(tmp_path: Path) -> None:
    one = Talked({"rules": Played((inf, 2.5, 1.0, 1.0, 1.0, 1.0), 1, 1, 0, {"blood": 1})}, True, 2)
    checkpoint = Checkpoint.at(tmp_path, Talked.back, "dialogue")
    with checkpoint.keeping() as keeper:
        keeper.keep("a", one)
        keeper.keep("b", Talked(failed=NO_FINDINGS))
    assert checkpoint.done() == {"a": one, "b": Talked(failed=NO_FINDINGS)}


@pytest.mark.django_db
def test_the_command_writes_every_rank_and_goes_on_where_it_was_interrupted(
    in_use: Snapshot, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_of_this_world(monkeypatch)
    path, plain = cases.with_name("talked.json"), Dialogues.talked
    arguments = ("benchmark", "dialogue", cases, "--no-case-bank", "--json", path, "--shown", 1)
    done: list[str] = []

    def interrupted(self: Dialogues, case: SolvedCase) -> Talked:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(case.id)
        return plain(self, case)

    monkeypatch.setattr(Dialogues, "talked", interrupted)
    said = ran(*arguments)
    assert said.code == 130 and "goes on from here" in said.err and not path.exists()
    asked: list[str] = []
    monkeypatch.setattr(Dialogues, "talked", lambda self, case: asked.append(case.id) or plain(self, case))
    said = ran(*arguments)
    assert said.code == 0, said.err
    assert len(asked) == 4 and not set(asked) & set(done)
    assert "not run: no model" in said.out and "All cases: 6 cases" in said.out
    found = json.loads(path.read_text())
    assert list(found) == ["cases", "summary", "versions", "seconds"]
    assert [one["id"] for one in found["cases"]] == list("abcdef")
    by_id = {one["id"]: one for one in found["cases"]}
    assert by_id["d"]["failed"] == NOT_IN_KNOWLEDGE and by_id["e"]["failed"] == NO_FINDINGS
    assert by_id["f"]["policies"]["rules"]["ranks"] == [by_id["f"]["policies"]["rules"]["ranks"][0]] * (TURNS + 1)
    assert found["versions"]["dialogue"] == {"shown": 1, "mode": "present", "answerable": False, "turns": TURNS}


@pytest.mark.django_db
def test_where_out_cannot_be_written_nothing_is_begun(in_use: Snapshot, cases: Path) -> None:
    said = ran("benchmark", "dialogue", cases, "--json", cases.parent / "nowhere" / "out.json")
    assert said.code == 1 and "--json" in said.err
