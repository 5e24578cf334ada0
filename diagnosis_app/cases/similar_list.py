"""All similar cases of a patient as a list that can be filtered; and the filters, read from an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from diagnosis_app.cases.content import Content
from diagnosis_app.cases.similar import Column, column, found_for, meant_words, note_words, way_words
from retrieval.knowledge import Knowledge
from retrieval.search.similar import Found, Way


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader wants to see of the list; empty means everything."""

    way: str = ""
    diagnosis: str = ""
    gene: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Wanted:
        way, diagnosis, gene = (asked.get(name, "").replace("\x00", "")[:300] for name in ("way", "diagnosis", "gene"))
        return cls(way if way in set(Way) else "", diagnosis, gene.strip())

    @property
    def any(self) -> bool:
        return bool(self.way or self.diagnosis or self.gene)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Listed:
    rows: tuple[Column, ...]
    total: int
    bank: int
    wanted: Wanted
    ways: tuple[Choice, ...]
    diagnoses: tuple[Choice, ...]
    note: str
    meant: tuple[str, ...]


def listed(knowledge: Knowledge, content: Content, wanted: Wanted) -> Listed:
    similar = found_for(knowledge, content) if knowledge.cases.size else None
    found = similar.found if similar else ()
    names = {one.id: _diagnosis(knowledge, one) for one in found}
    rows = tuple(
        column(knowledge, knowledge.cases, content, one, place)
        for place, one in enumerate(found, 1)
        if _fits(knowledge, one, names[one.id], wanted)
    )
    by_way = Counter(way for one in found for way in one.ways)
    return Listed(
        rows=rows,
        total=len(found),
        bank=knowledge.cases.size,
        wanted=wanted,
        ways=tuple(Choice(way, words, by_way[way], way == wanted.way) for way, words in way_words().items()),
        diagnoses=tuple(
            Choice(name, name, count, name == wanted.diagnosis)
            for name, count in Counter(names.values()).most_common()
            if name
        ),
        note=note_words(similar.note) if similar else "",
        meant=meant_words(knowledge, similar.terms) if similar else (),
    )


def _diagnosis(knowledge: Knowledge, one: Found) -> str:
    return knowledge.cases.diagnosis(one.position) or ", ".join(knowledge.cases.diagnoses(one.position))


def _fits(knowledge: Knowledge, one: Found, diagnosis: str, wanted: Wanted) -> bool:
    if wanted.way and wanted.way not in one.ways:
        return False
    if wanted.diagnosis and wanted.diagnosis != diagnosis:
        return False
    if not wanted.gene:
        return True
    genes = knowledge.cases.case(one.position).genes
    return any(gene.symbol.casefold() == wanted.gene.casefold() for gene in genes)
