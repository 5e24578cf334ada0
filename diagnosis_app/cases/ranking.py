"""Ranks the content of a case with the knowledge in use. The arithmetic is `retrieval.ranking`'s.

Rankings are pure functions of profile and snapshot, so the last few are remembered: the page asks
for the one before a change and the one after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

from corpus_ingest import library
from diagnosis_app.cases.content import Content
from retrieval.model import Profile
from retrieval.ranking import Explanation, Hint, Ranking, Stability, hints, rankable

LISTED = 50
WORDS_OF_GENES = 200  # of a case by which the worklist finds it
_ONE_AT_A_TIME = Lock()


def profile_of(content: Content) -> Profile:
    """What of the content can be ranked with the knowledge in use."""
    return rankable(library.current().ontology, content.profile())


def rank_content(content: Content) -> Ranking:
    return _ranked(library.current().id, profile_of(content))


def explain_content(content: Content, disease_id: str) -> Explanation:
    """Raises `UnknownDisease`."""
    return library.current().ranker.explain(profile_of(content), disease_id)


def stability_of(content: Content) -> Stability:
    with _ONE_AT_A_TIME:  # it ranks once for every finding: several at once would hold up whoever types
        return _steady(library.current().id, profile_of(content))


def hints_for(content: Content) -> tuple[Hint, ...]:
    return tuple(hints(library.current().ontology, content.profile()))


def summary_of(content: Content, ranking: Ranking) -> dict[str, Any]:
    """What the worklist shows of a case, and the words it is found by."""
    first = ranking.candidates[:3] if ranking.outcome == "ranked" else ()
    counted: dict[str, int] = {}
    for entry in content.findings:
        counted[entry.status] = counted.get(entry.status, 0) + 1
    return {
        "sex": content.sex,
        "age": content.age,
        "findings": counted,
        "outcome": ranking.outcome,
        "reasons": list(ranking.reasons),
        "leading": [
            {"id": one.id, "name": one.name, "score": round(one.score, 3), "strength": one.strength} for one in first
        ],
        "none_leads": bool(first) and ranking.none_leads,
        "lead": round(first[0].score - first[1].score, 3) if len(first) > 1 else None,
        "snapshot": library.current().id,
        "words": _words(content, ranking if ranking.outcome == "ranked" else None),
    }


def _words(content: Content, ranking: Ranking | None) -> str:
    candidates: Sequence[Any] = ranking.candidates[:10] if ranking else ()
    parts = [part for entry in content.findings for part in (entry.label, entry.term)]
    parts += [part for one in candidates for part in (one.name, one.id)]
    parts += [entry.symbol for entry in content.genes[:WORDS_OF_GENES]]
    return " · ".join([*parts, *content.unmapped]).casefold()[:20_000]


@lru_cache(maxsize=256)
def _ranked(snapshot: str, profile: Profile) -> Ranking:
    return library.snapshot(snapshot).ranker.rank(profile, limit=LISTED)


@lru_cache(maxsize=64)
def _steady(snapshot: str, profile: Profile) -> Stability:
    return library.snapshot(snapshot).ranker.stability(profile)
