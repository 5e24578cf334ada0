"""manage.py batch: every file becomes one result and one row, and nothing that was done is done again."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from diagnosis_app.api.run_words import Run as Answered
from diagnosis_app.api.run_words import RunCandidate, RunOfModel
from diagnosis_app.batch.offline import carrying, output
from retrieval.search.client import Client
from retrieval.snapshot import Snapshot
from tests.agents.panel.scripted import nothing
from tests.diagnosis_app.batch.packets import PFEIFFER, SEIZURES, THUMBS, packet, terms, zipped
from tests.environment import ROOT
from tests.model_server import Asked, Server


@pytest.fixture(autouse=True)
def as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the tests' own process the command stays at its priority: the rest of the run would keep the lower one."""
    monkeypatch.setattr(os, "nice", lambda _by: 0)


@pytest.fixture
def folder(tmp_path: Path, snapshot: Snapshot) -> Path:
    made = tmp_path / "cases"
    (made / "ward").mkdir(parents=True)
    (made / "a.json").write_bytes(packet())
    (made / "ward" / "b.txt").write_bytes(terms())
    (made / "c.zip").write_bytes(zipped({"one/d.json": packet(SEIZURES), "README.md": b"not a case"}))
    return made


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results"


def batch(folder: Path, out: Path, *more: str) -> int:
    try:
        call_command("batch", str(folder), "--out", str(out), *more)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def summary(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "summary.json").read_text()))


def rows(out: Path) -> dict[str, dict[str, Any]]:
    return {row["file"]: row for row in summary(out)["rows"]}


def results(out: Path) -> dict[str, Path]:
    return {json.loads(path.read_text())["input"]["file"]: path for path in (out / "cases").glob("*.json")}


def test_every_file_of_the_folder_its_folders_and_its_zips_becomes_a_result_and_a_row(folder: Path, out: Path) -> None:
    assert batch(folder, out) == 0
    assert set(rows(out)) == set(results(out)) == {"a.json", "ward/b.txt", "c.zip/one/d.json"}
    assert summary(out)["counts"] == {"partial": 3} and summary(out)["finished"] is True
    first = rows(out)["a.json"]["first"]
    assert len(first) == 5 and first[0]["id"] == PFEIFFER and first[0]["score"] >= first[1]["score"]
    with (out / "summary.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["file"] for row in table] == ["a.json", "c.zip/one/d.json", "ward/b.txt"]
    assert table[0]["id_1"] == PFEIFFER and table[0]["strength_1"] and float(table[0]["seconds"]) > 0


def test_a_result_has_the_shape_of_the_apis_answer_with_statements_and_their_sources(folder: Path, out: Path) -> None:
    batch(folder, out, "--limit", "1")
    result = json.loads(results(out)["a.json"].read_text())
    assert {
        "state",
        "outcome",
        "reasons",
        "error",
        "manifest",
        "candidates",
    } <= result.keys() & Answered.model_fields.keys()
    leader = result["candidates"][0]
    assert RunCandidate.model_fields.keys() <= leader.keys()
    assert leader["prior"] + sum(one["value"] for one in leader["contributions"]) == pytest.approx(leader["score"])
    said = [one for one in leader["statements"] if one["stance"] == "for"]
    assert said and all(result["sources"][key]["quote"] for one in said for key in one["sources"])
    assert result["statements"]["shown"] > 0 and result["statements"]["removed"] == 0
    assert result["manifest"]["asks"] is False and result["manifest"]["snapshot"]


def test_a_reasoning_model_takes_part_where_one_is_connected(folder: Path, out: Path, settings: Any) -> None:
    with Server(lambda asked: nothing(asked.schema), thoughts="Thinking.") as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        batch(folder, out, "--limit", "1")
        result = json.loads(results(out)["a.json"].read_text())
        assert result["outcome"] == "ranked" and result["manifest"]["model"]["name"] == "clew"
        assert {one.template for one in server.requests if one.form} > {"policy", "sceptic"}


def test_what_a_background_run_of_the_clinic_finds_is_what_the_command_finds(
    folder: Path, out: Path, actor: Any, team: Any, transactional_db: None
) -> None:
    from diagnosis_app.batch.files import File
    from diagnosis_app.batch.reading import read_file
    from diagnosis_app.cases import actions as cases
    from diagnosis_app.runs import actions, worker

    batch(folder, out, "--limit", "1")
    result = json.loads(results(out)["a.json"].read_text())
    from corpus_ingest import library

    content = read_file(File("a.json", packet()), library.current()).content
    case = cases.find(actor, "case.read", cases.create_case(actor, team.pk, content).pk)  # type: ignore[arg-type]
    run = actions.request_run(actor, case, background=True)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reasons) == (result["outcome"], result["reasons"])
    assert run.manifest == result["manifest"]
    stored = [(one.disease, one.score) for one in run.candidates.all()]
    assert stored == [(one["id"], one["score"]) for one in result["candidates"]]


def sensible(asked: Asked) -> Any:
    """Names three diseases, plans, and sums up in the words of the first statement."""
    if asked.template == "proposer":
        names = ("OMIM:301500", "Fabry thumb", "Wolf-Hirschhorn syndrome", "Kestrelosis")
        return {"diseases": [{"disease": one, "explains": ["F1"]} for one in names]}
    if asked.template == "planner":
        return {"questions": ["Q2", "Q1"], "stop": "no"}
    if asked.template == "writer":
        [first] = [line for line in asked.user.splitlines() if line.startswith("S1 ")]
        return {"sentences": [{"text": first.split(") ", 1)[1], "statements": ["S1"]}]}
    if asked.template == "second":
        ids = asked.schema["properties"]["opinions"]["items"]["properties"]["statement"]["enum"]
        return {"opinions": [{"statement": one, "opinion": "partly"} for one in ids]}
    return nothing(asked.schema)


def test_what_a_model_left_is_the_same_here_and_from_the_api(
    folder: Path, out: Path, actor: Any, team: Any, settings: Any, transactional_db: None
) -> None:
    from corpus_ingest import library
    from diagnosis_app.api.runs import _whole
    from diagnosis_app.batch.files import File
    from diagnosis_app.batch.reading import read_file
    from diagnosis_app.cases import actions as cases
    from diagnosis_app.runs import actions, worker

    with Server(sensible, thoughts="Thinking.") as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        batch(folder, out, "--limit", "1")
        content = read_file(File("a.json", packet()), library.current()).content
        case = cases.find(actor, "case.read", cases.create_case(actor, team.pk, content).pk)  # type: ignore[arg-type]
        run = actions.request_run(actor, case, background=True)
        worker.investigate(run.pk)
    here = json.loads(results(out)["a.json"].read_text())
    there = _whole(actor, actions.read_run(actor, run.pk)).model_dump(mode="json")
    assert here["outcome"] == there["outcome"] == "ranked" and here["manifest"] == there["manifest"]
    for document in (here, there):
        document["model"].pop("seconds")
    assert {name: here[name] for name in RunOfModel.model_fields} == {
        name: there[name] for name in RunOfModel.model_fields
    }
    assert here["model"]["answered"] and here["model"]["calls"] == len(server.counted) // 2 > 5
    assert [one["name"] for one in here["named"]] == ["Fabry thumb", "Wolf-Hirschhorn syndrome"]
    [sentence] = here["summary"]
    first = here["candidates"][0]["statements"]
    assert len(here["look_next"]) == 2 and set(sentence["statements"]) <= {one["key"] for one in first}
    place = ("id", "rank", "proposed", "arithmetic_rank")
    placed = [[tuple(one[name] for name in place) for one in document["candidates"]] for document in (here, there)]
    assert placed[0] == placed[1] and [one[0] for one in placed[0] if one[2]] == ["OMIM:301500"]


def test_a_broken_file_is_one_row_with_its_reason_and_the_others_go_on(folder: Path, out: Path) -> None:
    (folder / "broken.json").write_bytes(b'{"subject": ')
    (folder / "empty.txt").write_bytes(b"")
    (folder / "note.txt").write_bytes(b"A girl with seizures and broad thumbs.")
    (folder / "photo.json").write_bytes(b"\x89PNG\r\n")
    (folder / "bad.zip").write_bytes(b"PK\x03\x04 and nothing else")
    (folder / "out.zip").write_bytes(zipped({"../../etc/x.json": packet()}))
    (folder / "nested.zip").write_bytes(zipped({"inner.zip": zipped({"x.json": packet()})}))
    assert batch(folder, out) == 1
    codes = {name: row["error"]["code"] for name, row in rows(out).items() if row["error"]}
    assert codes == {
        "broken.json": "phenopacket.json",
        "empty.txt": "input.empty",
        "note.txt": "batch.note",
        "photo.json": "input.binary",
        "bad.zip": "batch.unsafe_zip",
        "out.zip": "batch.unsafe_zip",
        "nested.zip/inner.zip": "batch.packed",
    }
    assert all(row["error"]["hint"] for row in rows(out).values() if row["error"])
    assert summary(out)["counts"] == {"partial": 3, "unreadable": 7}
    assert set(results(out)) == {"a.json", "ward/b.txt", "c.zip/one/d.json"}


def test_a_zip_that_unpacks_without_bounds_is_refused(folder: Path, out: Path) -> None:
    (folder / "bomb.zip").write_bytes(zipped({"x.json": b" " * (30 * 1024 * 1024)}))
    assert batch(folder, out) == 1
    assert rows(out)["bomb.zip"]["error"]["code"] == "batch.unsafe_zip"


def test_too_few_findings_is_an_outcome_with_an_exit_code_of_its_own(folder: Path, out: Path) -> None:
    (folder / "few.txt").write_bytes(terms(SEIZURES[:1]))
    assert batch(folder, out) == 3
    assert rows(out)["few.txt"]["outcome"] == "insufficient" and rows(out)["few.txt"]["first"] == []


def test_a_named_diagnosis_changes_nothing_and_its_rank_is_told_only_when_asked_for(folder: Path, out: Path) -> None:
    (folder / "a.json").write_bytes(packet())
    (folder / "named.json").write_bytes(packet(diagnosis="OMIM:154700"))
    (folder / "right.json").write_bytes(packet(diagnosis=PFEIFFER))
    assert batch(folder, out) == 0
    found = {name: json.loads(path.read_text()) for name, path in results(out).items()}
    assert found["a.json"]["candidates"] == found["named.json"]["candidates"] == found["right.json"]["candidates"]
    assert "diagnosis" not in rows(out)["right.json"]
    assert "rank_of_named_diagnosis" not in (out / "summary.csv").read_text()
    assert batch(folder, out, "--diagnosis") == 0
    told = {name: row["diagnosis"] for name, row in rows(out).items()}
    assert told["right.json"] == "1" and told["named.json"] == "> 50" and told["a.json"] == "" == told["ward/b.txt"]


def test_what_is_there_is_not_done_again_unless_the_file_the_world_or_the_person_says_so(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    investigate = carrying.investigate

    def noted(given: Any, *rest: Any) -> Any:
        done.append(given.name)
        return investigate(given, *rest)

    monkeypatch.setattr(carrying, "investigate", noted)
    batch(folder, out)
    assert len(done) == 3
    before = summary(out)
    done.clear()
    batch(folder, out)
    assert done == [] and summary(out) == before
    (folder / "a.json").write_bytes(packet(SEIZURES))
    batch(folder, out)
    assert done == ["a.json"]
    done.clear()
    results(out)["ward/b.txt"].write_text('{"input": ')
    batch(folder, out)
    assert done == ["ward/b.txt"], "what cannot be read counts as not there"
    done.clear()
    manifest_of = carrying.manifest_of
    monkeypatch.setattr(carrying, "manifest_of", lambda *asked: {**manifest_of(*asked), "graph": "another"})
    batch(folder, out, "--limit", "1")
    assert done == ["a.json"]
    done.clear()
    batch(folder, out, "--again", "--limit", "1")
    assert done == ["a.json"]


@pytest.mark.parametrize(
    ("reason", "answers", "again"),
    [
        ("out_of_time", False, True),
        ("step_failed", False, True),
        ("search_away", True, True),
        ("search_away", False, False),  # the same would come out
        ("two_diseases", True, False),
    ],
)
def test_what_was_not_whole_for_a_cause_that_may_be_gone_is_done_again(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch, reason: str, answers: bool, again: bool
) -> None:
    batch(folder, out, "--limit", "1")
    place = results(out)["a.json"]
    result = json.loads(place.read_text())
    place.write_text(json.dumps({**result, "reasons": [reason, *result["reasons"]]}))
    said = {"snapshots": {result["manifest"]["snapshot"]: {"passages": 9}}} if answers else None
    monkeypatch.setattr(Client, "status", lambda _: said)
    batch(folder, out, "--limit", "1")
    assert (reason not in json.loads(place.read_text())["reasons"]) is again


def test_results_inside_the_folder_are_not_read_as_cases(folder: Path) -> None:
    out = folder / "results"
    batch(folder, out)
    batch(folder, out)
    assert summary(out)["files"] == 3


def test_a_name_that_is_no_utf_8_is_written_as_json_and_known_again(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = os.fsdecode(b"M\xfcller.json")
    try:
        (folder / name).write_bytes(packet(SEIZURES))
    except OSError:
        pytest.skip("this file system keeps no such name")
    assert batch(folder, out) == 0
    assert name in rows(out) and name in results(out)
    assert "M ller.json" in (out / "summary.csv").read_text(encoding="utf-8")
    monkeypatch.setattr(carrying, "investigate", lambda *_: pytest.fail("it is there already"))
    assert batch(folder, out) == 0


def test_a_zip_that_may_not_be_opened_is_one_row_and_the_others_go_on(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "locked.zip").write_bytes(zipped({"x.json": packet()}))
    opened = zipfile.ZipFile

    def refused(path: Any, *rest: Any) -> zipfile.ZipFile:  # whoever runs the tests may open everything
        if str(path).endswith("locked.zip"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *rest)

    monkeypatch.setattr(zipfile, "ZipFile", refused)
    assert batch(folder, out) == 1
    assert rows(out)["locked.zip"]["error"]["code"] == "input.unreadable"
    assert summary(out)["files"] == 4 and summary(out)["counts"] == {"partial": 3, "unreadable": 1}


def test_what_a_spreadsheet_would_calculate_is_shown_as_text(folder: Path, out: Path) -> None:
    (folder / "=cmd|'x'!A1.json").write_bytes(packet())
    batch(folder, out)
    with (out / "summary.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["file"] == "'=cmd|'x'!A1.json"


def empty(here: Path) -> Path:
    """A folder in which nothing is a case."""
    made = here / "letters"
    made.mkdir()
    (made / "README.md").write_bytes(b"not a case")
    (made / "none.zip").write_bytes(zipped({}))
    return made


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda here: ("batch", str(here / "nowhere"), "--out", str(here / "r")), "is not a directory"),
        (lambda here: ("batch", str(here), "--out", str(here)), "between the cases"),
        (lambda here: ("batch", str(here), "--out", str(here.parent)), "The cases lie in the directory of --out"),
        (lambda here: ("batch", str(empty(here)), "--out", str(here / "r")), "There is no case in"),
        (lambda here: ("batch", str(here), "--out", __file__), "is not a directory"),
        (lambda here: ("batch", str(here), "--out", str(here / "r"), "--knowledge", "zz"), "no snapshot zz"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_made(
    folder: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], tuple[str, ...]], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command(*make(folder))
    assert ended.value.code == 2 and words in capsys.readouterr().err
    assert not (folder / "r").exists() and not (folder.parent / "cases" / "cases").exists()
    assert not (folder.parent / "summary.csv").exists()


@pytest.mark.parametrize("wrong", ["-1", "x", "1" * 10])
def test_a_limit_that_cannot_be_one_is_refused_in_true_words(folder: Path, out: Path, wrong: str) -> None:
    with pytest.raises(CommandError, match="at most nine digits; 0: all"):
        call_command("batch", str(folder), "--out", str(out), f"--limit={wrong}")


def test_a_limit_of_0_is_none(folder: Path, out: Path) -> None:
    assert batch(folder, out, "--limit", "0") == 0 and len(rows(out)) == 3


def test_an_interruption_ends_with_the_summary_of_what_was_done(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    investigate, calls = carrying.investigate, []

    def interrupted(given: Any, *rest: Any) -> Any:
        calls.append(given.name)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return investigate(given, *rest)

    monkeypatch.setattr(carrying, "investigate", interrupted)
    assert batch(folder, out) == 130
    assert list(rows(out)) == ["a.json"] and summary(out)["finished"] is False and summary(out)["files"] == 3
    monkeypatch.setattr(carrying, "investigate", investigate)
    assert batch(folder, out) == 0 and len(rows(out)) == 3 and summary(out)["finished"] is True


def process(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "batch", str(folder), "--out", str(out)],
        cwd=ROOT,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_one_process_at_a_time_writes_to_a_directory(
    folder: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with output.opened(out):
        assert batch(folder, out) == 2
    assert "Another process writes" in capsys.readouterr().err
    assert batch(folder, out, "--limit", "1") == 0


def test_a_killed_process_leaves_no_half_file_and_the_next_one_goes_on(folder: Path, out: Path) -> None:
    for number in range(12):
        (folder / f"n{number:02}.json").write_bytes(packet(THUMBS[: 3 + number % 3], id=f"patient-{number}"))
    first = process(folder, out)
    try:
        deadline = time.monotonic() + 300  # at its low priority, on a machine that others use
        while len(list((out / "cases").glob("*.json"))) < 3:
            assert time.monotonic() < deadline and first.poll() is None, "it wrote nothing"
            time.sleep(0.02)
        assert os.getpriority(os.PRIO_PROCESS, first.pid) >= 10, "whoever works at this machine goes first"
    finally:
        first.kill()
        first.wait()
    there = results(out)  # every file parses
    assert 3 <= len(there) < 15 and not (out / "summary.json").exists()
    stamps = {name: path.stat().st_mtime_ns for name, path in there.items()}
    (out / "cases" / ".draft-left").write_text('{"half":')
    assert batch(folder, out) == 0
    assert len(results(out)) == 15 == len(rows(out))
    assert not list(out.rglob(".draft-*"))
    assert {name: path.stat().st_mtime_ns for name, path in results(out).items() if name in stamps} == stamps
