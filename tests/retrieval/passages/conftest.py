"""A few documents about two diseases that stand in every test snapshot, and a search over them."""

from __future__ import annotations

import pytest

from retrieval.passages.document import Block, BlockKind, Document
from retrieval.snapshot import Snapshot
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
)


@pytest.fixture(scope="session")
def texts(snapshot: Snapshot) -> Held:
    return held(DOCUMENTS, snapshot.diseases, synonyms=[(MARFAN, "Arachnodactyly of Marfan")])
