"""A few documents about a disease that stands in every test snapshot, and about none; and a search over them."""

from __future__ import annotations

import pytest

from corpus_ingest import pipeline
from retrieval.passages.document import Block, BlockKind, Document
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import tiny
from tests.retrieval.passages.made import Held, document, held

MARFAN = "OMIM:154700"

DOCUMENTS: tuple[Document, ...] = (
    document(
        "Marfan syndrome",
        Block("Care", (), BlockKind.HEADING),
        Block("The lens may be displaced. Yearly echocardiography finds aortic dilatation early. Ask.", ("Care",)),
        Block("Beta blockers slow the dilatation of the aorta.", ("Care", "Medicines"), page=3),
        diseases=(MARFAN,),
        date="2024-05",
        url="https://example.org/marfan",
        licence="CC BY 4.0",
    ),
    document("Aorta", "The aorta carries blood from the heart – always. Its dilatation is dangerous.", date="2019"),
    document("Copy", "Beta  blockers slow the dilatation of the AORTA.", source="other"),
    document("Cœur", "L’aorte est une artère. Naïve façade: anévrysme de l’aorte.", language="fr-FR", source="other"),
    document("Heads", "Children have a small head and seizures.", "No seizures were seen, and the head was large."),
)


@pytest.fixture(scope="session")
def texts(snapshot: Snapshot) -> Held:
    return held(DOCUMENTS, snapshot, synonyms=[(MARFAN, "Arachnodactyly of Marfan")])


@pytest.fixture(scope="session")
def tiny_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A handful of terms and diseases: parts are made in no time, so that properties can be tried often."""
    folder = tmp_path_factory.mktemp("tiny")
    pipeline.build(folder / "knowledge", sources=[tiny.write(folder / "raw")])
    return open_snapshot(folder / "knowledge" / (folder / "knowledge" / "current").read_text().strip())
