"""manage.py fit-ranker, from end to end in a small world: what is written is read by the ranking, and nothing leaks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diagnosis_app.evaluation import fitting, learning, reading, worlds
from diagnosis_app.local_cases.models import LocalCase
from retrieval.evaluation.measures import Groups
from retrieval.ranking import fusion
from retrieval.ranking.calibration import FEATURES
from retrieval.ranking.fusion import ANNOTATIONS_ONLY, WITH_CASES
from retrieval.ranking.ranker import Ranker
from tests import evaluation_world
from tests.diagnosis_app.evaluation.conftest import Benchmark, rows_of_this_world
from tests.environment import ROOT
from tests.evaluation_world import CASES, FOCAL, SCOLIOSIS, SEIZURE

TERMS = ([FOCAL], [SCOLIOSIS], [FOCAL, SCOLIOSIS], [SEIZURE, SCOLIOSIS])
MANY = [
    {
        "id": f"m{n}",
        "observed": TERMS[n % 4],
        "diagnoses": [f"OMIM:10000{1 + n % 4}"],
        "pmids": [f"PMID:{200 + n}"],
    }
    for n in range(24)
]


@pytest.fixture(autouse=True)
def _rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows_of_this_world(monkeypatch)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return evaluation_world.write_cases(tmp_path / "many.json", [*CASES, *MANY])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_both_artefacts_are_written_and_are_what_a_ranker_reads(fit: Benchmark, many, out, in_use):
    said = fit(many, "--out", out)
    assert said.code == 0, said.err
    for name in (WITH_CASES, ANNOTATIONS_ONLY):
        text = (out / f"{name}.json").read_text()
        artefact = fusion.read(text)
        assert artefact.name == name and len(artefact.calibration.coefficients) == len(FEATURES)
        ranker = Ranker(
            in_use.ontology, in_use.diseases, Ranker.build(in_use.ontology, in_use.diseases), fitted=artefact
        )
        assert ranker.version == artefact.version != fusion.artefact(name).version
    with_cases, alone = (json.loads((out / f"{name}.json").read_text()) for name in (WITH_CASES, ANNOTATIONS_ONLY))
    assert alone["weights"]["nearest"] == 0 != with_cases["weights"]["nearest"]
    assert set(with_cases["calibration"]["measured"]) == {"expected_calibration_error", "area_under_curve"}


def test_it_says_what_it_was_fitted_on_and_no_date_and_no_place(fit, many, out, tmp_path):
    fit(many, "--out", out)
    text = (out / "with_cases.json").read_text()
    fitted = json.loads(text)["fitted"]
    assert fitted["cases"]["name"] == "many.json" and fitted["cases"]["count"] == 30
    assert fitted["command"] == "manage.py fit-ranker many.json"
    assert fitted["publications"] == 29 and fitted["sources"]["hpo"] == "2030-01-01" and "cases" in fitted["sources"]
    assert str(tmp_path) not in text and "20" + "26-" not in text


def test_the_same_cases_give_the_same_bytes_whatever_was_shipped_before(fit, many, out, tmp_path, monkeypatch):
    assert fit(many, "--out", out).code == 0
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    other = tmp_path / "again"
    other.mkdir()
    monkeypatch.setattr(fusion, "artefact", lambda name: fusion.read(first[f"{name}.json"].decode()))
    assert fit(many, "--out", other).code == 0
    assert {path.name: path.read_bytes() for path in other.iterdir()} == first


def test_the_table_names_both_kinds_of_folds_and_how_the_words_held(fit, many, out):
    said = fit(many, "--out", out).out
    for words in (
        "With published cases", "Annotations alone", "All cases", "Diagnosable", "folds by publication",
        "folds by disease", "by disease less by publication", "balanced by publication",
        "R@1 (95 %)", "AUROC", "very likely", "Written: ",
    ):  # fmt: skip
        assert words in said, words


def test_check_writes_nothing_and_says_where_the_artefacts_differ(fit, many, out):
    fit(many, "--out", out)
    said = fit(many, "--out", out, "--check")
    assert said.code == 0 and said.out.count("is what a fit gives now") == 2
    path = out / "with_cases.json"
    path.write_text(path.read_text().replace('"name": "with_cases"', '"name": "another"'))
    before = path.read_bytes()
    said = fit(many, "--out", out, "--check")
    assert said.code == 1 and "with_cases: differs." in said.out and "name: another there, with_cases now" in said.out
    assert path.read_bytes() == before


def test_a_difference_in_the_last_place_is_none():
    there = {"weights": {"finding": 0.2}, "fitted": {"command": "x"}}
    assert list(learning._apart("", there, {"weights": {"finding": 0.2001}, "fitted": {"command": "x"}})) == []
    assert list(learning._apart("", there, {"weights": {"finding": 0.21}, "fitted": {}})) == [
        "fitted.command: x there, None now",
        "weights.finding: 0.2 there, 0.21 now",
    ]


def test_a_snapshot_by_its_id_is_fitted_as_it_is(fit, many, out, in_use):
    said = fit(many, "--knowledge", in_use.id, "--out", out)
    assert said.code == 0, said.err
    assert [path.name for path in out.iterdir()] == ["annotations_only.json"]


def test_a_case_is_hidden_from_its_own_ranking(in_use, tmp_path):
    """With itself in the bank every case would stand first and the nearest case would be worth everything."""
    own = {"id": "own", "observed": [FOCAL], "diagnoses": ["OMIM:100003"], "pmids": ["PMID:300"]}
    path = evaluation_world.write_cases(tmp_path / "bank.json", [*CASES, own])
    snapshot = worlds.choose(None, lambda _line: None, reading.read_bank(path))
    asking = fitting.Opening(snapshot.directory)()
    cases = {one.id: one for one in reading.read_set(path).cases}
    terms = asking((cases["own"], ()))
    assert isinstance(terms, np.ndarray) and terms[0, 3] < 0.5  # the only other patient has something else
    terms = asking((replace(cases["own"], publications=("PMID:301",)), ()))
    assert isinstance(terms, np.ndarray) and terms[0, 3] == 1.0
    terms = asking((cases["b"], ()))
    assert isinstance(terms, np.ndarray) and terms[0, 0] <= 0 < terms[1:, 0].max()  # its paper held all there was


def test_folds_keep_a_publication_together_and_use_every_fifth():
    groups = Groups.of([(f"OMIM:{n}",) for n in range(200)], [(f"PMID:{n // 4}",) for n in range(200)])
    found = fitting.folds(groups.paper)
    assert all(len(set(found[at : at + 4].tolist())) == 1 for at in range(0, 200, 4))
    assert set(found.tolist()) == set(range(fitting.FOLDS))


# --- refusals ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name them: manage.py fit-ranker CASES. Or set CLEW_BENCHMARK_DATA"),
        (("nowhere.zip",), "nowhere.zip"),
        (("MANY", "--out", "no/such/directory"), "--out DIR"),
        (("MANY", "--knowledge", "ffff"), "There is no snapshot ffff"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(fit, many, out, arguments, words):
    given = [many if one == "MANY" else one for one in arguments]
    said = fit(*given, *([] if "--out" in arguments else ["--out", out]))
    assert said.code == 1 and words in said.err and "Traceback" not in said.err


def test_cases_without_publications_teach_nothing_and_are_refused(fit, out, tmp_path):
    unnamed = [{key: value for key, value in one.items() if key != "pmids"} for one in MANY]
    said = fit(evaluation_world.write_cases(tmp_path / "unnamed.json", unnamed), "--out", out)
    assert said.code == 1 and "PMID" in said.err and list(out.iterdir()) == []


def test_cases_of_which_nothing_is_known_teach_nothing_and_are_refused(fit, out, tmp_path):
    unknown = [{**MANY[0], "diagnoses": ["OMIM:999999"]}]
    said = fit(evaluation_world.write_cases(tmp_path / "unknown.json", unknown), "--out", out)
    assert said.code == 1 and "nothing to learn" in said.err


def test_the_benchmark_data_offer_the_development_cases(settings, tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / learning.DEVELOPMENT).write_bytes(b"")
    settings.BENCHMARK_DATA = tmp_path
    assert learning.cases_at(None) == tmp_path / learning.DEVELOPMENT
    assert learning.cases_at(tmp_path / "own.zip") == tmp_path / "own.zip"


# --- what comes with the code ------------------------------------------------


@pytest.mark.parametrize("name", [WITH_CASES, ANNOTATIONS_ONLY])
def test_what_comes_with_the_code_keeps_the_promises_of_its_calibration(name):
    raw = json.loads((ROOT / "retrieval" / "ranking" / "artefacts" / f"{name}.json").read_text())
    measured = raw["calibration"]["measured"]
    assert measured["expected_calibration_error"] <= 0.05 and measured["area_under_curve"] >= 0.88
    assert raw["fitted"]["publications"] > 1000 and {"hpo", "mondo", "orphanet"} <= set(raw["fitted"]["sources"])
    assert ("cases" in raw["fitted"]["sources"]) == (name == WITH_CASES)


@pytest.mark.django_db
def test_no_case_of_a_team_is_fitted_on(fit, many, out, tmp_path, clinic):
    assert fit(many, "--out", out).code == 0
    without = {path.name: path.read_bytes() for path in out.iterdir()}
    content = {"present": ["HP:0000118"], "excluded": [], "sex": "female", "age": None, "onset": None, "gene": ""}
    LocalCase.objects.create(team=clinic.team, content=content, disease="OMIM:100001", name="One")
    other = tmp_path / "with"
    other.mkdir()
    with CaptureQueriesContext(connection) as asked:
        assert fit(many, "--out", other).code == 0
    assert {path.name: path.read_bytes() for path in other.iterdir()} == without
    assert not [one for one in asked.captured_queries if "local_case" in one["sql"]]
