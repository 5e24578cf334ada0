"""manage.py benchmark search: which documents answer, what a rank is, and what OUT holds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import pipeline, retrieval_process
from corpus_ingest.source import Fetched, Parsed, Source
from corpus_ingest.sources import medquad
from diagnosis_app.evaluation import worlds
from diagnosis_app.evaluation.searching import measuring
from diagnosis_app.evaluation.searching.meaning import InProcess
from diagnosis_app.evaluation.searching.questions import Question, Task, findings_to_disease, own_answer
from retrieval.manifest import SourceRecord
from retrieval.passages.filters import Filters
from retrieval.passages.search import MEANING
from retrieval.snapshot import Snapshot, open_snapshot
from tests import evaluation_world
from tests.diagnosis_app.evaluation.conftest import ran
from tests.retrieval.passages.made import document
from tests.retrieval.search.words_embedder import WordsEmbedder

FILE = """<Document id="{id}" source="GARD" url="https://example.org/{id}"><Focus>{focus}</Focus><QAPairs>
<QAPair pid="1"><Question qid="{id}-1" qtype="symptoms">{question}</Question><Answer>{answer}</Answer></QAPair>
</QAPairs></Document>"""
ANSWERS = (
    ("0000001", "Fit syndrome", "What are the symptoms of Fit syndrome ?", "Seizures begin in childhood."),
    ("0000002", "Bent syndrome", "What are the symptoms of Bent syndrome ?", "The spine is curved."),
    ("0000003", "Bent syndrome 2", "What is Bent syndrome 2 ?", "The spine  is curved."),
    ("0000004", "Fit syndrome", "what are the symptoms of FIT syndrome ?", "Focal seizures."),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "knowledge").mkdir()
    with zipfile.ZipFile(folder / "knowledge" / "medquad.zip", "w") as archive:
        for name, focus, question, answer in ANSWERS:
            archive.writestr(
                f"2_GARD_QA/{name}.xml", FILE.format(id=name, focus=focus, question=question, answer=answer)
            )
    return folder


@pytest.fixture(scope="module")
def world(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The small world with MedQuAD's answers and two definitions."""
    folder = tmp_path_factory.mktemp("searching")
    definitions = [
        document(
            "1", "Focal-onset seizure and scoliosis.", id="orphanet:1", source="orphanet", diseases=("OMIM:100001",)
        ),
        document("2", "Scoliosis alone.", id="orphanet:2", source="orphanet", diseases=("OMIM:100003",)),
    ]
    record = SourceRecord("orphanet", "Definitions", "1", "CC0", "", "", {})
    orphanet = Source("orphanet", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(documents=definitions))
    sources = [evaluation_world.source(folder), orphanet, medquad.source(data / "knowledge" / "medquad.zip")]
    built = pipeline.build(folder / "knowledge", sources=sources)
    return open_snapshot(folder / "knowledge" / built.id)


@pytest.fixture
def in_process(world: Snapshot, tmp_path: Path) -> Callable[..., InProcess]:
    def make(*tasks: Task, embedder: WordsEmbedder | None = None) -> InProcess:
        asked = [one.text for task in tasks for one in task.questions]
        return InProcess(world, embedder or WordsEmbedder(), tmp_path / "embeddings", asked, lambda *_: None)

    return make


def names(world: Snapshot, question: Question) -> set[str]:
    return {world.passages.record(k).id for k in question.answers}


def test_an_own_answer_its_copies_and_answers_to_the_same_question_count(world: Snapshot, data: Path) -> None:
    task = own_answer(world, data / "knowledge" / "medquad.zip")
    assert task.documents == 4
    first, bent, bent2, again = (names(world, one) for one in task.questions)
    assert first == again == {"medquad:GARD/0000001-1", "medquad:GARD/0000004-1"}
    assert bent == bent2 == {"medquad:GARD/0000002-1", "medquad:GARD/0000003-1"}


def test_the_question_is_indexed_nowhere(world: Snapshot) -> None:
    assert not world.lexical.scores({"what": 1.0}).total.any()
    store = world.passages
    assert not any("What" in store.text(i) for i in range(store.size))


def test_one_patient_for_a_disease_and_a_publication_and_no_name_of_it(world: Snapshot, tmp_path: Path) -> None:
    twice = [*evaluation_world.CASES, replace_id(evaluation_world.CASES[0], "z", "HP:0002650")]
    task = findings_to_disease(world, evaluation_world.write_cases(tmp_path / "cases.json", twice))
    assert task.documents == 2
    assert [(one.group, names(world, one)) for one in task.questions] == [
        ("OMIM:100001", {"orphanet:1"}),
        ("OMIM:100001", {"orphanet:1"}),
        ("OMIM:100003", {"orphanet:2"}),
    ]
    assert all("isease" not in one.text and "NAT2" not in one.text for one in task.questions)
    assert findings_to_disease(world, tmp_path / "cases.json") == task, "the same on every run"
    assert len(findings_to_disease(world, tmp_path / "cases.json", limit=2).questions) == 2


def replace_id(case: dict[str, Any], name: str, term: str) -> dict[str, Any]:
    return {**case, "id": name, "observed": [term]}


def test_a_rank_counts_documents_and_what_is_not_listed_is_a_miss(world: Snapshot) -> None:
    store = world.passages
    of = {store.record(int(store.document_of[i])).id: i for i in range(store.size)}
    order = [of["orphanet:2"], of["orphanet:2"], of["orphanet:1"]]
    answer = frozenset({int(store.document_of[of["orphanet:1"]])})
    assert measuring.first(world, order, answer) == 2
    assert measuring.first(world, [], answer) == measuring.NOT_LISTED


def test_other_weights_of_meaning_are_tried_on_two_halves(
    world: Snapshot, data: Path, in_process: Callable[..., InProcess]
) -> None:
    task = own_answer(world, data / "knowledge" / "medquad.zip")
    found = measuring.run(world, task, in_process(task), lambda *_: None, (0.0, MEANING, 50.0))
    assert found.tried[MEANING] == found.ranks["hybrid"], "the weight that the search has gives what it gives"
    assert found.tried[50.0] != found.tried[0.0]
    tried = measuring.figures(found)["tried"]
    assert list(tried) == ["chosen on", "held out"]
    assert sum(one["0.0"].get("questions", 0) for one in tried.values()) == len(task.questions)
    json.dumps(tried, allow_nan=False)


def test_all_three_ways_are_measured_on_the_same_questions(
    world: Snapshot, data: Path, tmp_path: Path, in_process: Callable[..., InProcess]
) -> None:
    tasks = (
        own_answer(world, data / "knowledge" / "medquad.zip"),
        findings_to_disease(world, evaluation_world.write_cases(tmp_path / "cases.json")),
    )
    client = in_process(*tasks)
    for task in tasks:
        found = measuring.figures(measuring.run(world, task, client, lambda *_: None))
        for name in ("lexical", "dense", "hybrid"):
            assert 0 <= found[name]["recall@1"] <= found[name]["recall@10"] <= 1
            assert found[name]["low"]["recall@10"] <= found[name]["recall@10"] <= found[name]["high"]["recall@10"]
        assert set(found["differences"]) == {"hybrid - lexical", "hybrid - dense"}
        assert found["questions"] == len(task.questions)
        json.dumps(found, allow_nan=False)


def test_a_task_is_searched_among_its_own_source_alone(world: Snapshot, in_process: Callable[..., InProcess]) -> None:
    question = Question("scoliosis spine curved seizures", frozenset(), "x")
    task = Task("own_answer", (question,), Filters(sources=("medquad",)), 4)
    order = measuring.by_words(world, question, task)
    store = world.passages
    assert order
    assert {store.record(int(store.document_of[i])).source for i in order} == {"medquad"}
    elsewhere = replace(task, among=Filters(sources=("orphanet",)))
    assert not set(order) & set(measuring.by_words(world, question, elsewhere))


def test_a_second_run_embeds_nothing(world: Snapshot, data: Path, in_process: Callable[..., InProcess]) -> None:
    task = own_answer(world, data / "knowledge" / "medquad.zip")
    first, second = WordsEmbedder(), WordsEmbedder()
    in_process(task, embedder=first)
    in_process(task, embedder=second)
    assert len(first.embedded) > len(second.embedded)
    assert not set(second.embedded) & {one.text for one in task.questions}


@pytest.fixture
def benchmark(
    world: Snapshot, data: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    settings.BENCHMARK_DATA, settings.VAR_DIR = data, tmp_path / "var"
    monkeypatch.setattr(worlds, "with_texts", lambda folder, say: world)
    monkeypatch.setattr(retrieval_process, "embedder", WordsEmbedder)
    return lambda *arguments: ran("benchmark", "search", *arguments, processes=False)


def test_out_has_the_promised_keys_and_the_table_is_printed(benchmark: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    said = benchmark("--only", "own_answer", "--json", out)
    assert said.code == 0, said.err
    found = json.loads(out.read_text())
    assert set(found) == {"own_answer", "versions", "seconds"}
    assert found["own_answer"]["hybrid"]["recall@10"] == 1.0
    assert found["versions"]["embedder"]["name"] == "words"
    assert "hybrid - dense" in said.out
    assert "4 questions" in said.out


def test_without_meaning_nothing_is_embedded(benchmark: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval_process, "embedder", lambda: pytest.fail("it was asked for"))
    said = benchmark("--only", "own_answer", "--words-only", "--limit", "2")
    assert said.code == 0, said.err
    assert "dense" not in said.out
    assert "2 questions" in said.out


def test_what_is_missing_is_named(settings: Any, tmp_path: Path) -> None:
    settings.BENCHMARK_DATA = None
    assert "CLEW_BENCHMARK_DATA" in ran("benchmark", "search", processes=False).err
    settings.BENCHMARK_DATA = tmp_path
    said = ran("benchmark", "search", processes=False)
    assert said.code == 1
    assert "zip" in said.err
    said = ran("benchmark", "search", "--json", tmp_path / "nowhere" / "x", processes=False)
    assert "--json" in said.err
