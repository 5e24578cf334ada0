"""manage.py benchmark ranking, from end to end in a small world."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diagnosis_app.audit.models import Entry
from diagnosis_app.evaluation.models import EvaluationRun
from diagnosis_app.local_cases.models import LocalCase
from retrieval.evaluation import parallel
from retrieval.evaluation.bench import Bench
from tests import evaluation_world
from tests.diagnosis_app.evaluation.conftest import Benchmark, rows_of_this_world
from tests.environment import ROOT
from tests.evaluation_world import FOCAL, SCOLIOSIS, SEIZURE

pytestmark = pytest.mark.django_db


def out_of(benchmark: Benchmark, cases: Path, *arguments: object) -> dict:
    path = cases.with_name("out.json")
    said = benchmark(cases, "--json", path, "--no-store", *arguments)
    assert said.code == 0, said.err
    return json.loads(path.read_text())


def test_out_has_exactly_the_promised_keys(benchmark, cases):
    found = out_of(benchmark, cases, "--no-case-bank")
    assert list(found) == ["cases", "summary", "versions", "seconds"]
    for one in found["cases"]:
        assert list(one) == ["id", "publications", "diagnoses", "rank", "diagnosable", "published_cases"]
        assert one["rank"] is None or one["rank"] >= 1
        assert isinstance(one["diagnosable"], bool) and isinstance(one["published_cases"], int)
    assert [one["id"] for one in found["cases"]] == list("abcdef")
    assert isinstance(found["seconds"], float)


def test_ranks_and_strata_are_those_of_the_blinded_world(benchmark, cases, monkeypatch):
    rows_of_this_world(monkeypatch)
    found = {one["id"]: one for one in out_of(benchmark, cases, "--no-case-bank")["cases"]}
    assert found["f"]["rank"] == 1 and found["f"]["diagnosable"]
    assert found["a"]["rank"] > 1 and found["a"]["diagnosable"]  # a row with a further paper remains
    assert not found["b"]["diagnosable"]
    assert found["d"]["rank"] is None and found["e"]["rank"] is None
    assert found["a"]["publications"] == ["PMID:11"] and found["a"]["diagnoses"] == ["OMIM:100001"]


def test_the_bank_named_is_the_only_one_and_own_papers_are_no_neighbours(benchmark, cases, monkeypatch):
    rows_of_this_world(monkeypatch)
    found = {one["id"]: one for one in out_of(benchmark, cases, "--case-bank", cases)["cases"]}
    assert {name: one["published_cases"] for name, one in found.items()} == {
        "a": 1, "b": 0, "c": 1, "d": 0, "e": 1, "f": 1,
    }  # fmt: skip
    versions = out_of(benchmark, cases, "--case-bank", cases)["versions"]
    assert (versions["bank"]["name"], versions["bank"]["cases"]) == ("cases.json", 6)


def test_versions_name_all_that_decides_a_figure(benchmark, cases, small):
    found = out_of(benchmark, cases, "--no-case-bank", "--genes", "2", "--seed", "5")["versions"]
    assert found["snapshot"] == small.id
    assert found["sources"] == {"hpo": "2030-01-01"}
    assert found["protocol"] == "publication-blind"
    assert (found["genes"], found["seed"]) == (2, 5)
    assert found["bank"] == {"name": "none", "cases": 0, "digest": "none"}
    assert found["cases"]["count"] == 6 and len(found["code"]) == 16 and found["ranker"]
    assert found["strata"] == {"annotations": "2025-01-16"}


def test_every_stratum_list_and_weighting_is_printed_with_intervals(benchmark, cases):
    said = benchmark(cases, "--no-case-bank", "--no-store").out
    for words in ("All cases: 6 cases", "Diagnosable", "With another published case", "no published case"):
        assert words in said
    for words in ("every disease", "OMIM only", "per case", "macro by disease", "balanced by publication", "95 %"):
        assert words in said
    assert "the diagnosis is not in the knowledge" in said and "no finding is known" in said


def test_a_list_of_genes_puts_the_true_gene_among_decoys(benchmark, cases):
    found = out_of(benchmark, cases, "--no-case-bank", "--genes", "3")
    assert found["summary"]["genes_listed"] == 1  # only one case states a gene
    assert len(found["cases"]) == 6


def test_what_cannot_be_read_stays_in_the_denominator(benchmark, tmp_path):
    broken = [*evaluation_world.CASES, {"id": "g", "observed": [], "diagnoses": ["OMIM:100001"], "pmids": ["PMID:9"]}]
    cases = evaluation_world.write_cases(tmp_path / "broken.json", broken)
    found = out_of(benchmark, cases, "--no-case-bank")
    assert len(found["cases"]) == 7 and found["cases"][6]["rank"] is None
    assert found["summary"]["misses"]["unreadable: has no finding that was present"] == 1


# --- protocol ----------------------------------------------------------------


UNNAMED = [{"id": "x", "observed": [FOCAL, SCOLIOSIS], "diagnoses": ["OMIM:100001"]}]


def test_a_set_without_publications_refuses_to_be_blind_and_names_the_alternative(benchmark, tmp_path):
    cases = evaluation_world.write_cases(tmp_path / "unnamed.json", UNNAMED)
    said = benchmark(cases, "--protocol", "publication-blind")
    assert said.code == 1 and "refused" in said.err and "--protocol as-is" in said.err


def test_a_set_without_publications_is_ranked_as_is_only_for_who_asks(benchmark, tmp_path):
    cases = evaluation_world.write_cases(tmp_path / "unnamed.json", UNNAMED)
    said = benchmark(cases)
    assert said.code == 1 and "--protocol as-is" in said.err and "PMID" in said.err
    found = out_of(benchmark, cases, "--protocol", "as-is", "--no-case-bank")
    assert found["versions"]["protocol"] == "as-is" and found["cases"][0]["rank"] == 1


def test_as_is_says_that_its_figures_are_no_measure(benchmark, cases):
    assert "no measure of accuracy" in benchmark(cases, "--protocol", "as-is", "--case-bank", cases, "--no-store").err


def test_papers_of_the_same_patient_elsewhere_make_blinding_possible(benchmark, tmp_path):
    cases = evaluation_world.write_cases(tmp_path / "unnamed.json", UNNAMED)
    other = tmp_path / "papers.json"
    evaluation_world.write_cases(other, [{**UNNAMED[0], "id": "y", "pmids": ["11"]}])
    found = out_of(benchmark, cases, "--match-publications", other, "--no-case-bank")
    assert found["versions"]["protocol"] == "publication-blind"
    assert found["cases"][0]["publications"] == ["PMID:11"]
    assert found["versions"]["matched"] == ["papers.json"]


def test_cases_without_a_publication_among_others_are_counted_aloud(benchmark, tmp_path):
    cases = evaluation_world.write_cases(tmp_path / "mixed.json", [*evaluation_world.CASES, *UNNAMED])
    said = benchmark(cases, "--no-case-bank", "--no-store")
    assert said.code == 0 and "1 of 7 cases name no publication" in said.err


# --- refusals ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.zip",), "nowhere.zip"),
        (("CASES", "--case-bank", "nowhere.zip"), "nowhere.zip"),
        (("CASES", "--case-bank", "CASES", "--no-case-bank"), "not allowed with"),
        (("CASES", "--genes", "-1"), "whole number"),
        (("CASES", "--protocol", "blind"), "invalid choice"),
        (("CASES", "--json", "no/such/directory/out.json"), "directory"),
        (("CASES", "--knowledge", "ffff"), "There is no snapshot ffff"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line_before_anything_runs(benchmark, cases, arguments, words):
    said = benchmark(*(cases if one == "CASES" else one for one in arguments))
    assert said.code != 0 and words in said.err
    assert "Traceback" not in said.err and not EvaluationRun.objects.exists()


def test_a_file_that_holds_no_cases_is_named(benchmark, tmp_path):
    (tmp_path / "empty.json").write_text("[]")
    said = benchmark(tmp_path / "empty.json")
    assert said.code == 1 and "empty.json holds no cases" in said.err


# --- stored runs -------------------------------------------------------------


def test_a_run_is_stored_with_its_ranks_and_leaves_a_row_in_the_trail(benchmark, cases):
    said = benchmark(cases, "--no-case-bank")
    run = EvaluationRun.objects.get()
    assert f"Stored as run {run.pk}" in said.out
    assert (run.cases, run.protocol, run.name) == (6, "publication-blind", "cases.json")
    assert [one["id"] for one in run.ranks] == list("abcdef")
    entry = Entry.objects.get(verb="evaluation.store")
    assert entry.object == f"evaluation:{run.pk}" and entry.via == "command"


def test_no_finding_of_a_case_is_stored_or_printed(benchmark, cases, tmp_path):
    out = tmp_path / "out.json"
    said = benchmark(cases, "--no-case-bank", "--json", out)
    run = EvaluationRun.objects.get()
    whole = json.dumps([run.summary, run.versions, run.ranks]) + out.read_text() + said.out + said.err
    assert not [term for term in (FOCAL, SCOLIOSIS, SEIZURE) if term in whole]


def test_without_a_prepared_database_the_figures_are_there_all_the_same(benchmark, cases, monkeypatch):
    from django.db import OperationalError

    def broken(*_args: object) -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr("diagnosis_app.evaluation.actions.store", broken)
    said = benchmark(cases, "--no-case-bank")
    assert said.code == 0 and "was not stored" in said.out and "Diagnosable" in said.out


# --- interruption ------------------------------------------------------------


def test_ctrl_c_prints_what_is_done_and_the_next_run_goes_on(benchmark, cases, tmp_path, monkeypatch):
    asked: list[str] = []
    outcome = Bench.outcome

    def third_is_too_much(self, case):
        if len(asked) == 2:
            asked.append("interrupt")
            raise KeyboardInterrupt
        asked.append(case.id)
        return outcome(self, case)

    monkeypatch.setattr(Bench, "outcome", third_is_too_much)
    out = tmp_path / "out.json"
    said = benchmark(cases, "--no-case-bank", "--json", out)
    assert said.code == 130
    assert "Interrupted after 2 of 6 cases" in said.err and "All cases: 2 cases" in said.out
    assert not out.exists() and not EvaluationRun.objects.exists()
    said = benchmark(cases, "--no-case-bank", "--json", out)
    assert said.code == 0 and "2 cases were there from an interrupted run" in said.err
    assert sorted(one for one in asked if one != "interrupt") == list("abcdef")  # nothing was computed twice
    assert [one["id"] for one in json.loads(out.read_text())["cases"]] == list("abcdef")
    assert list((tmp_path / "var" / "evaluation" / "unfinished").iterdir()) == []


def test_another_protocol_bank_or_seed_does_not_take_up_what_was_begun(benchmark, cases, monkeypatch):
    outcome = Bench.outcome
    monkeypatch.setattr(Bench, "outcome", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert benchmark(cases, "--no-case-bank").code == 130
    seen: list[str] = []

    def stop_after_two(self, case):
        if len(seen) >= 2:
            raise KeyboardInterrupt
        seen.append(case.id)
        return outcome(self, case)

    monkeypatch.setattr(Bench, "outcome", stop_after_two)
    assert benchmark(cases, "--no-case-bank").code == 130
    monkeypatch.setattr(Bench, "outcome", outcome)
    for other in (["--protocol", "as-is", "--no-case-bank"], ["--case-bank", cases], ["--no-case-bank", "--genes", 2]):
        assert "interrupted run" not in benchmark(cases, *other, "--no-store").err
    assert "2 cases were there" in benchmark(cases, "--no-case-bank", "--no-store").err


def test_a_worker_that_was_killed_is_told_in_a_line_and_what_is_done_is_kept(benchmark, cases, monkeypatch):
    spread = parallel.spread

    def dying(*arguments, **more):
        for n, done in enumerate(spread(*arguments, **more)):
            if n == 2:
                raise BrokenProcessPool
            yield done

    monkeypatch.setattr(parallel, "spread", dying)
    said = benchmark(cases, "--no-case-bank")
    assert said.code == 1 and "--processes 1" in said.err and "Traceback" not in said.err
    monkeypatch.setattr(parallel, "spread", spread)
    assert "2 cases were there" in benchmark(cases, "--no-case-bank").err


# The code is edited while tests run: its fingerprint is held still here, or the second process would start anew.
PROCESS = """
import sys, time
from diagnosis_app.evaluation import code
code.fingerprint = lambda: "0" * 16
from retrieval.evaluation.bench import Bench
outcome, pause = Bench.outcome, float(sys.argv.pop(1))
def slow(self, case):
    time.sleep(pause)
    return outcome(self, case)
Bench.outcome = slow
sys.argv[0] = "manage.py"
import manage
manage.main()
"""


def test_a_killed_command_goes_on_where_it_was(small, tmp_path):
    many = [{**evaluation_world.CASES[0], "id": f"case {n}"} for n in range(60)]
    cases = evaluation_world.write_cases(tmp_path / "many.json", many)
    here = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CLEW_")},
        "CLEW_SECRET_KEY": "0123456789abcdef" * 4,
        "CLEW_VAR": str(tmp_path / "var"),
        "CLEW_KNOWLEDGE": str(small.directory.parent),
        "CLEW_BENCHMARK_DATA": str(tmp_path / "none"),
        "PYTHONPATH": str(ROOT),
    }
    command = ["benchmark", "ranking", str(cases), "--no-case-bank", "--no-store", "--processes", "1"]
    slow = subprocess.Popen(
        [sys.executable, "-c", PROCESS, "0.15", *command],
        env=here,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    unfinished = tmp_path / "var" / "evaluation" / "unfinished"
    deadline = time.monotonic() + 60
    while lines(unfinished) < 3:
        assert time.monotonic() < deadline and slow.poll() is None
        time.sleep(0.05)
    slow.send_signal(signal.SIGKILL)
    slow.wait()
    there = lines(unfinished)
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, "0", *command], env=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{there} cases were there from an interrupted run" in done.stderr
    assert "All cases: 60 cases" in done.stdout


def lines(unfinished: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in unfinished.glob("*/outcomes.jsonl"))


def test_a_limit_takes_cases_from_the_whole_set(benchmark, cases):
    found = out_of(benchmark, cases, "--no-case-bank", "--limit", "3")
    assert [one["id"] for one in found["cases"]] == ["a", "c", "e"]
    assert found["versions"]["cases"]["limit"] == 3


def test_no_case_of_a_team_is_measured_with(benchmark, cases, clinic):
    content = {"present": ["HP:0000118"], "excluded": [], "sex": "female", "age": None, "onset": None, "gene": ""}
    LocalCase.objects.create(team=clinic.team, content=content, disease="OMIM:100001", name="One")
    with CaptureQueriesContext(connection) as asked:
        found = out_of(benchmark, cases, "--no-case-bank")
    assert [one["published_cases"] for one in found["cases"]] == [0] * 6
    assert not [one for one in asked.captured_queries if "local_case" in one["sql"]]
