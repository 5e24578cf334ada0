"""The bench: each case becomes a rank or a miss with its reason, and nothing leaves the denominator."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from corpus_ingest.sources.phenopackets import read_cases
from retrieval.evaluation import SolvedCase
from retrieval.evaluation.bench import (
    AS_IS,
    NO_FINDINGS,
    NOT_IN_KNOWLEDGE,
    NOT_RANKED,
    Bench,
    OpenBench,
)
from retrieval.model import Finding, Profile
from retrieval.snapshot import Snapshot
from tests import evaluation_world
from tests.evaluation_world import FOCAL, SCOLIOSIS


@pytest.fixture
def cases(tmp_path) -> dict[str, SolvedCase]:
    read = read_cases(evaluation_world.write_cases(tmp_path / "cases.json"))
    return {case.label: SolvedCase.of(case) for case in read.cases}


def bench(small: Snapshot, **how: object) -> Bench:
    return Bench(small, replace(OpenBench(small.directory), **how))  # type: ignore[arg-type]


def test_blinding_takes_away_what_as_is_leaks(small, cases):
    blind, leaking = bench(small).outcome(cases["a"]), bench(small, protocol=AS_IS).outcome(cases["a"])
    assert leaking.rank == 1 < blind.rank < inf


def test_a_case_of_another_paper_keeps_all_evidence(small, cases):
    assert bench(small).outcome(cases["f"]).rank == bench(small, protocol=AS_IS).outcome(cases["f"]).rank == 1


@pytest.mark.parametrize(("name", "reason"), [("d", NOT_IN_KNOWLEDGE), ("e", NO_FINDINGS)])
def test_what_cannot_be_ranked_is_a_miss_that_says_why(small, cases, name, reason):
    found = bench(small).outcome(cases[name])
    assert (found.rank, found.rank_omim, found.failed) == (inf, inf, reason)


def test_a_known_disease_that_is_not_ranked_is_a_miss_too(small, cases):
    unranked = next(i for i in range(small.diseases.size) if i not in set(small.diseases.ranked.tolist()))
    case = replace(cases["a"], diagnoses=(small.diseases.ids[unranked],))
    assert bench(small).outcome(case).failed == NOT_RANKED


def test_a_failure_of_ours_is_a_miss_and_names_no_finding(small, cases, monkeypatch):
    made = bench(small)
    monkeypatch.setattr(made._full, "ask", lambda *_: 1 / 0)
    found = made.outcome(cases["a"])
    assert (found.rank, found.failed) == (inf, "error ZeroDivisionError")


def test_any_accepted_id_is_a_hit(small, cases):
    two = replace(cases["c"], diagnoses=("OMIM:100003", "OMIM:999999"))
    assert bench(small).outcome(two).rank == bench(small).outcome(cases["c"]).rank


def test_more_documented_findings_are_asked_for_a_sample_and_the_rank_is_compared(small):
    case = SolvedCase("one", Profile((Finding(FOCAL),)), ("OMIM:100001",))
    found = bench(small, adding=1.0).outcome(case)
    assert found.before is not None and found.after is not None and found.after <= found.before
    nothing_left = SolvedCase("all", Profile((Finding(FOCAL), Finding(SCOLIOSIS))), ("OMIM:100001",))
    assert bench(small, adding=1.0).outcome(nothing_left).before is None
    assert bench(small, adding=0.0).outcome(case).before is None


def test_systems_and_findings_are_told(small, cases):
    found = bench(small).outcome(cases["f"])
    assert found.findings == 2
    assert set(found.systems) == {"HP:0000707", "HP:0000924"}


def test_without_rows_that_cannot_be_blinded_is_told_only_where_a_ranked_disease_has_some(small, cases):
    ranked = {small.diseases.ids[i] for i in small.diseases.ranked.tolist()}
    found = bench(small).outcome(cases["f"])
    assert (found.without is None) == ("ORPHA:6" not in ranked)


def test_what_is_opened_anew_in_another_process_answers_alike(small, cases):
    assert OpenBench(small.directory)()(cases["f"]).rank == bench(small).outcome(cases["f"]).rank


def test_genes_are_given_only_when_the_run_says_so(small, cases):
    assert bench(small).outcome(cases["a"]).listed_genes == 0
    assert bench(small, genes=1).outcome(cases["a"]).listed_genes == 1
    assert bench(small, genes=1).outcome(cases["b"]).listed_genes == 0
