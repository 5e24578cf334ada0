"""What tells two candidates apart: findings, genes, inheritance and onset, from what is documented of each.

A finding separates two diseases by as much as an answer is expected to tell which of them it is,
whichever is right (the symmetric divergence of two frequencies; Jeffreys 1946). The comparison is
the same from either side. It reads what is documented; it does not rank, and where nothing is
documented that differs it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from retrieval.model import Frequency, Sex
from retrieval.ranking.chances import Chances
from retrieval.ranking.examination_table import Examination
from retrieval.ranking.examinations import examination_of
from retrieval.ranking.reading import FAMILY, UNCERTAIN, Reading

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.scorer import Scorer

# Nats. Below it an answer hardly tells: 79 % in one and 55 % in the other is 0.27.
SEPARATES = 0.3
SHOWN = 8
# Information content below which a finding names no more than an organ system.
TELLING = 1.0
TESTS_SHOWN = 4
# Documented in both, and told by the same examination: worth saying that it does not help.
ALIKE_SHOWN = 2

PRESENT, EXCLUDED, NOT_ASKED = "present", "excluded", "not_asked"


@dataclass(frozen=True, slots=True)
class Side:
    """One finding in one of the two diseases."""

    rate: float  # 0..1: documented, or what the nearest documented finding or the background lets expect
    frequency: Frequency | None  # as the source states it; None where it is not described
    matched: str | None = None  # the documented term where it is not the finding itself
    absent: bool = False  # described as absent
    references: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sex: Sex | None = None


@dataclass(frozen=True, slots=True)
class Separating:
    """A finding that tells the two apart, and what is known of it in this patient."""

    term: str
    label: str
    status: str  # present, excluded, uncertain, family, not_asked
    because_of: str | None  # the patient's finding that says so, where it is another one
    one: Side
    other: Side
    separation: float  # nats
    examination: Examination

    @property
    def points_to_one(self) -> bool | None:
        """Which side the patient's status speaks for; None while it is not known."""
        if self.status not in {PRESENT, EXCLUDED}:
            return None
        return (self.one.rate > self.other.rate) == (self.status == PRESENT)


@dataclass(frozen=True, slots=True)
class Tested:
    """Whether an examination separates them, with the finding that does so best or, if none does, is alike in both."""

    examination: Examination
    separates: bool
    term: str
    label: str
    more_in_one: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """What is documented of one of the two diseases as a whole."""

    id: str
    name: str
    genes: tuple[str, ...]
    inheritance: tuple[tuple[str, str], ...]  # id and label of HPO's terms
    onset: tuple[tuple[str, str], ...]
    begins: tuple[float, float] | None  # first and last year in which it can begin
    documented: int  # findings described as present


@dataclass(frozen=True, slots=True)
class Comparison:
    one: Compared
    other: Compared
    findings: tuple[Separating, ...]  # the most telling first
    further: int  # that separate them too
    tests: tuple[Tested, ...]
    shared_genes: tuple[str, ...]
    series: str | None  # the series both are numbered in

    @property
    def allelic(self) -> bool:
        """Both are described with variants of the same gene: the gene does not tell them apart."""
        return bool(self.shared_genes)

    @property
    def alike(self) -> bool:
        """No documented finding separates them."""
        return not self.findings

    @property
    def same_onset(self) -> bool | None:
        """Whether the windows of onset overlap; None where one is not stated."""
        if self.one.begins is None or self.other.begins is None:
            return None
        return self.one.begins[0] <= self.other.begins[1] and self.other.begins[0] <= self.one.begins[1]


def compare(
    ontology: Ontology, diseases: DiseaseTable, scorer: Scorer, reading: Reading, *, limit: int = SHOWN
) -> Comparison:
    """`scorer` holds the two diseases alone: the one at position 0, the other at 1."""
    chances = Chances(ontology, scorer, replace(reading, age=None), np.array([0, 1]))
    sides = _Sides(ontology, diseases, scorer, reading)
    terms = np.unique(np.concatenate((chances.own, sides.denied)))
    terms = terms[np.asarray(ontology.findings)[terms] & (ontology.information_content[terms] >= TELLING)]
    rates = chances.exact(terms) if len(terms) else np.zeros((2, 0))
    separation = divergence(rates[0], rates[1])
    order = np.lexsort((terms, -separation))
    known = _Known(ontology, reading)
    telling = [at for at in order.tolist() if separation[at] >= SEPARATES]
    different = list(_unrelated(ontology, terms, telling))
    shown = _shown([known.status(int(terms[at]))[0] in {PRESENT, EXCLUDED} for at in different], limit)
    one, other = (_compared(ontology, diseases, int(index)) for index in scorer.documented.diseases[:2])
    return Comparison(
        one=one,
        other=other,
        findings=tuple(
            Separating(
                term=ontology.ids[term],
                label=ontology.label(term),
                status=known.status(term)[0],
                because_of=known.status(term)[1],
                one=sides.of(0, term, float(rates[0, at])),
                other=sides.of(1, term, float(rates[1, at])),
                separation=float(separation[at]),
                examination=examination_of(ontology, term),
            )
            for at in (different[place] for place in shown)
            for term in [int(terms[at])]
        ),
        further=len(different) - len(shown),
        tests=_tests(ontology, terms, rates, separation, chances.documented(terms), different),
        shared_genes=tuple(symbol for symbol in one.genes if symbol in other.genes),
        series=_series(diseases, scorer),
    )


def divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Jeffreys' divergence of two frequencies, in nats; the same whichever comes first."""
    found: np.ndarray = (p - q) * (np.log(p / (1 - p)) - np.log(q / (1 - q)))
    return found


class _Sides:
    """Reads the documented row behind a rate."""

    def __init__(self, ontology: Ontology, diseases: DiseaseTable, scorer: Scorer, reading: Reading) -> None:
        self._ontology, self._diseases = ontology, diseases
        self._documented = scorer.documented_for(reading.sex)
        rows, place = self._documented.rows(np.array([0, 1]))
        pooled = self._documented.pooled
        negative = np.asarray(pooled.negative)[rows].astype(bool) & ~self._documented.of_other_sex(rows)
        self.denied: np.ndarray = np.asarray(pooled.term)[rows[negative]]
        self._absent = dict(
            zip(
                zip(place[negative].tolist(), self.denied.tolist(), strict=True),
                rows[negative].tolist(),
                strict=True,
            )
        )

    def of(self, position: int, term: int, rate: float) -> Side:
        entries = self._documented.entries(term)
        at = np.flatnonzero((entries.position == position) & ~self._documented.of_other_sex(entries.row))
        if len(at):
            return self._side(int(entries.row[at[0]]), term, rate, absent=False)
        for above in self._ontology.ancestors(term).tolist():
            row = self._absent.get((position, above))
            if row is not None:
                return self._side(row, term, rate, absent=True)
        return Side(rate, None)

    def _side(self, row: int, term: int, rate: float, *, absent: bool) -> Side:
        stated = self._diseases.annotation(row)
        own = stated.term == self._ontology.ids[term]
        return Side(
            rate=rate,
            frequency=stated.frequency,
            matched=None if own else stated.term,
            absent=absent,
            references=stated.references,
            evidence=stated.evidence,
            sex=stated.sex,
        )


class _Known:
    """What the profile says of a finding, itself or through a narrower or broader one."""

    def __init__(self, ontology: Ontology, reading: Reading) -> None:
        self._said: dict[int, tuple[str, str]] = {}
        for one in reading.not_used:  # the weakest first: what is certain takes its place
            index = ontology.index(one.finding)
            if index is not None and one.reason in {UNCERTAIN, FAMILY}:
                self._said[index] = one.reason, one.finding
        for counted in reading.excluded:
            for below in ontology.descendants(counted.term).tolist():
                self._said[below] = EXCLUDED, counted.finding
        for counted in reading.present:
            for above in ontology.ancestors(counted.term).tolist():
                self._said[above] = PRESENT, counted.finding
        for counted in (*reading.excluded, *reading.present):  # the finding itself before what implies it
            self._said[counted.term] = (PRESENT if counted in reading.present else EXCLUDED), counted.finding
        self._ids = ontology.ids

    def status(self, term: int) -> tuple[str, str | None]:
        status, finding = self._said.get(term, (NOT_ASKED, None))
        return status, None if finding == self._ids[term] else finding


def _unrelated(ontology: Ontology, terms: np.ndarray, best: list[int]) -> Iterator[int]:
    """Of findings that include one another only the most telling."""
    related: set[int] = set()
    for at in best:
        term = int(terms[at])
        if term not in related:
            related.update(ontology.ancestors(term).tolist(), ontology.descendants(term).tolist())
            yield at


def _shown(answered: list[bool], limit: int) -> list[int]:
    """Places of the most telling findings; up to half of the room is kept for what this patient answers."""
    first = [place for place, known in enumerate(answered) if known][: limit // 2]
    rest = [place for place in range(len(answered)) if place not in first]
    return sorted([*first, *rest[: limit - len(first)]])


def _tests(
    ontology: Ontology,
    terms: np.ndarray,
    rates: np.ndarray,
    separation: np.ndarray,
    documented: np.ndarray,
    different: list[int],
) -> tuple[Tested, ...]:
    """Examinations that separate them, then those whose findings are described in both and alike."""
    found: dict[Examination, Tested] = {}
    for at in different:
        term = int(terms[at])
        one = examination_of(ontology, term)
        found.setdefault(
            one, Tested(one, True, ontology.ids[term], ontology.label(term), bool(rates[0, at] > rates[1, at]))
        )
    both = np.flatnonzero((documented > 0).all(axis=0) & (separation < SEPARATES))
    alike: dict[Examination, Tested] = {}
    for at in both[np.lexsort((terms[both], -rates[:, both].sum(axis=0)))].tolist():
        term = int(terms[at])
        one = examination_of(ontology, term)
        if one not in found:
            alike.setdefault(one, Tested(one, False, ontology.ids[term], ontology.label(term), False))
    return (*list(found.values())[:TESTS_SHOWN], *list(alike.values())[:ALIKE_SHOWN])


def _compared(ontology: Ontology, diseases: DiseaseTable, index: int) -> Compared:
    disease = diseases.disease(diseases.ids[index])
    low, high = float(diseases.disease_onset_low[index]), float(diseases.disease_onset_high[index])
    return Compared(
        id=disease.id,
        name=disease.name,
        genes=tuple(gene.symbol for gene in disease.genes),
        inheritance=_labelled(ontology, disease.inheritance),
        onset=_labelled(ontology, disease.onset),
        begins=None if np.isnan(low) or np.isnan(high) else (low, high),
        documented=sum(not one.negative for one in disease.annotations),
    )


def _labelled(ontology: Ontology, ids: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((id, ontology.label(index)) for id in ids if (index := ontology.index(id)) is not None)


def _series(diseases: DiseaseTable, scorer: Scorer) -> str | None:
    """The numbered series that both belong to."""
    one, other = (diseases.series(int(index)) for index in scorer.documented.diseases[:2])
    return one if one == other else None
