"""On sets from elsewhere a bank of published cases must not cost what it brings at home."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_ingest import library
from diagnosis_app.evaluation import reading, worlds
from retrieval.evaluation import SolvedCase
from retrieval.evaluation.bench import OpenBench
from retrieval.evaluation.solved import matched
from retrieval.snapshot import Snapshot

pytestmark = pytest.mark.benchmark_data

MOST = 0.03  # share of the cases that a bank may cost


@pytest.fixture
def here(benchmark_data: Path, knowledge_directory: Path, settings, tmp_path: Path):
    """The knowledge of the tests is in use; what is built for the measurement lies elsewhere and goes."""
    settings.KNOWLEDGE_DIR, settings.VAR_DIR, settings.BENCHMARK_DATA = knowledge_directory, tmp_path, benchmark_data
    library.close_all()
    yield benchmark_data / "cases"
    library.close_all()


def test_a_bank_costs_at_most_three_points_against_annotations_alone(here: Path):
    bank = reading.read_bank(here / "phenopackets-dev.zip")
    with_cases, alone = (worlds.choose(None, lambda _line: None, cases) for cases in (bank, ()))
    assert with_cases.ranker.version.startswith("with_cases-") and with_cases.cases.size > 7000
    assert alone.ranker.version.startswith("annotations_only-") and alone.cases.size == 0
    cases = outside(here, alone)
    assert len(cases) == 410 and sum(bool(case.publications) for case in cases) > 200
    before, after = ranks(alone, cases), ranks(with_cases, cases)
    for level in (1, 10):
        cost = share(before, level) - share(after, level)
        assert cost <= MOST, f"R@{level}: {share(before, level):.3f} alone, {share(after, level):.3f} with a bank"


def outside(folder: Path, snapshot: Snapshot) -> list[SolvedCase]:
    """Both sets; those patients of the second that are in sets which name their papers are blinded by these."""
    ontology = snapshot.ontology

    def current(term: str) -> str | None:
        index = ontology.index(term)
        return ontology.ids[index] if index is not None else None

    papers = reading.published([folder / "phenopackets-dev.zip", folder / "pheval-lirical.zip"])
    copied = reading.read_set(folder / "rarebench-lirical.json").cases
    return [*reading.read_set(folder / "rarebench-mme.json").cases, *matched(copied, papers, current)]


def ranks(snapshot: Snapshot, cases: list[SolvedCase]) -> list[float]:
    outcome = OpenBench(snapshot.directory, without=False)()
    return [outcome(case).rank for case in cases]


def share(found: list[float], level: int) -> float:
    return sum(rank <= level for rank in found) / len(found)
