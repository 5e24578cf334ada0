"""Which diseases a snapshot holds, by all their ids, and what each stands under.

A disease is one or several entries of OMIM, Orphanet and Mondo (`retrieval.identity` decides which).
Headings are groups: what Orphanet calls broader than an entry of OMIM, and what its entries stand under.
Phenotypic series are OMIM's, reached through Mondo's classes. Built once per snapshot, read-only after.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise

import numpy as np

from retrieval import csr
from retrieval.identity import Identity, order
from retrieval.strings import Arrays, StringTable
from retrieval.vocabularies import CATEGORY, MondoTerm, OrphanetEntry

SERIES = "OMIMPS"
SERIES_REACH = 2  # steps up in Mondo from a disease to its series: beyond are the groups of groups


class Nosology:
    """The read side. Diseases are positions 0..size-1, in the order of `ids`."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._members = StringTable(arrays, "member_")
        self._headings = StringTable(arrays, "heading_id_")
        self._series = StringTable(arrays, "series_id_")
        self._known = StringTable(arrays, "known_id_")
        self._known_names = StringTable(arrays, "known_name_")
        self.size: int = len(arrays["member_ptr"]) - 1

    @cached_property
    def all_ids(self) -> Sequence[tuple[str, ...]]:
        """Per disease its ids, the canonical one first."""
        members, ptr = tuple(self._members), self._arrays["member_ptr"].tolist()
        return tuple(members[start:end] for start, end in pairwise(ptr))

    @cached_property
    def index(self) -> Mapping[str, int]:
        return {name: i for i, ids in enumerate(self.all_ids) for name in ids}

    def headings(self, i: int) -> tuple[str, ...]:
        """Ids of the groups it stands under: what is broader first, chapters of the classification last."""
        codes = csr.row(self._arrays["heading_ptr"], self._arrays["heading"], i).tolist()
        return tuple(self._headings[code] for code in codes)

    def group(self, i: int) -> str | None:
        """The one group to show it under, or None: a chapter of the classification is none."""
        chapters = self._arrays["heading_chapter"]
        codes = csr.row(self._arrays["heading_ptr"], self._arrays["heading"], i).tolist()
        return next((self._headings[code] for code in codes if not chapters[code]), None)

    def under(self, heading: str) -> tuple[int, ...]:
        """The diseases that stand under a heading."""
        return self._under.get(heading, ())

    def series(self, i: int) -> str | None:
        code = int(self._arrays["series"][i])
        return None if code < 0 else self._series[code]

    def known_name(self, disease_id: str) -> str | None:
        """The name that Orphanet or Mondo give an id."""
        k = self._known_index.get(disease_id)
        return None if k is None else self._known_names[k]

    @cached_property
    def _under(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = defaultdict(list)
        for i in range(self.size):
            for heading in self.headings(i):
                found[heading].append(i)
        return {name: tuple(below) for name, below in found.items()}

    @cached_property
    def _known_index(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self._known)}


def build(
    annotated: Iterable[str], identity: Identity, orphanet: Sequence[OrphanetEntry], mondo: Sequence[MondoTerm]
) -> dict[str, np.ndarray]:
    """The arrays: every annotated disease, and every disease that Orphanet or Mondo know without annotations."""
    diseases = _diseases(annotated, identity, orphanet)
    headings = _headings(diseases, identity)
    heading_ids = sorted(set(chain.from_iterable(headings)), key=order)
    position = {name: k for k, name in enumerate(heading_ids)}
    heading_ptr, heading = csr.pack([position[name] for name in of_one] for of_one in headings)
    chapters = {entry.id for entry in orphanet if entry.type == CATEGORY}
    series = _series(diseases, mondo)
    series_ids = sorted({one for one in series if one}, key=order)
    series_at = {name: k for k, name in enumerate(series_ids)}
    known = _known_names(orphanet, mondo, {*chain.from_iterable(diseases), *series_ids})
    return {
        **StringTable.build(chain.from_iterable(diseases), "member_"),
        "member_ptr": csr.pack(range(len(ids)) for ids in diseases)[0],
        **StringTable.build(heading_ids, "heading_id_"),
        "heading_ptr": heading_ptr,
        "heading": heading,
        "heading_chapter": np.array([name in chapters for name in heading_ids], dtype=np.bool_),
        **StringTable.build(series_ids, "series_id_"),
        "series": np.array([-1 if one is None else series_at[one] for one in series], dtype=np.int32),
        **StringTable.build(known, "known_id_"),
        **StringTable.build(known.values(), "known_name_"),
    }


def _natural(disease_id: str) -> tuple[str, int, str]:
    """By source, then by number."""
    _, prefix, number, local = order(disease_id)
    return prefix, number, local


def _diseases(annotated: Iterable[str], identity: Identity, orphanet: Iterable[OrphanetEntry]) -> list[tuple[str, ...]]:
    """All ids of each disease. A class of Mondo alone and a chapter of Orphanet are no diseases."""
    merged = {one: ids for ids in identity.members.values() for one in ids}
    known = {entry.id for entry in orphanet if entry.type != CATEGORY}
    listed = {name for name in identity.members if name.startswith("OMIM:")}
    found = {merged.get(name, (name,)) for name in {*annotated, *known, *listed}}
    return sorted(found, key=lambda ids: _natural(ids[0]))


def _headings(diseases: Iterable[Sequence[str]], identity: Identity) -> list[list[str]]:
    """Per disease the groups it stands under: what is broader than its entries first, then their parents."""
    broader: dict[str, list[str]] = defaultdict(list)
    for group, below in identity.groups.items():
        for one in below:
            broader[one].append(group)
    return [
        [
            name
            for name in dict.fromkeys(
                [
                    *chain.from_iterable(sorted(broader.get(one, ()), key=order) for one in ids),
                    *chain.from_iterable(identity.parents.get(one, ()) for one in ids),
                ]
            )
            if name not in ids
        ]
        for ids in diseases
    ]


def _series(diseases: Iterable[Sequence[str]], mondo: Sequence[MondoTerm]) -> list[str | None]:
    """Per disease the phenotypic series nearest above its Mondo class; None where there is none."""
    named: dict[str, list[str]] = {}
    for term in mondo:
        own = sorted((target for target, _ in term.exact if target.startswith(f"{SERIES}:")), key=order)
        if own:
            named[term.id] = own
    parents = {term.id: term.parents for term in mondo}
    return [next(filter(None, (_nearest(one, named, parents) for one in ids)), None) for ids in diseases]


def _nearest(start: str, named: Mapping[str, Sequence[str]], parents: Mapping[str, Sequence[str]]) -> str | None:
    level, seen = {start}, set[str]()
    for _ in range(SERIES_REACH + 1):
        if here := sorted((name for one in level for name in named.get(one, ())), key=order):
            return here[0]
        seen |= level
        level = {parent for one in level for parent in parents.get(one, ())} - seen
    return None


def _known_names(orphanet: Iterable[OrphanetEntry], mondo: Iterable[MondoTerm], used: set[str]) -> dict[str, str]:
    """Names of all entries of Orphanet, and of what Mondo names among the ids in use."""
    found = {entry.id: entry.name for entry in orphanet}
    for term in sorted(mondo, key=lambda one: order(one.id)):
        if term.id in used:
            found[term.id] = _begun(term.name)
        for target, name in sorted(term.exact):
            if target in used:  # Mondo's name of an entry is better written than the entry's own
                found.setdefault(target, _of_series(name) if target.startswith(f"{SERIES}:") else _begun(term.name))
    return {name: found[name] for name in sorted(found, key=order) if found[name]}


def _of_series(name: str) -> str:
    """Without OMIM's remarks: Myopathy, congenital (see also ...)."""
    return name.partition(" (see also")[0]


def _begun(name: str) -> str:
    """With a capital where Mondo begins with a plain word, as the other sources do."""
    return name[:1].upper() + name[1:] if re.match(r"[a-z]+\b", name) else name
