"""The search over passages: by words, by meaning and by findings, favouring the disease that the question names.

Each way ranks on its own; `fusion` makes one list of them, and every hit says which ways it came:

- words: BM25 over text, headings and title; always there;
- meaning: passages whose embedding is near, from the retrieval process; without it `note` says why;
- findings: passages that speak of the findings which the question names, or of ones near to them;
- disease: passages about the diseases that the question names by an id, a name or a synonym.

Filters are applied before any list is cut. Passages of the same words are shown once. What is found is data: nothing
of it is ever carried out, and nothing here changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from retrieval.manifest import Manifest, SourceRecord
from retrieval.passages import fusion, lexical
from retrieval.passages.document import Document
from retrieval.passages.filters import EVERYTHING, Filters, allowed, documents_of
from retrieval.passages.findings import PassageFindings
from retrieval.passages.fusion import DEPTH, Ranked, Way
from retrieval.passages.lexical import PassageWords
from retrieval.passages.names import Named, without_ids
from retrieval.passages.quote import Quote, quote
from retrieval.passages.store import DocumentRecord, PassageStore
from retrieval.passages.words import forms
from retrieval.search.client import Answer, Ask, Note
from retrieval.search.texts import PASSAGES

LONGEST = 4_000  # characters of a question that are read
MOST = 100  # hits that one search answers with
ALIKE = 0.8  # shared words of two passages of one document from which they say the same
# What the ways count for. Meaning half of words: a general embedder blurs a list of findings (docs/evaluation.md).
# Findings as far as the question consists of them, and the more the more of them there are; a disease that is named
# moves its passages up, and never above a far better answer.
WORDS, MEANING, FINDINGS, DISEASE = 1.0, 0.5, 1.0, 0.25
FEW = 2  # so many findings count for half of what many do
OF_NAME = 0.5  # what a word counts for that is of the disease's name and not of the question


@dataclass(frozen=True, slots=True)
class Came:
    """One list that a hit was in: its place there from 1, and its score there (BM25 points, cosine, likeness)."""

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
    findings: tuple[str, ...] = ()  # terms that it names
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
    @property
    def passage_findings(self) -> PassageFindings: ...


class Nearest(Protocol):
    """What is asked for passages by meaning; `retrieval.search.client.Client` is one."""

    def nearest(self, snapshot: str, asks: Sequence[Ask]) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Ranking:
    """Positions of passages, the best first, before anything is dressed for showing."""

    order: list[int]
    lists: Mapping[Way, Ranked]
    asked: Asked
    matching: int
    note: Note


def search(
    knowledge: Known,
    query: str,
    filters: Filters = EVERYTHING,
    *,
    client: Nearest | None = None,
    limit: int = 20,
) -> Found:
    """The best passages. `client` is None where a deployment has no retrieval process.

    FilterInvalid where a filter cannot be meant; no other input is an error.
    """
    found = rank(knowledge, query, filters, client=client)
    if found is None:
        return Found(())
    chosen = _once(knowledge.passages, found.order, min(max(limit, 0), MOST))
    places = {way: _places(one) for way, one in found.lists.items()}
    hits = tuple(_hit(knowledge, i, also, _came(found.lists, places, i), found.asked.telling) for i, also in chosen)
    terms = knowledge.passage_findings.ids(found.asked.terms)
    return Found(hits, found.asked.named, terms, found.matching, found.note)


def rank(
    knowledge: Known, query: str, filters: Filters = EVERYTHING, *, client: Nearest | None = None
) -> Ranking | None:
    """The order that `search` shows; None where there is nothing to search in, or for."""
    store, question = knowledge.passages, query[:LONGEST].strip()
    mask = allowed(store, filters)
    if not store.size or not question:
        return None
    asked = _asked(knowledge, question)
    totals = knowledge.lexical.scores(asked.weights).total
    totals = totals if mask is None else np.where(mask, totals, 0)
    lists = {
        Way.WORDS: fusion.by_totals(totals, lexical.best(totals, DEPTH), lexical.POINT, WORDS),
        Way.FINDINGS: _by_findings(knowledge, asked, mask),
        Way.DISEASE: _of_diseases(store, asked.named, totals, mask),
    }
    lists[Way.MEANING], note = _by_meaning(knowledge, question, filters, mask, client)
    return Ranking(fusion.fused(lists.values()), lists, asked, int(np.count_nonzero(totals)), note)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, read: what it names, and how much of it each word carries."""

    weights: Mapping[str, float]  # word (in its one form) -> what it counts for
    named: tuple[Named, ...]
    terms: np.ndarray
    telling: Mapping[str, float]  # word (in its one form) -> how rare it is among the passages
    of_findings: float  # the share of the question, by how telling its words are, that names findings


def _asked(knowledge: Known, question: str) -> Asked:
    """A disease that is named by its id, or by a synonym without a word of its name (MFS), is searched for by its name.

    Some names are those of a disease and of a finding (cataract, microcephaly): among other words the finding is meant.
    """
    store, known = knowledge.passages, knowledge.passage_findings
    text, alone = without_ids(question), question.strip(" ?.!").casefold()
    named = tuple(
        one
        for one in store.names.find(question, store.diseases)
        if one.by_id or one.words.casefold() == alone or not known.is_name(one.words)
    )
    own = lexical.question(text)
    weights = dict(own)
    for one in named:
        name = forms(store.diseases.name(one.position))
        if one.by_id or not set(name) & set(forms(one.words)):
            weights = {**dict.fromkeys(name, 1.0 if one.by_id else OF_NAME), **weights}
    telling = {word: knowledge.lexical.rarity(word) for word in weights}
    mass = {word: telling[word] or knowledge.lexical.rarest for word in own}
    found = known.recognise(text)
    of_names = {word for one in named for word in forms(one.words)}
    shared = sum(one for word, one in mass.items() if word in found.words and word not in of_names)
    telling = {word: rarity for word, rarity in telling.items() if rarity}
    return Asked(weights, named, found.terms, telling, shared / max(sum(mass.values()), 1e-9))


# --- the lists -----------------------------------------------------------------

_NOTHING = Ranked(np.zeros(0, dtype=np.int64), np.zeros(0), {}, 0.0)


def _by_findings(knowledge: Known, asked: Asked, mask: np.ndarray | None) -> Ranked:
    if not len(asked.terms) or asked.of_findings <= 0:
        return _NOTHING
    likeness = knowledge.passage_findings.likeness(asked.terms)
    likeness = likeness if mask is None else np.where(mask, likeness, np.float32(0))
    count = len(asked.terms)
    weight = FINDINGS * asked.of_findings * count / (count + FEW)
    return fusion.by_totals(likeness, lexical.best(likeness, DEPTH), 1.0, weight)


def _of_diseases(store: PassageStore, named: tuple[Named, ...], totals: np.ndarray, mask: np.ndarray | None) -> Ranked:
    """Passages about a disease that is named, those with more of the question's words first."""
    if not named:
        return _NOTHING
    found = store.passages_of_all(documents_of(store, [store.diseases.ids[one.position] for one in named]))
    if mask is not None:
        found = found[mask[found]]
    best = found[np.argsort(-totals[found], kind="stable")][:DEPTH]
    return fusion.evenly(best, totals[best] / lexical.POINT, DISEASE)


def _by_meaning(
    knowledge: Known, question: str, filters: Filters, mask: np.ndarray | None, client: Nearest | None
) -> tuple[Ranked, Note]:
    if client is None:
        return _NOTHING, Note.AWAY
    answer = client.nearest(knowledge.id, [Ask(PASSAGES, (question,), DEPTH, filters)])
    if not answer.lists[0]:
        return _NOTHING, answer.note
    near = answer.lists[0][0]
    positions = knowledge.passages.positions([hit.id for hit in near])
    held = positions >= 0 if mask is None else (positions >= 0) & mask[np.maximum(positions, 0)]
    scores = np.array([hit.score for hit in near], dtype=np.float64)
    return fusion.by_scores(positions[held], scores[held], MEANING), answer.note


# --- what is shown ---------------------------------------------------------------


def _once(store: PassageStore, order: list[int], limit: int) -> list[tuple[int, tuple[int, ...]]]:
    """The first `limit` that say something new, each with the positions of those that say the same."""
    by_hash: dict[int, int] = {}
    of_document: dict[int, list[int]] = {}
    kept: dict[int, list[int]] = {}
    words = cache(lambda i: frozenset(forms(store.text(i))))
    for i in order:
        text_hash = int(store.text_hash[i])
        same = by_hash.get(text_hash)
        if same is None:
            neighbours = of_document.setdefault(int(store.document_of[i]), [])
            same = next((other for other in neighbours if _alike(store, words, i, other)), None)
            if same is None:
                if len(kept) == limit:
                    break
                by_hash[text_hash] = i
                neighbours.append(i)
                kept[i] = []
                continue
        kept[same].append(i)
    return [(i, tuple(also)) for i, also in kept.items()]


def _alike(store: PassageStore, words: Callable[[int], frozenset[str]], i: int, other: int) -> bool:
    """Two passages of one document that overlap by more than half of the shorter, or share nearly all words."""
    (a, b), (c, d) = store.span(i), store.span(other)
    if 2 * (min(b, d) - max(a, c)) > min(b - a, d - c):
        return True
    own, theirs = words(i), words(other)
    either = len(own | theirs)
    return bool(either) and len(own & theirs) / either >= ALIKE


def _hit(knowledge: Known, i: int, also: tuple[int, ...], ways: tuple[Came, ...], telling: Mapping[str, float]) -> Hit:
    store = knowledge.passages
    record, passage = store.record(int(store.document_of[i])), store.at(i)
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


def _places(ranked: Ranked) -> dict[int, int]:
    """Where each passage stands first."""
    return {i: k for k, i in reversed(list(enumerate(ranked.positions.tolist())))}


def _came(lists: Mapping[Way, Ranked], places: Mapping[Way, Mapping[int, int]], i: int) -> tuple[Came, ...]:
    found = ((way, places[way][i]) for way in Way if way in places and i in places[way])
    return tuple(Came(way, k + 1, round(float(lists[way].scores[k]), 4)) for way, k in found)


def source_of(manifest: Manifest, document: DocumentRecord | Document) -> SourceOf:
    """What must be named beside a quotation of this document."""
    named = [one for one in manifest.sources if one.name == document.source]
    own = [one for one in named if _brought_in_as(document.id, one)] if len(named) > 1 else named
    if len(own) == 1:
        title, version, citation, licence, url = (getattr(own[0], name) for name in _NAMED)
    else:  # only what all of that name agree on
        title, version, citation, licence, url = (_agreed(named, name) for name in _NAMED)
    return SourceOf(
        document.source, title or document.source, version, document.licence or licence, citation, document.url or url
    )


_NAMED = ("title", "version", "citation", "licence", "url")


def _brought_in_as(document_id: str, source: SourceRecord) -> bool:
    """Documents that were brought in one by one are each a source; the version holds the beginning of the id."""
    own = document_id.partition(":")[2][:8]
    return bool(own) and own in source.version


def _agreed(sources: Sequence[SourceRecord], name: str) -> str:
    said = {str(getattr(one, name)) for one in sources}
    return said.pop() if len(said) == 1 else ""
