"""Published cases with a known diagnosis, from the folder that CLEW_BENCHMARK_DATA names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from diagnosis_app.evaluation.reading import read_set
from retrieval.evaluation import SolvedCase as Published

__all__ = ["Published", "phenopackets"]


def phenopackets(archive: Path) -> Iterator[Published]:
    """Cases of an archive, in the order of its files."""
    yield from read_set(archive).cases
