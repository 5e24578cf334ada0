"""Published cases like a patient: by findings, by the text, and by phrases that no term stands for.

Three lists, each ranked in its own way, become one by reciprocal rank (Cormack 2009), and every case
says which lists it came from:

- findings: exact, from `cases.match`; always there;
- text: cases whose text is near to what was written;
- phrases: a phrase such as "sleeps with her neck stretched back" has no term; the terms with the
  nearest names are taken beside the patient's own, and the exact comparison is made again.

Without the retrieval process the last two go by words instead of meaning, and `note` says so.
Nothing here enters a score: these lists propose cases to read.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import numpy as np

from retrieval.cases import CaseBank, SimilarCase, match
from retrieval.model import Finding, Profile
from retrieval.ontology.autocomplete import Autocomplete
from retrieval.ontology.graph import Ontology
from retrieval.search.client import Answer, Ask, Client, Near, Note
from retrieval.search.lexical import CaseWords
from retrieval.search.texts import CASES, TERMS

DEPTH = 50  # places of each list that count
RECIPROCAL = 60  # of reciprocal rank fusion, as in its paper
MOST_PHRASES, TERMS_EACH = 20, 3
LOOKED_AT = 10  # terms of a phrase among which opposites are looked for


class Way(StrEnum):
    FINDINGS = "findings"
    TEXT = "text"
    PHRASES = "phrases"


@dataclass(frozen=True, slots=True)
class NearTerm:
    """A term that a phrase may mean: `name` is the label or synonym that was near.

    `doubtful`: its opposite is near, too ("eyes set far apart" is nearer to closely spaced eyes than to widely
    spaced ones for some models). Which of the two is meant is for a person to say: no case is found through it.
    """

    phrase: str
    term: str
    name: str
    score: float | None  # cosine; None where it was found by words
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One published case, the ways it was found, and its place in each of those lists (1 is the best)."""

    id: str
    position: int  # in the bank
    ways: tuple[Way, ...]
    ranks: tuple[int, ...]
    compared: SimilarCase | None  # beside this patient; None where they share no finding
    cosine: float | None = None  # of the text, where it was found by meaning


@dataclass(frozen=True, slots=True)
class Similar:
    """The fused list. `note` is not empty when meaning was not asked, or not of everything."""

    found: tuple[Found, ...]
    terms: tuple[NearTerm, ...] = ()  # what the phrases were taken to mean
    note: Note = Note.NONE


class Known(Protocol):
    """The part of `Knowledge` that is needed here."""

    @property
    def id(self) -> str: ...
    @property
    def ontology(self) -> Ontology: ...
    @property
    def cases(self) -> CaseBank: ...
    @property
    def autocomplete(self) -> Autocomplete: ...


def similar_cases(
    knowledge: Known,
    profile: Profile,
    text: str = "",
    *,
    phrases: Sequence[str] = (),
    search: Client | None = None,
    limit: int = 20,
    hidden: np.ndarray | None = None,
) -> Similar:
    """The fused list. `search` is None where a deployment has no retrieval process; `hidden` masks cases."""
    bank = knowledge.cases
    text = text.strip()
    wanted = tuple(dict.fromkeys(phrase.strip() for phrase in phrases if phrase.strip()))[:MOST_PHRASES]
    by_findings = match(bank, profile, limit=DEPTH, hidden=hidden)
    lists: dict[Way, list[int]] = {Way.FINDINGS: [case.position for case in by_findings]}
    compared = {case.position: case for case in by_findings}
    note = Note.NONE
    cosines: dict[int, float] = {}
    terms: tuple[NearTerm, ...] = ()
    if bank.size and (text or wanted):
        answer = _ask(knowledge.id, text, wanted, search, 0 if hidden is None else int(hidden.sum()))
        note = answer.note
        lists[Way.TEXT], cosines = _by_text(knowledge, text, answer.lists[0], hidden)
        terms = _near_terms(knowledge, wanted, answer.lists[1])
        lists[Way.PHRASES] = _by_phrases(bank, profile, terms, hidden)
    order = _fused(lists)[:limit]
    missing = [i for i in order if i not in compared]
    compared.update(_compare(bank, profile, missing))
    places = {way: {i: place for place, i in enumerate(positions, 1)} for way, positions in lists.items()}
    found = tuple(_found(bank, i, places, compared.get(i), cosines.get(i)) for i in order)
    return Similar(found, terms, note)


def _ask(snapshot: str, text: str, phrases: tuple[str, ...], search: Client | None, hidden: int) -> Answer:
    """The text's nearest cases and the phrases' nearest terms, in one request."""
    if search is None:
        return Answer((None, None), Note.AWAY)
    texts = (text,) if text else ()
    return search.nearest(snapshot, [Ask(CASES, texts, DEPTH + min(hidden, 200)), Ask(TERMS, phrases, LOOKED_AT)])


def _by_text(
    knowledge: Known, text: str, answered: tuple[tuple[Near, ...], ...] | None, hidden: np.ndarray | None
) -> tuple[list[int], dict[int, float]]:
    if not text:
        return [], {}
    bank = knowledge.cases
    if answered is None:
        found = [i for i, _ in _words(knowledge).search(text, bank.size)]
        return _visible(found, hidden), {}
    near = [(bank.index(hit.id), hit.score) for hit in answered[0]]
    cosines = {i: score for i, score in near if i is not None}
    return _visible(list(cosines), hidden), cosines


def _near_terms(
    knowledge: Known, phrases: tuple[str, ...], answered: tuple[tuple[Near, ...], ...] | None
) -> tuple[NearTerm, ...]:
    found: list[NearTerm] = []
    for at, phrase in enumerate(phrases):
        if answered is None:
            offered = knowledge.autocomplete.suggest(phrase, LOOKED_AT)
            near = [NearTerm(phrase, one.id, one.matched, None) for one in offered]
        else:
            near = [NearTerm(phrase, hit.id, hit.text, hit.score) for hit in answered[at]]
        found += _with_doubts(knowledge, near)[:TERMS_EACH]
    return tuple(found)


def _with_doubts(knowledge: Known, near: list[NearTerm]) -> list[NearTerm]:
    """Marks each term whose opposite is among them; an embedding hardly tells far from near or large from small."""
    rows = {one.term: i for one in near if (i := knowledge.ontology.index(one.term)) is not None}
    opposites, all_rows = knowledge.cases.opposites, set(rows.values())
    opposed = {i for i in all_rows if all_rows & opposites.get(i, frozenset())}
    return [replace(one, doubtful=rows.get(one.term) in opposed) for one in near]


def _by_phrases(bank: CaseBank, profile: Profile, terms: tuple[NearTerm, ...], hidden: np.ndarray | None) -> list[int]:
    """The exact comparison with the phrases' terms beside the patient's own. Only the order is kept: what a
    phrase may mean is never shown as something that the patient has."""
    if all(near.doubtful for near in terms):
        return []
    known = {finding.term for finding in profile.findings}
    meant = dict.fromkeys(near.term for near in terms if not near.doubtful)
    more = tuple(Finding(term) for term in meant if term not in known)
    found = match(bank, Profile((*profile.findings, *more)), limit=DEPTH, hidden=hidden)
    return [case.position for case in found]


def _fused(lists: dict[Way, list[int]]) -> list[int]:
    """Positions by the sum of 1 / (RECIPROCAL + rank); ties in order of position."""
    worth: dict[int, float] = {}
    for positions in lists.values():
        for place, i in enumerate(positions[:DEPTH], 1):
            worth[i] = worth.get(i, 0.0) + 1 / (RECIPROCAL + place)
    return sorted(worth, key=lambda i: (-worth[i], i))


def _found(
    bank: CaseBank, i: int, places: dict[Way, dict[int, int]], compared: SimilarCase | None, cosine: float | None
) -> Found:
    ways = tuple(way for way in Way if i in places.get(way, {}))
    return Found(bank.id(i), i, ways, tuple(places[way][i] for way in ways), compared, cosine)


def _compare(bank: CaseBank, profile: Profile, positions: list[int]) -> dict[int, SimilarCase]:
    """Side by side for cases that the list by findings does not hold: as if only these were to be seen."""
    if not positions:
        return {}
    others = np.ones(bank.size, dtype=np.bool_)
    others[positions] = False
    return {case.position: case for case in match(bank, profile, limit=len(positions), hidden=others)}


def _visible(positions: list[int], hidden: np.ndarray | None) -> list[int]:
    return [i for i in positions if hidden is None or not hidden[i]][:DEPTH]


_kept: OrderedDict[str, CaseWords] = OrderedDict()
_lock = threading.Lock()


def _words(knowledge: Known) -> CaseWords:
    """The words of a snapshot's cases: made when first needed, kept for the last two snapshots."""
    with _lock:
        if knowledge.id not in _kept:
            _kept[knowledge.id] = CaseWords(knowledge.cases)
            while len(_kept) > 2:
                _kept.popitem(last=False)
        return _kept[knowledge.id]
