"""A small world for investigations: the real diseases and findings, a few invented cases and texts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from retrieval.cases import CaseBank
from retrieval.errors import SnapshotUnreadable
from retrieval.model import PublishedCase
from retrieval.passages.document import Document
from retrieval.ranking.ranker import Ranker
from retrieval.search.client import Answer, Ask, Note
from retrieval.snapshot import Snapshot
from tests.published import CARL, HANNAH, NOBODY_LIKE_IT
from tests.retrieval.passages.made import Held, document, held

APERT, PFEIFFER, CROUZON, MARFAN = "OMIM:101200", "OMIM:101600", "OMIM:123500", "OMIM:154700"

TEXTS: tuple[Document, ...] = (
    document(
        "Pfeiffer syndrome",
        "In Pfeiffer syndrome broad thumbs and a broad hallux point aside. Proptosis is seen. Seizures are not seen.",
        "The first patients with Pfeiffer syndrome were 8 members of one family, most of them with craniosynostosis.",
        diseases=(PFEIFFER,),
        licence="CC BY 4.0",
        url="https://example.org/pfeiffer",
    ),
    document(
        "Apert syndrome",
        "Apert syndrome shows craniosynostosis and severe syndactyly of the fingers; proptosis and a short nose occur.",
        "A broad hallux is described in Apert syndrome, and macrocephaly is absent.",
        diseases=(APERT,),
    ),
    document("Crouzon syndrome", "Crouzon syndrome has proptosis and no broad thumbs.", diseases=(CROUZON,)),
    document("Thumbs", "A broad thumb without craniosynostosis is common and means nothing."),
)


class SmallWorld:
    """A snapshot with other cases and texts. Whatever is not named here is the snapshot's own."""

    def __init__(
        self, snapshot: Snapshot, cases: tuple[PublishedCase, ...] = (), texts: Sequence[Document] = ()
    ) -> None:
        self._snapshot = snapshot
        self.cases, self.ranker = _ranking(snapshot, cases)
        texts_held = _texts(snapshot, tuple(texts))
        self.passages, self.lexical = texts_held.passages, texts_held.lexical
        self.passage_findings = texts_held.passage_findings

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)


class Unreadable:
    """A world of which one part cannot be read, as when a disk fails under it."""

    def __init__(self, world: Any, part: str) -> None:
        self._world, self._part = world, part

    def __getattr__(self, name: str) -> Any:
        if name == self._part:
            raise SnapshotUnreadable(f"{name}/start.npy cannot be read (OSError).", hint="Build it again.")
        return getattr(self._world, name)


class Silent:
    """A retrieval process that hangs: its client gives up."""

    def nearest(self, snapshot: str, asks: Sequence[Ask]) -> Answer:
        return Answer(tuple(None for _ in asks), Note.AWAY)


def small_world(snapshot: Snapshot) -> SmallWorld:
    return SmallWorld(snapshot, (HANNAH, CARL, NOBODY_LIKE_IT), TEXTS)


@cache
def _ranking(snapshot: Snapshot, cases: tuple[PublishedCase, ...]) -> tuple[CaseBank, Ranker]:
    bank = CaseBank(CaseBank.build(snapshot.ontology, cases), snapshot.ontology)
    return bank, snapshot._part("ranker", lambda arrays: Ranker(snapshot.ontology, snapshot.diseases, arrays, bank))


@cache
def _texts(snapshot: Snapshot, texts: tuple[Document, ...]) -> Held:
    return held(texts, snapshot)
