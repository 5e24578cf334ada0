"""The search over passages: by words and by meaning, favouring the disease that the question names.

Several lists, each ranked in its own way, become one (`fusion`), and every hit says which lists it came from:

- words: BM25 over text, headings and title; always there;
- meaning: passages whose embedding is near, from the retrieval process; without it `note` says why;
- disease: passages of the diseases that the question names by an id, a name or a synonym.

Filters are applied before any list is cut. Passages of the same words are shown once. What is found is data: nothing
of it is ever carried out, and nothing here changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from retrieval.manifest import Manifest
from retrieval.passages import lexical
from retrieval.passages.filters import EVERYTHING, Filters, allowed
from retrieval.passages.lexical import PassageWords, Scores
from retrieval.passages.names import Named
from retrieval.passages.quote import Quote, quote
from retrieval.passages.store import DocumentRecord, PassageStore
from retrieval.passages.words import forms
from retrieval.search.client import Ask, Client, Note
from retrieval.search.texts import PASSAGES

DEPTH = 200  # places of each list that count
RECIPROCAL = 60  # of reciprocal rank fusion, as in its paper (Cormack 2009)
LONGEST = 4_000  # characters of a question that are read
MOST = 100  # hits that one search answers with
ALIKE = 0.8  # shared words of two passages of one document from which they say the same


class Way(StrEnum):
    WORDS = "words"
    MEANING = "meaning"
    DISEASE = "disease"


@dataclass(frozen=True, slots=True)
class Came:
    """One list that a hit was in: its place there from 1, and its score there (BM25 points, cosine)."""

    way: Way
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class SourceOf:
    """The source of a document as the snapshot's manifest states it."""

    name: str
    title: str
    version: str
    licence: str  # of the document where it has its own
    citation: str
    url: str  # of the document where it has its own


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage, the words of it to show, where it comes from, and how it was found."""

    passage: str  # id
    position: int
    document: DocumentRecord
    section: tuple[str, ...]
    page: int | None
    start: int  # of the passage in the document's text
    end: int
    text: str
    quote: Quote
    source: SourceOf
    diseases: tuple[str, ...]  # canonical ids
    ways: tuple[Came, ...]
    also: tuple[str, ...] = ()  # ids of passages with the same words, shown once


@dataclass(frozen=True, slots=True)
class Found:
    """`note` is not empty where meaning was not asked, or could not be."""

    hits: tuple[Hit, ...]
    named: tuple[Named, ...] = ()  # diseases that the question names
    matching: int = 0  # passages that share a word with the question, within the filters
    note: Note = Note.NONE


class Known(Protocol):
    """The part of `Knowledge` that is needed here."""

    @property
    def id(self) -> str: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def passages(self) -> PassageStore: ...
    @property
    def lexical(self) -> PassageWords: ...


def search(
    knowledge: Known,
    query: str,
    filters: Filters = EVERYTHING,
    *,
    client: Client | None = None,
    limit: int = 20,
) -> Found:
    """The best passages. `client` is None where a deployment has no retrieval process.

    FilterInvalid where a filter cannot be meant; no other input is an error.
    """
    store, question = knowledge.passages, query[:LONGEST].strip()
    mask = allowed(store, filters)
    if not store.size or not question:
        return Found(())
    scores = knowledge.lexical.scores(lexical.question(question))
    total = scores.total if mask is None else np.where(mask, scores.total, 0)
    named = store.names.find(question, store.diseases)
    lists = {Way.WORDS: _by_words(total), Way.DISEASE: _of_diseases(store, named, total, mask)}
    lists[Way.MEANING], note = _by_meaning(knowledge, question, filters, mask, client)
    order = fused({way: list(found) for way, found in lists.items()})
    chosen = _once(knowledge, order, min(max(limit, 0), MOST))
    telling = {word: knowledge.lexical.rarity(word) for word in dict.fromkeys(forms(question))}
    telling = {word: rarity for word, rarity in telling.items() if rarity}
    hits = tuple(_hit(knowledge, i, also, lists, telling) for i, also in chosen)
    return Found(hits, named, int(np.count_nonzero(total)), note)


def fused(lists: Mapping[Way, list[int]]) -> list[int]:
    """Positions by the sum of 1 / (RECIPROCAL + rank); ties in order of position."""
    worth: dict[int, float] = {}
    for positions in lists.values():
        for place, i in enumerate(positions[:DEPTH], 1):
            worth[i] = worth.get(i, 0.0) + 1 / (RECIPROCAL + place)
    return sorted(worth, key=lambda i: (-worth[i], i))


# --- the lists -----------------------------------------------------------------

Scored = dict[int, float]  # position -> score there, best first


def _by_words(total: np.ndarray) -> Scored:
    return {i: Scores.points(int(total[i])) for i in lexical.best(total, DEPTH).tolist()}


def _of_diseases(store: PassageStore, named: tuple[Named, ...], total: np.ndarray, mask: np.ndarray | None) -> Scored:
    """Passages about a disease that is named, those with more of the question's words first."""
    if not named:
        return {}
    wanted = np.isin(store.disease_at, [one.position for one in named])
    found = store.passages_of_all(store.documents_about(np.flatnonzero(wanted)))
    if mask is not None:
        found = found[mask[found]]
    best = found[np.argsort(-total[found], kind="stable")][:DEPTH]
    return {i: Scores.points(int(total[i])) for i in best.tolist()}


def _by_meaning(
    knowledge: Known, question: str, filters: Filters, mask: np.ndarray | None, client: Client | None
) -> tuple[Scored, Note]:
    if client is None:
        return {}, Note.AWAY
    answer = client.nearest(knowledge.id, [Ask(PASSAGES, (question,), DEPTH, filters)])
    if answer.lists[0] is None:
        return {}, answer.note
    near = answer.lists[0][0] if answer.lists[0] else ()
    positions = knowledge.passages.positions([hit.id for hit in near]).tolist()
    found = {i: hit.score for i, hit in zip(positions, near, strict=True) if i >= 0 and (mask is None or mask[i])}
    return found, answer.note


# --- what is shown ---------------------------------------------------------------


def _once(knowledge: Known, order: list[int], limit: int) -> list[tuple[int, tuple[int, ...]]]:
    """The first `limit` that say something new, each with the positions of those that say the same."""
    store = knowledge.passages
    by_hash: dict[int, int] = {}
    of_document: dict[int, list[tuple[int, frozenset[str]]]] = {}
    kept: dict[int, list[int]] = {}
    for i in order:
        text_hash = int(store.text_hash[i])
        same = by_hash.get(text_hash)
        if same is None:
            neighbours = of_document.setdefault(int(store.document_of[i]), [])
            own = frozenset(forms(store.text(i)))
            same = next((other for other, theirs in neighbours if _alike(store, i, own, other, theirs)), None)
            if same is None:
                if len(kept) == limit:
                    break
                by_hash[text_hash] = i
                neighbours.append((i, own))
                kept[i] = []
                continue
        kept[same].append(i)
    return [(i, tuple(also)) for i, also in kept.items()]


def _alike(store: PassageStore, i: int, own: frozenset[str], other: int, theirs: frozenset[str]) -> bool:
    """Two passages of one document that overlap by more than half of the shorter, or share nearly all words."""
    (a, b), (c, d) = store.span(i), store.span(other)
    if 2 * (min(b, d) - max(a, c)) > min(b - a, d - c):
        return True
    either = len(own | theirs)
    return bool(either) and len(own & theirs) / either >= ALIKE


def _hit(
    knowledge: Known, i: int, also: tuple[int, ...], lists: Mapping[Way, Scored], telling: Mapping[str, float]
) -> Hit:
    store = knowledge.passages
    record, passage = store.record(int(store.document_of[i])), store.at(i)
    ways = tuple(Came(way, list(lists[way]).index(i) + 1, lists[way][i]) for way in Way if i in lists.get(way, {}))
    return Hit(
        passage=passage.id,
        position=i,
        document=record,
        section=passage.section,
        page=passage.page,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        quote=quote(passage.text, passage.start, telling),
        source=source_of(knowledge.manifest, record),
        diseases=tuple(store.diseases.ids[k] for k in store.diseases_of(record.position)),
        ways=ways,
        also=tuple(store.id(k) for k in also[:20]),
    )


def source_of(manifest: Manifest, record: DocumentRecord) -> SourceOf:
    """What must be named beside a quotation of this document."""
    found = next((one for one in manifest.sources if one.name == record.source), None)
    if found is None:
        return SourceOf(record.source, record.source, "", record.licence, "", record.url)
    return SourceOf(
        found.name,
        found.title,
        found.version,
        record.licence or found.licence,
        found.citation,
        record.url or found.url,
    )
