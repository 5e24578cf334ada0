"""Why a disease stands where it stands: its contributions, and what it would lead one to expect.

Nothing is computed twice: a contribution is read from the column that was summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrieval.diseases import Quoted
from retrieval.model import (
    Contribution,
    ContributionKind,
    Disease,
    Frequency,
    MatchKind,
    ScoredDisease,
    Sex,
)
from retrieval.ranking.calibration import strength
from retrieval.ranking.documented import Documented, effective_frequency
from retrieval.ranking.eligibility import impossible
from retrieval.ranking.reading import Reading
from retrieval.ranking.scorer import KINDS, NOTHING, Part, Parts, Scorer
from retrieval.ranking.similarity import nearest

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable
    from retrieval.ontology.graph import Ontology

EXPECTED_AT_LEAST = 0.3  # HPO's "frequent" begins at 30 %
EXPECTED_SHOWN = 12
REMEMBERED = 20_000  # rows, some megabytes
TELLING = 1.0  # information content below which a shared ancestor names no more than an organ system

# Codes in Contribution.note.
ALREADY_COUNTED = "already_counted"
TOO_YOUNG = "too_young"

_MATCHES = (
    *(MatchKind.EXACT, MatchKind.NARROWER_DOCUMENTED, MatchKind.BROADER_DOCUMENTED),
    *(MatchKind.SIBLING, MatchKind.PUBLISHED),
)
_CONFLICTS = (MatchKind.OPPOSITE, MatchKind.DOCUMENTED_ABSENT)


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding the disease often shows and nobody has asked about yet."""

    term: str
    label: str
    frequency: Frequency
    elsewhere: float  # its mean frequency in the other leading candidates
    gain: float  # expected evidence between this disease and those candidates, in nats
    references: tuple[str, ...] = ()
    sex: Sex | None = None  # documented for this sex only


@dataclass(frozen=True, slots=True)
class NearestDocumented:
    """What comes nearest to a finding that the disease does not explain; it earns nothing."""

    finding: str
    term: str
    label: str
    shared: str  # the label of the ancestor both have


@dataclass(frozen=True, slots=True)
class Explanation:
    """One candidate in full. `expected` is ordered by what its answer would tell."""

    candidate: ScoredDisease
    disease: Disease
    explains: tuple[Contribution, ...]
    unexplained: tuple[Contribution, ...]
    against: tuple[Contribution, ...]
    expected: tuple[Expected, ...]
    nearest: tuple[NearestDocumented, ...]


def scored(
    diseases: DiseaseTable,
    ontology: Ontology,
    scorer: Scorer,
    parts: Parts,
    positions: np.ndarray,
    ranks: Sequence[int],
    prior: float,
    sources: Sources,
    further: Sequence[list[Contribution | None]] = (),
    probabilities: np.ndarray | None = None,
) -> tuple[ScoredDisease, ...]:
    """Diseases with their contributions; prior and contributions add up to the score.

    `further` are the terms that are not about a single finding; `probabilities` are by position.
    """
    rows = [_present(ontology, scorer, part, positions, sources, parts.unexplained) for part in parts.present]
    for kind, group in (
        (ContributionKind.EXCLUDED, parts.excluded),
        (ContributionKind.ONSET, parts.onset),
        (ContributionKind.SEX, parts.sex),
    ):
        rows += [_other(kind, scorer, part, positions, sources) for part in group]
    rows += further
    found = []
    for at, (position, rank) in enumerate(zip(positions.tolist(), ranks, strict=True)):
        index = int(scorer.documented.diseases[position])
        contributions = tuple(one for row in rows if (one := row[at]) is not None)
        probability = float(probabilities[position]) if probabilities is not None else None
        found.append(
            ScoredDisease(
                rank=rank,
                id=diseases.ids[index],
                ids=diseases.all_ids(index),
                name=diseases.name(index),
                score=prior + sum(one.value for one in contributions),
                prior=prior,
                contributions=contributions,
                genes=tuple(gene.symbol for gene in diseases.genes(index)),
                probability=probability,
                strength=strength(probability) if probability is not None else None,
            )
        )
    return tuple(found)


def explanation(
    ontology: Ontology,
    diseases: DiseaseTable,
    scorer: Scorer,
    reading: Reading,
    candidate: ScoredDisease,
    disease: Disease,
    index: int,
    rivals: list[int],
) -> Explanation:
    """The contributions sorted into the four lists of the page. `rivals` are positions of other leaders."""
    contributions = candidate.contributions
    against = [c for c in contributions if c.match in _CONFLICTS or (c.match is None and c.value < 0)]
    explains = [c for c in contributions if c.kind is ContributionKind.FINDING and c.match in _MATCHES]
    explains += [c for c in contributions if c.kind is ContributionKind.GENE and c.value > 0]
    unexplained = [c for c in contributions if c.match is MatchKind.UNEXPLAINED]
    unexplained += [c for c in contributions if c.kind is ContributionKind.GENE and c.value == 0]
    return Explanation(
        candidate=candidate,
        disease=disease,
        explains=tuple(sorted(explains, key=lambda c: -c.value)),
        unexplained=tuple(unexplained),
        against=tuple(sorted(against, key=lambda c: c.value)),
        expected=_expected(ontology, diseases, scorer, reading, index, rivals),
        nearest=_nearest(ontology, diseases, unexplained, index),
    )


# --- contributions ------------------------------------------------------------


class Sources:
    """Pooled rows as a contribution quotes them; remembered, because an edited case shows mostly the same ones.

    Shared between threads: each call keeps to the memory that it began with, which only ever gains rows.
    """

    def __init__(self, diseases: DiseaseTable) -> None:
        self._diseases = diseases
        self.forget()

    def forget(self) -> dict[int, Quoted]:
        # Where published cases alone speak there is no row.
        self._read = empty = {NOTHING: Quoted(None, None, (), "", None)}
        return empty

    def __call__(self, rows: Sequence[int]) -> list[Quoted]:
        read = self._read
        new = {row for row in rows if row not in read}
        if len(read) + len(new) > REMEMBERED:
            read = self.forget()
            new = {*rows} - {NOTHING}
        read.update(zip(new, self._diseases.quoted(new), strict=True))
        return [read[row] for row in rows]


def _places(part: Part, positions: np.ndarray) -> np.ndarray:
    """Where each of the diseases stands in the part, -1 where the part says nothing particular of it."""
    if not len(part.position):
        return np.full(len(positions), -1)
    place = np.minimum(np.searchsorted(part.position, positions), len(part.position) - 1)
    return np.where(part.position[place] == positions, place, -1)


def _present(
    ontology: Ontology,
    scorer: Scorer,
    part: Part,
    positions: np.ndarray,
    sources: Sources,
    unexplained: float,
) -> list[Contribution | None]:
    """What one present finding adds to each of the diseases; `unexplained` is what it says where nothing is known."""
    assert part.counted is not None and part.column is not None  # noqa: S101
    counted, column, background = part.counted, part.column, scorer.background
    finding, ids, of_finding = counted.finding, ontology.ids, ContributionKind.FINDING
    elsewhere = np.broadcast_to(part.at(positions), positions.shape).tolist()
    places = _places(part, positions)
    common = float(background[counted.term])
    silent = {value: _unexplained(finding, value, common, alone=unexplained) for value in {*elsewhere}}
    found: list[Contribution | None] = [silent[value] for value in elsewhere]
    here = np.flatnonzero(places >= 0)
    at = places[here]
    through = column.through[at]
    seen = scorer.observed.seen(positions[here], counted.term) if scorer.observed is not None else [None] * len(here)
    for k, value, alone, often, link, match, quoted, cases in zip(
        here.tolist(),
        part.value[at].tolist(),
        column.value[at].tolist(),
        background[through].tolist(),
        (ids[one] for one in through.tolist()),
        column.kind[at].tolist(),
        sources(column.row[at].tolist()),
        seen,
        strict=True,
    ):
        documented, frequency, references, evidence, sex = quoted
        note = ALREADY_COUNTED if abs(value) < abs(alone) else ""
        # By place: a thousand of them by name take twice as long.
        found[k] = Contribution(
            of_finding, value, finding, documented, KINDS[match], frequency, often, references, evidence,
            link if link != finding else None, note, sex, None, (), None, cases,
        )  # fmt: skip
    return found


def _unexplained(finding: str, value: float, background: float, alone: float) -> Contribution:
    return Contribution(
        kind=ContributionKind.FINDING,
        value=value,
        finding=finding,
        match=MatchKind.UNEXPLAINED,
        background=background,
        note=ALREADY_COUNTED if value > alone else "",
    )


def _other(
    kind: ContributionKind, scorer: Scorer, part: Part, positions: np.ndarray, sources: Sources
) -> list[Contribution | None]:
    """An exclusion, an onset or a sex: None for diseases of which it says nothing."""
    counted, places = part.counted, _places(part, positions)
    found: list[Contribution | None] = [None] * len(positions)
    here = np.flatnonzero(places >= 0)
    values = part.value[places[here]].tolist()
    if part.row is None or counted is None:
        for k, value in zip(here.tolist(), values, strict=True):
            found[k] = Contribution(kind=kind, value=value)
        return found
    background = float(scorer.background[counted.term])
    for k, value, quoted in zip(here.tolist(), values, sources(part.row[places[here]].tolist()), strict=True):
        found[k] = Contribution(
            kind=kind,
            value=value,
            finding=counted.finding,
            matched=quoted.term,
            frequency=quoted.frequency,
            background=background,
            references=quoted.references,
            evidence=quoted.evidence,
            sex=quoted.sex,
            note=TOO_YOUNG if kind is ContributionKind.EXCLUDED and value == 0.0 else "",
        )
    return found


def _nearest(
    ontology: Ontology, diseases: DiseaseTable, unexplained: list[Contribution], index: int
) -> tuple[NearestDocumented, ...]:
    pooled = diseases.pooled
    rows = slice(int(pooled.ptr[index]), int(pooled.ptr[index + 1]))
    documented = pooled.term[rows][~pooled.negative[rows]].tolist()
    found = []
    for one in unexplained:
        term = ontology.index(one.finding) if one.finding else None
        near = nearest(ontology, term, documented) if term is not None else None
        if one.finding and near and near.similarity >= TELLING:
            label, shared = ontology.label(near.term), ontology.label(near.shared)
            found.append(NearestDocumented(one.finding, ontology.ids[near.term], label, shared))
    return tuple(found)


# --- expected, not yet asked --------------------------------------------------


def _expected(
    ontology: Ontology,
    diseases: DiseaseTable,
    scorer: Scorer,
    reading: Reading,
    index: int,
    rivals: list[int],
) -> tuple[Expected, ...]:
    pooled = diseases.pooled
    documented = scorer.documented_for(reading.sex)
    rows = np.arange(int(pooled.ptr[index]), int(pooled.ptr[index + 1]))
    rows = rows[~documented.of_other_sex(rows)]
    frequency = effective_frequency(pooled, rows)
    closed = spoken_of(ontology, scorer, reading) | impossible(ontology, reading)
    found: dict[int, Expected] = {}
    for row, often in zip(rows.tolist(), frequency.tolist(), strict=True):
        term = int(pooled.term[row])
        if often < EXPECTED_AT_LEAST or pooled.negative[row] or term in closed or term in found:
            continue
        elsewhere = _mean_frequency(documented, term, rivals)
        stated = diseases.annotation(row)
        found[term] = Expected(
            term=ontology.ids[term],
            label=ontology.label(term),
            frequency=stated.frequency,
            elsewhere=elsewhere,
            gain=_gain(often, max(elsewhere, float(scorer.background[term]))),
            references=stated.references,
            sex=stated.sex,
        )
    return tuple(sorted(found.values(), key=lambda e: (-e.gain, e.term))[:EXPECTED_SHOWN])


def spoken_of(ontology: Ontology, scorer: Scorer, reading: Reading) -> set[int]:
    """Every finding of the profile with its ancestors and descendants, and the opposites of what is present."""
    named = [counted.term for counted in (*reading.present, *reading.excluded)]
    named += [i for one in reading.not_used if (i := ontology.index(one.finding)) is not None]
    related = {i for term in named for near in (ontology.ancestors, ontology.descendants) for i in near(term).tolist()}
    against = {other for counted in reading.present for other in scorer.opposites(counted.term)}
    return related | {i for other in against for i in ontology.descendants(other).tolist()}


def _mean_frequency(documented: Documented, term: int, rivals: list[int]) -> float:
    if not rivals:
        return 0.0
    entries = documented.entries(term)
    shown = np.isin(entries.position, rivals) & ~documented.of_other_sex(entries.row)
    return float(entries.frequency[shown].sum() / len(rivals))


def _gain(here: float, there: float) -> float:
    """Expected log-odds, over both answers, for this disease against the others if it is the right one."""
    p, q = min(max(here, 0.01), 0.99), min(max(there, 0.01), 0.99)
    return float(p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))
