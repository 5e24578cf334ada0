"""A snapshot of six diseases on disk, with papers behind their findings, and cases from some of those papers.

Built by the code that builds the real one, so that a benchmark can run on it from end to end in a second.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpus_ingest import pipeline
from corpus_ingest.source import Source
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import tiny

SEIZURE, FOCAL, SCOLIOSIS = "HP:0001250", "HP:0007359", "HP:0002650"


def row(disease: str, term: str, reference: str, frequency: str, qualifier: str = "") -> tuple[str, ...]:
    name = f"Disease {disease.partition(':')[2]}"
    return (disease, name, qualifier, term, reference, "PCS", "", frequency, "", "", "P")


ROWS = [
    row("OMIM:100001", FOCAL, "PMID:11", "4/4"),
    row("OMIM:100001", SCOLIOSIS, "PMID:11;PMID:12", "2/6"),
    row("OMIM:100002", SEIZURE, "PMID:11", "5/5"),
    row("OMIM:100002", SCOLIOSIS, "PMID:11", "0/5"),
    row("OMIM:100003", SCOLIOSIS, "PMID:30", "4/5"),
    row("OMIM:100004", SEIZURE, "PMID:40", "1/9"),
    row("OMIM:100005", SEIZURE, "PMID:50", "2/9"),
    row("ORPHA:6", SEIZURE, "ORPHA:6", "HP:0040281"),
]

CASES: list[dict[str, Any]] = [
    {"id": "a", "observed": [FOCAL], "diagnoses": ["OMIM:100001"], "pmids": ["PMID:11"], "genes": ["NAT2"]},
    {"id": "b", "observed": [SEIZURE], "diagnoses": ["OMIM:100002"], "pmids": ["PMID:11"]},
    {"id": "c", "observed": [SCOLIOSIS], "diagnoses": ["OMIM:100003"], "pmids": ["PMID:99"]},
    {"id": "d", "observed": [SEIZURE], "diagnoses": ["OMIM:999999"], "pmids": ["PMID:98"]},
    {"id": "e", "observed": ["HP:9999999"], "diagnoses": ["OMIM:100003"], "pmids": ["PMID:97"]},
    {"id": "f", "observed": [FOCAL, SCOLIOSIS], "diagnoses": ["OMIM:100001"], "pmids": ["PMID:96"]},
]


def source(directory: Path) -> Source:
    """The raw files, written to `directory`/raw."""
    return tiny.write(directory / "raw", rows=ROWS)


def build(directory: Path) -> Snapshot:
    """The snapshot, in use in `directory`/knowledge."""
    built = pipeline.build(directory / "knowledge", sources=[source(directory)])
    return open_snapshot(directory / "knowledge" / built.id)


def write_cases(path: Path, cases: list[dict[str, Any]] | None = None) -> Path:
    path.write_text(json.dumps(CASES if cases is None else cases), encoding="utf-8")
    return path
