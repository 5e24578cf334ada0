"""manage.py benchmark investigation, from end to end in a small world."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diagnosis_app.evaluation.investigating.measuring import Investigations
from diagnosis_app.evaluation.reading import read_set
from retrieval.evaluation.bench import BLIND, Bench, OpenBench
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.evaluation.conftest import ran, rows_of_this_world

pytestmark = pytest.mark.django_db
KEYS = ["id", "publications", "diagnoses", "rank", "rank_before", "felled", "diagnosable", "published_cases"]


def out_of(cases: Path, *arguments: object) -> dict[str, Any]:
    path = cases.with_name("investigated.json")
    said = ran("benchmark", "investigation", cases, "--json", path, *arguments)
    assert said.code == 0, said.err
    assert "instant ranking" in said.out and "after the run" in said.out and "falls in" in said.out
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_both_ranks_stand_side_by_side_and_the_first_is_that_of_the_ranking_benchmark(
    in_use: Snapshot, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_of_this_world(monkeypatch)
    found = out_of(cases, "--case-bank", cases)
    assert list(found) == ["cases", "summary", "versions", "seconds"]
    path = cases.with_name("ranked.json")
    assert ran("benchmark", "ranking", cases, "--case-bank", cases, "--json", path, "--no-store").code == 0
    ranked = {one["id"]: one for one in json.loads(path.read_text())["cases"]}
    for one in found["cases"]:
        assert list(one)[: len(KEYS)] == KEYS
        assert one["rank_before"] == ranked[one["id"]]["rank"]
        assert one["diagnosable"] == ranked[one["id"]]["diagnosable"]
        assert one["felled"] == (one["rank"] is not None and one["rank"] > one["rank_before"])
        assert one["outcome"] in {"partial", "insufficient", ""}
    assert [one["id"] for one in found["cases"]] == [*ranked]


def test_an_objection_moves_the_rank_and_is_counted(
    small: Snapshot, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rank after is that of the scores with what was held against candidates, over all diseases."""
    case = next(one for one in read_set(cases).cases if one.id == "f")
    plain = Bench(small, OpenBench(small.directory, BLIND)).outcome(case)
    went = Investigations(small, BLIND).went(case)
    assert went.rank_before == plain.rank == 1
    true = case.diagnoses[0]
    held = Investigations._after

    def against(self: Investigations, scores: Any, candidates: Any) -> Any:
        found = held(self, scores, candidates)
        found[self._position[small.diseases.index(true)]] -= 100.0  # type: ignore[index]
        return found

    monkeypatch.setattr(Investigations, "_after", against)
    assert Investigations(small, BLIND).went(case).felled


def test_a_case_that_breaks_is_a_miss_with_a_reason(
    small: Snapshot, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents import runner

    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(runner, "run", breaks)
    went = Investigations(small, BLIND).went(read_set(cases).cases[0])
    assert went.failed == "error ZeroDivisionError" and went.rank == float("inf")


def test_where_out_cannot_be_written_nothing_is_begun(in_use: Snapshot, cases: Path) -> None:
    said = ran("benchmark", "investigation", cases, "--json", cases.parent / "nowhere" / "out.json")
    assert said.code == 1 and "--json" in said.err
