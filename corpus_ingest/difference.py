"""What one snapshot has that another has not: counted, with the first examples of each.

Diseases are compared by all their ids, so that one that gained an entry of another source is the same
disease with other ids (a mapping), not one gone and one new. Reads both snapshots and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.manifest import SourceRecord
from retrieval.model import Frequency
from retrieval.ontology.graph import Ontology
from retrieval.passages.store import PassageStore
from retrieval.snapshot import Snapshot

EXAMPLES = 20  # of each kind and each way
ADDED, CHANGED, GONE = "added", "changed", "gone"


@dataclass(frozen=True, slots=True)
class Example:
    """One thing that is new, other or gone. `before` and `after` are words for a reader, in no markup."""

    id: str
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing: sources, terms, diseases, mappings, annotations, genes, cases, documents, passages.

    Of mappings, `added` are diseases that were several before, `gone` diseases that are several now.
    """

    name: str
    before: int  # how many there were
    after: int
    added: int
    changed: int
    gone: int
    examples: Mapping[str, tuple[Example, ...]]  # "added", "changed", "gone"


@dataclass(frozen=True, slots=True)
class Difference:
    a: str
    b: str
    parts: tuple[Part, ...]

    @property
    def same(self) -> bool:
        return not any(part.added or part.changed or part.gone for part in self.parts)

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def difference(a: Snapshot, b: Snapshot) -> Difference:
    """From `a` to `b`. Parts that neither has are left out."""
    parts = (
        _sources(a.manifest.sources, b.manifest.sources),
        _terms(a.ontology, b.ontology),
        _diseases(a.diseases, b.diseases),
        _mappings(a.diseases, b.diseases),
        _annotations(a, b),
        _genes(a.diseases, b.diseases),
        _cases(a, b),
        *_texts(a.passages, b.passages),
    )
    return Difference(a.id, b.id, tuple(part for part in parts if part.before or part.after))


# --- plain things: an id, a name, and what is said of it -----------------------


def _plain(name: str, before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]]) -> Part:
    """Things by id, each with its name and the words that are compared."""
    added = [one for one in after if one not in before]
    gone = [one for one in before if one not in after]
    changed = [one for one, said in after.items() if one in before and before[one] != said]
    examples = {
        ADDED: tuple(Example(one, after[one][0], "", after[one][1]) for one in added[:EXAMPLES]),
        CHANGED: tuple(
            Example(one, after[one][0], _other(before[one], after[one]), _other(after[one], before[one]))
            for one in changed[:EXAMPLES]
        ),
        GONE: tuple(Example(one, before[one][0], before[one][1]) for one in gone[:EXAMPLES]),
    }
    return Part(name, len(before), len(after), len(added), len(changed), len(gone), examples)


def _other(said: tuple[str, str], against: tuple[str, str]) -> str:
    return said[1] if said[1] != against[1] else said[0]


def _sources(before: Sequence[SourceRecord], after: Sequence[SourceRecord]) -> Part:
    return _plain("sources", _by_source(before), _by_source(after))


def _by_source(records: Sequence[SourceRecord]) -> dict[str, tuple[str, str]]:
    """A source is the same when its name and title are; several collections of cases share a name."""
    found: dict[str, tuple[str, str]] = {}
    for one in records:
        digest = next(iter(one.files.values()), "")[:8]
        name = one.name if sum(other.name == one.name for other in records) == 1 else f"{one.name}: {one.title}"
        while name in found:
            name += "'"
        found[name] = (one.title, f"{one.version} ({digest})" if digest else one.version)
    return found


def _terms(before: Ontology, after: Ontology) -> Part:
    return _plain("terms", _labels(before), _labels(after))


def _labels(ontology: Ontology) -> dict[str, tuple[str, str]]:
    return {one: (ontology.label(i), "") for i, one in enumerate(ontology.ids)}


# --- diseases and what is documented of them -----------------------------------


def _diseases(before: DiseaseTable, after: DiseaseTable) -> Part:
    """One that is known by any of its ids is there; another name is a change."""
    added = [i for i in range(after.size) if not any(one in before.nosology.index for one in after.all_ids(i))]
    gone = [i for i in range(before.size) if not any(one in after.nosology.index for one in before.all_ids(i))]
    renamed = [
        (i, at)
        for i in range(after.size)
        if (at := before.index(after.ids[i])) is not None
        and before.ids[at] == after.ids[i]
        and before.name(at) != after.name(i)
    ]
    examples = {
        ADDED: tuple(Example(after.ids[i], after.name(i)) for i in added[:EXAMPLES]),
        CHANGED: tuple(
            Example(after.ids[i], after.name(i), before.name(at), after.name(i)) for i, at in renamed[:EXAMPLES]
        ),
        GONE: tuple(Example(before.ids[i], before.name(i)) for i in gone[:EXAMPLES]),
    }
    return Part("diseases", before.size, after.size, len(added), len(renamed), len(gone), examples)


def _mappings(before: DiseaseTable, after: DiseaseTable) -> Part:
    """Entries that are one disease now and were several, or the other way round."""
    merged = list(_together(after, before))
    split = list(_together(before, after))
    examples = {
        ADDED: tuple(
            Example(after.ids[i], after.name(i), _ids(before.ids[at] for at in several), _ids(after.all_ids(i)))
            for i, several in merged[:EXAMPLES]
        ),
        CHANGED: (),
        GONE: tuple(
            Example(before.ids[i], before.name(i), _ids(before.all_ids(i)), _ids(after.ids[at] for at in several))
            for i, several in split[:EXAMPLES]
        ),
    }
    several_before, several_after = _of_several(before), _of_several(after)
    return Part("mappings", several_before, several_after, len(merged), 0, len(split), examples)


def _together(one: DiseaseTable, other: DiseaseTable) -> Iterable[tuple[int, list[int]]]:
    """Diseases of `one` whose ids are several diseases in `other`."""
    for i in range(one.size):
        ids = one.all_ids(i)
        if len(ids) > 1:
            found = dict.fromkeys(at for name in ids if (at := other.index(name)) is not None)
            if len(found) > 1:
                yield i, list(found)


def _of_several(diseases: DiseaseTable) -> int:
    return sum(len(ids) > 1 for ids in diseases.nosology.all_ids)


def _ids(ids: Iterable[str]) -> str:
    return " + ".join(islice(ids, 8))


def _annotations(a: Snapshot, b: Snapshot) -> Part:
    """Findings of diseases: (disease, finding, sex) with what is documented of its frequency."""
    diseases: dict[str, int] = {}
    terms: dict[str, int] = {}
    before, after = _Documented(a, b.diseases, diseases, terms), _Documented(b, b.diseases, diseases, terms)
    _, in_a, in_b = np.intersect1d(before.keys, after.keys, assume_unique=True, return_indices=True)
    other = np.flatnonzero((before.said[in_a] != after.said[in_b]).any(axis=1))
    gone = np.setdiff1d(np.arange(len(before.keys)), in_a, assume_unique=True)
    added = np.setdiff1d(np.arange(len(after.keys)), in_b, assume_unique=True)
    pairs = sorted(zip(in_a[other].tolist(), in_b[other].tolist(), strict=True), key=lambda pair: pair[1])[:EXAMPLES]
    examples = {
        ADDED: tuple(after.example(k, after=after.words(k)) for k in added[:EXAMPLES].tolist()),
        CHANGED: tuple(after.example(k, before.words(was), after.words(k)) for was, k in pairs),
        GONE: tuple(before.example(k, before.words(k)) for k in gone[:EXAMPLES].tolist()),
    }
    return Part("annotations", len(before.keys), len(after.keys), len(added), len(other), len(gone), examples)


class _Documented:
    """The pooled rows of one snapshot, with a number for each (disease, finding, sex) that means the same in both."""

    def __init__(
        self, snapshot: Snapshot, naming: DiseaseTable, diseases: dict[str, int], terms: dict[str, int]
    ) -> None:
        self._table, self._ontology = snapshot.diseases, snapshot.ontology
        pooled, size = self._table.pooled, self._table.size
        name = [self._name(i, naming) for i in range(size)]
        of_disease = np.array([diseases.setdefault(one, len(diseases)) for one in name], dtype=np.int64)
        of_term = np.array([terms.setdefault(one, len(terms)) for one in self._ontology.ids], dtype=np.int64)
        self._owner = np.repeat(np.arange(size), np.diff(pooled.ptr))
        keys = (of_disease[self._owner] << 32) | (of_term[pooled.term] << 2) | pooled.sex
        self.keys, self._row = np.unique(keys, return_index=True)
        numbers = (pooled.n, pooled.m, pooled.kind, pooled.frequency_class, pooled.negative)
        columns = [np.asarray(column, dtype=np.int64) for column in numbers]
        columns.append(np.nan_to_num(pooled.frequency, nan=-1.0).view(np.int32).astype(np.int64))
        self.said = np.stack(columns, axis=1)[self._row]

    def example(self, k: int, before: str = "", after: str = "") -> Example:
        row = int(self._row[k])
        i = int(self._owner[row])
        finding = self._ontology.label(int(self._table.pooled.term[row]))
        return Example(self._table.ids[i], f"{self._table.name(i)}: {finding}", before, after)

    def words(self, k: int) -> str:
        row = int(self._row[k])
        stated = self._table.annotation(row)
        said = "absent" if stated.negative else _frequency(stated.frequency)
        cited = ", ".join(stated.references[:2])
        return f"{said} ({cited})" if cited else said

    def _name(self, i: int, naming: DiseaseTable) -> str:
        found = (naming.index(one) for one in self._table.all_ids(i))
        at = next((at for at in found if at is not None), None)
        return self._table.ids[i] if at is None else naming.ids[at]


def _frequency(said: Frequency) -> str:
    if said.n is not None and said.m is not None:
        return f"{said.n}/{said.m}"
    if said.percent is not None:
        return f"{said.percent:g} %"
    return said.term or "frequency not stated"


def _genes(before: DiseaseTable, after: DiseaseTable) -> Part:
    return _plain("genes", _links(before, after), _links(after, after))


def _links(diseases: DiseaseTable, naming: DiseaseTable) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for i in range(diseases.size):
        at = naming.index(diseases.ids[i])
        name = diseases.ids[i] if at is None else naming.ids[at]
        for link in diseases.genes(i):
            gene = link.symbol or link.hgnc or link.ncbi
            found[f"{name} {gene}"] = (f"{diseases.name(i)}: {gene}", link.association)
    return found


# --- cases and texts -----------------------------------------------------------


def _cases(a: Snapshot, b: Snapshot) -> Part:
    """A case's id is its content: the same patient in the same papers with another id is a corrected edition."""
    in_a, in_b = set(a.cases.ids), set(b.cases.ids)
    new, lost = [one for one in b.cases.ids if one not in in_a], [one for one in a.cases.ids if one not in in_b]
    was = {_patient(a, one): one for one in lost} if new else {}
    edited = [(was[name], one) for one in new if lost and (name := _patient(b, one)) in was]
    old, now = {one for one, _ in edited}, {one for _, one in edited}
    added, gone = [one for one in new if one not in now], [one for one in lost if one not in old]
    examples = {
        ADDED: tuple(_case(b, one) for one in added[:EXAMPLES]),
        CHANGED: tuple(_case(b, one) for _, one in edited[:EXAMPLES]),
        GONE: tuple(_case(a, one) for one in gone[:EXAMPLES]),
    }
    return Part("cases", a.cases.size, b.cases.size, len(added), len(edited), len(gone), examples)


def _patient(snapshot: Snapshot, case_id: str) -> tuple[str, tuple[str, ...]]:
    i = snapshot.cases.index(case_id) or 0
    return snapshot.cases.label(i), tuple(sorted(one.id for one in snapshot.cases.publications(i)))


def _case(snapshot: Snapshot, case_id: str) -> Example:
    i = snapshot.cases.index(case_id) or 0
    return Example(case_id, f"{snapshot.cases.label(i)}: {snapshot.cases.diagnosis(i)}")


def _texts(before: PassageStore, after: PassageStore) -> tuple[Part, Part]:
    """A passage's id is its content at its place; a document has changed when its passages have."""
    added = np.flatnonzero(~np.isin(after.keys, before.keys))
    gone = np.flatnonzero(~np.isin(before.keys, after.keys))
    passages = Part(
        "passages",
        before.size,
        after.size,
        len(added),
        0,
        len(gone),
        {ADDED: _passages(after, added), CHANGED: (), GONE: _passages(before, gone)},
    )
    return _documents(before, after, added, gone), passages


def _documents(before: PassageStore, after: PassageStore, added: np.ndarray, gone: np.ndarray) -> Part:
    old = {before.record(k).id: k for k in range(before.document_count)}
    now = {after.record(k).id: k for k in range(after.document_count)}
    touched = {after.record(k).id for k in np.unique(after.document_of[added]).tolist()}
    touched |= {before.record(k).id for k in np.unique(before.document_of[gone]).tolist()}
    new, lost = [one for one in now if one not in old], [one for one in old if one not in now]
    other = [one for one in now if one in old and one in touched]

    examples = {
        ADDED: tuple(Example(one, after.record(now[one]).title) for one in new[:EXAMPLES]),
        CHANGED: tuple(
            Example(one, after.record(now[one]).title, before.record(old[one]).date, after.record(now[one]).date)
            for one in other[:EXAMPLES]
        ),
        GONE: tuple(Example(one, before.record(old[one]).title) for one in lost[:EXAMPLES]),
    }
    return Part("documents", len(old), len(now), len(new), len(other), len(lost), examples)


def _passages(store: PassageStore, positions: np.ndarray) -> tuple[Example, ...]:
    return tuple(Example(store.id(i), store.title(i), after=store.text(i)[:200]) for i in positions[:EXAMPLES].tolist())
