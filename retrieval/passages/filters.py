"""What a search may find: sources, diseases, dates, languages. Applied before anything is ranked.

A filter is a mask over passages, so that it never empties a list in which something matches. A disease means all its
ids, and the group that it is shown under (texts on Fanconi anemia speak of its complementation groups); a group, a
series or a chapter means everything under it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.errors import RetrievalError
from retrieval.nosology import SERIES
from retrieval.passages.build import days
from retrieval.passages.store import PassageStore

MOST = 100  # values of one filter


class FilterInvalid(RetrievalError):
    """A filter that cannot be meant; the message names the field and what it may hold."""

    code = "search.filter_invalid"


@dataclass(frozen=True, slots=True)
class Filters:
    """Several values of one field: any of them. Several fields: all of them."""

    sources: tuple[str, ...] = ()  # names of sources
    diseases: tuple[str, ...] = ()  # ids of diseases, groups, series
    since: str = ""  # ISO 8601: 2020, 2020-05 or 2020-05-17, that day included
    until: str = ""
    languages: tuple[str, ...] = ()  # en finds en-GB, too

    def __bool__(self) -> bool:
        return bool(self.sources or self.diseases or self.since or self.until or self.languages)


EVERYTHING = Filters()


def allowed(store: PassageStore, filters: Filters) -> np.ndarray | None:
    """bool per passage; None where nothing is filtered. FilterInvalid says which field is wrong."""
    if not filters:
        return None
    _bounded(filters)
    mask = np.ones(store.document_count, dtype=np.bool_)
    if filters.sources:
        mask &= _among(len(store.sources), _codes("sources", filters.sources, store.sources))[store.source_codes]
    if filters.languages:
        wanted = _language_codes(filters.languages, store.languages)
        mask &= _among(len(store.languages), wanted)[store.language_codes]
    if filters.since or filters.until:
        mask &= _dated(store, filters)
    if filters.diseases:
        about = np.zeros(store.document_count, dtype=np.bool_)
        about[documents_of(store, filters.diseases)] = True
        mask &= about
    found: np.ndarray = mask[store.document_of]
    return found


def documents_of(store: PassageStore, disease_ids: Iterable[str]) -> np.ndarray:
    """Positions of the documents about any of these: each by all its ids, and with all that stands under it."""
    names: set[str] = set()
    positions: set[int] = set()
    for one in disease_ids:
        own, below = _meant(store.diseases, one.strip())
        names |= own
        positions |= below
    return np.union1d(store.documents_about(sorted(positions)), store.documents_naming(sorted(names)))


def _meant(diseases: DiseaseTable, disease_id: str) -> tuple[set[str], set[int]]:
    """The ids that mean the same, and the positions of the disease and of what is under it."""
    i = diseases.index(disease_id)
    own = {disease_id} if i is None else {disease_id, *diseases.all_ids(i)}
    group = None if i is None else diseases.nosology.group(i)
    below = {k for k in (i, diseases.index(group) if group else None) if k is not None}
    own |= {group} if group else set()
    for name in (disease_id,) if i is None else diseases.all_ids(i):
        below.update(diseases.nosology.under(name))
    if disease_id.startswith(f"{SERIES}:"):
        below.update(k for k in range(diseases.size) if diseases.series(k) == disease_id)
    if i is None and not below and diseases.nosology.known_name(disease_id) is None:
        raise FilterInvalid(
            f"diseases: this knowledge holds no disease {disease_id[:40]}.",
            hint="Write ids as OMIM:154700 or ORPHA:558.",
        )
    return own, below


def _among(size: int, codes: list[int]) -> np.ndarray:
    found = np.zeros(size, dtype=np.bool_)
    found[codes] = True
    return found


def _codes(field: str, wanted: tuple[str, ...], known: tuple[str, ...]) -> list[int]:
    unknown = next((name for name in wanted if name not in known), None)
    if unknown is not None:
        raise FilterInvalid(
            f"{field}: no text here comes from {unknown[:60]!r}.",
            hint=f"One of {', '.join(known[:30])}." if known else "This knowledge holds no texts.",
        )
    return [known.index(name) for name in wanted]


def _language_codes(wanted: tuple[str, ...], known: tuple[str, ...]) -> list[int]:
    begun = [one.lower() for one in wanted]
    return [
        code
        for code, name in enumerate(known)
        if any(name.lower() == one or name.lower().startswith(f"{one}-") for one in begun)
    ]


def _dated(store: PassageStore, filters: Filters) -> np.ndarray:
    """A document whose date may lie in the range; one without a date never does."""
    first, last = store.days
    low = _day("since", filters.since)[0] if filters.since else 0
    high = _day("until", filters.until)[1] if filters.until else 99_999_999
    if low > high:
        raise FilterInvalid("since: it is after until.", hint="Give the earlier date as since.")
    found: np.ndarray = (last >= max(low, 1)) & (first <= high) & (first > 0)
    return found


def _day(field: str, text: str) -> tuple[int, int]:
    found = days(text)
    if found == (0, 0):
        raise FilterInvalid(f"{field}: this is no date.", hint="Write 2024, 2024-05 or 2024-05-17.")
    return found


def _bounded(filters: Filters) -> None:
    for field in ("sources", "diseases", "languages"):
        if len(getattr(filters, field)) > MOST:
            raise FilterInvalid(f"{field}: at most {MOST} values.", hint="Name fewer, or a group of diseases.")
