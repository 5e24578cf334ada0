"""What every finding of a patient says about every disease of a table, as sparse columns that add up.

The scores of all diseases and the contributions of one disease are read from the same columns,
so that what is shown is what was summed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrieval.model import MatchKind, Sex
from retrieval.ranking import likelihood
from retrieval.ranking.documented import Documented, for_sex
from retrieval.ranking.reading import Counted, Reading

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.observed import Observed

KINDS = tuple(MatchKind)
NOTHING = -1  # in Column.row: no documented row
_CODE = {kind: code for code, kind in enumerate(KINDS)}
_SEX_CODE = {Sex.FEMALE: 1, Sex.MALE: 2}
_REMEMBERED = 256  # columns; an edited case is re-ranked with mostly the same findings


@dataclass(frozen=True, slots=True)
class Column:
    """One present finding over the diseases it says something particular about; others are unexplained."""

    position: np.ndarray  # ascending
    value: np.ndarray  # float64 log-odds
    row: np.ndarray  # pooled row compared with; NOTHING where published cases alone speak
    through: np.ndarray  # term at which they were compared: the finding, or the shared ancestor
    kind: np.ndarray  # code in KINDS


@dataclass(frozen=True, slots=True)
class Part:
    """What one finding (or one onset, one sex) adds; `elsewhere` to the diseases that are not named."""

    counted: Counted | None
    position: np.ndarray
    value: np.ndarray
    column: Column | None = None  # aligned with position
    elsewhere: float | np.ndarray = 0.0  # an array has a value for every disease
    row: np.ndarray | None = None

    def at(self, position: np.ndarray) -> np.ndarray | float:
        """What it adds to diseases that it says nothing particular about."""
        return self.elsewhere[position] if isinstance(self.elsewhere, np.ndarray) else self.elsewhere


@dataclass(frozen=True, slots=True)
class Parts:
    """All that adds up to the scores of one patient."""

    present: tuple[Part, ...]
    excluded: tuple[Part, ...]
    onset: tuple[Part, ...]
    sex: tuple[Part, ...]
    unexplained: float = likelihood.UNEXPLAINED  # what a finding says of a disease that nothing is known of

    def all(self) -> tuple[Part, ...]:
        return (*self.present, *self.excluded, *self.onset, *self.sex)


class Scorer:
    """Columns over the diseases of one `Documented`, with one background and one set of opposites."""

    def __init__(
        self,
        ontology: Ontology,
        documented: Documented,
        background: np.ndarray,
        opposites: np.ndarray,
        onset_low: np.ndarray,
        onset_high: np.ndarray,
        observed: Observed | None = None,
    ) -> None:
        self.documented = documented
        self.observed = observed  # what published cases show; its positions are those of `documented`
        self.background = background
        self.onset_low = onset_low  # of the disease, by position; NaN unknown
        self.onset_high = onset_high
        self._ontology = ontology
        self._opposites: dict[int, list[int]] = {}
        for one, other in np.asarray(opposites).tolist():
            self._opposites.setdefault(one, []).append(other)
            self._opposites.setdefault(other, []).append(one)
        self._for_sex: dict[int, Documented] = {}
        self._columns: OrderedDict[tuple[int, int], Column] = OrderedDict()

    def totals(self, parts: Parts) -> np.ndarray:
        """The sum of all parts for every disease."""
        total = np.zeros(self.documented.size)
        for part in parts.all():
            total += part.elsewhere
            total[part.position] += part.value - part.at(part.position)
        return total

    def parts(self, reading: Reading) -> Parts:
        present = self._present(reading)
        return Parts(
            present=present,
            excluded=self._all_excluded(reading),
            onset=self._onsets(reading, present),
            sex=self._sexes(reading, present),
        )

    # --- present findings ------------------------------------------------

    def _present(self, reading: Reading) -> tuple[Part, ...]:
        columns = [self.column(counted.term, reading.sex) for counted in reading.present]
        new = self._beyond_narrower(columns, reading.present)
        return tuple(
            Part(counted, column.position, column.value, column, elsewhere=likelihood.UNEXPLAINED)
            if at not in new
            else Part(counted, column.position, new[at][column.position], column, elsewhere=new[at])
            for at, (counted, column) in enumerate(zip(reading.present, columns, strict=True))
        )

    def _beyond_narrower(self, columns: list[Column], present: tuple[Counted, ...]) -> dict[int, np.ndarray]:
        """Of each general finding, per disease, what the narrower ones beside it have not said, for or against."""
        related = {at for at, one in enumerate(present) if one.covers} | {at for one in present for at in one.covers}
        order = sorted(related, key=lambda at: (len(present[at].covers), at))
        dense = {at: self._dense(columns[at]) for at in order}
        covers = {at: present[at].covers for at in order}
        pro = _not_said_before({at: np.maximum(values, 0.0) for at, values in dense.items()}, covers)
        con = _not_said_before({at: np.maximum(-values, 0.0) for at, values in dense.items()}, covers)
        return {at: pro[at] - con[at] for at in order if covers[at]}

    def _dense(self, column: Column) -> np.ndarray:
        values = np.full(self.documented.size, likelihood.UNEXPLAINED)
        values[column.position] = column.value
        return values

    def documented_for(self, sex: Sex) -> Documented:
        """The table as a patient of this sex reads it; as it is where the sex is not known."""
        code = _SEX_CODE.get(sex, 0)
        if code == 0:
            return self.documented
        found = self._for_sex.get(code)
        if found is None:
            found = self._for_sex[code] = for_sex(self._ontology, self.documented, code)
        return found

    def column(self, term: int, sex: Sex = Sex.UNKNOWN) -> Column:
        """What the finding alone says; remembered, because an edited case keeps most of its findings."""
        key = term, _SEX_CODE.get(sex, 0)
        found = self._columns.get(key)
        if found is None:
            found = self._columns[key] = self._column(term, self.documented_for(sex))
            while len(self._columns) > _REMEMBERED:
                self._columns.popitem(last=False)
        return found

    def forget(self) -> None:
        self._columns.clear()

    def _column(self, term: int, documented: Documented) -> Column:
        size = documented.size
        value, kind = np.zeros(size), np.full(size, -1, dtype=np.int8)
        row, through = np.zeros(size, dtype=np.int32), np.full(size, term, dtype=np.int32)
        above = self._ontology.ancestors(term)
        near = above[(self.background[above] <= likelihood.TOO_COMMON) & (above != term)]
        opposites = self._opposite_of_any(above)
        self._through_ancestors(documented, above, near, value, kind, row, through)
        self._against(documented, above, opposites, value, kind, row)
        own = documented.entries(term)
        # A row of the other sex stands only where nothing that applies to the patient was found.
        stands = (kind[own.position] < 0) | ~documented.of_other_sex(own.row)
        at, rows = own.position[stands], own.row[stands]
        value[at] = likelihood.matched(own.frequency[stands], float(self.background[term]))
        exact = documented.pooled.term[rows] == term
        kind[at] = np.where(exact, _CODE[MatchKind.EXACT], _CODE[MatchKind.NARROWER_DOCUMENTED])
        row[at], through[at] = rows, term
        self._with_cases(term, near, opposites, value, kind, row, through)
        position = np.flatnonzero(kind >= 0).astype(np.int32)
        return Column(position, value[position], row[position], through[position], kind[position])

    def _with_cases(
        self,
        term: int,
        near: np.ndarray,
        opposites: list[int],
        value: np.ndarray,
        kind: np.ndarray,
        row: np.ndarray,
        through: np.ndarray,
    ) -> None:
        """Weighs what is documented against what the published cases of the same disease show."""
        observed = self.observed
        if observed is None or not len(observed.position):
            return
        at = observed.position
        opposed = (kind[at] == _CODE[MatchKind.OPPOSITE]) | (kind[at] == _CODE[MatchKind.DOCUMENTED_ABSENT])
        for other in opposites:
            opposed |= observed.counts(other) > 0
        in_cases, compared = observed.value(term, near, self.background, opposed)
        listed = kind[at] >= 0
        documented = np.where(listed, value[at], likelihood.UNEXPLAINED)
        value[at] = likelihood.with_cases(documented, in_cases, observed.patients)
        row[at] = np.where(listed, row[at], NOTHING)
        kind[at] = np.where(listed, kind[at], _CODE[MatchKind.UNEXPLAINED])
        shown = (value[at] > 0) & (documented < 0)  # not listed, or listed as its opposite or as absent
        kind[at] = np.where(shown, _CODE[MatchKind.PUBLISHED], kind[at])
        row[at] = np.where(shown, NOTHING, row[at])
        through[at] = np.where(shown, compared, through[at])

    def _through_ancestors(
        self,
        documented: Documented,
        above: np.ndarray,
        near: np.ndarray,
        value: np.ndarray,
        kind: np.ndarray,
        row: np.ndarray,
        through: np.ndarray,
    ) -> None:
        for ancestor in near[np.lexsort((near, self.background[near]))].tolist():
            entries = documented.entries(ancestor)
            worth = likelihood.through_ancestor(entries.frequency, float(self.background[ancestor]))
            better = (worth > value[entries.position]) & ~documented.of_other_sex(entries.row)
            at = entries.position[better]
            value[at], row[at], through[at] = worth[better], entries.row[better], ancestor
        reached = np.flatnonzero(value > 0)
        broader = np.zeros(self._ontology.size, dtype=np.bool_)
        broader[above] = True
        is_above = broader[documented.pooled.term[row[reached]]]
        kind[reached] = np.where(is_above, _CODE[MatchKind.BROADER_DOCUMENTED], _CODE[MatchKind.SIBLING])

    def _against(
        self,
        documented: Documented,
        above: np.ndarray,
        opposites: list[int],
        value: np.ndarray,
        kind: np.ndarray,
        row: np.ndarray,
    ) -> None:
        """Opposites and documented absences override what ancestors seemed to offer."""
        for other in opposites:
            entries = documented.entries(other)
            worth = likelihood.opposite(entries.frequency)
            lower = (kind[entries.position] != _CODE[MatchKind.OPPOSITE]) | (worth < value[entries.position])
            lower &= ~documented.of_other_sex(entries.row)
            at = entries.position[lower]
            value[at], row[at], kind[at] = worth[lower], entries.row[lower], _CODE[MatchKind.OPPOSITE]
        at, absent = documented.absent(above)
        worth = likelihood.documented_absent(documented.pooled.m[absent])
        for position, k, here in zip(at.tolist(), absent.tolist(), worth.tolist(), strict=True):
            if kind[position] != _CODE[MatchKind.DOCUMENTED_ABSENT] or here < value[position]:
                value[position], row[position] = here, k
                kind[position] = _CODE[MatchKind.DOCUMENTED_ABSENT]

    def opposites(self, term: int) -> list[int]:
        """The opposites of a finding and of what includes it; narrower ones are opposites too."""
        return self._opposite_of_any(self._ontology.ancestors(term))

    def _opposite_of_any(self, terms: np.ndarray) -> list[int]:
        return sorted({other for term in terms.tolist() for other in self._opposites.get(term, ())})

    # --- excluded findings, onset, sex -----------------------------------

    def _all_excluded(self, reading: Reading) -> tuple[Part, ...]:
        which, position, value, row = self._exclusions(reading.excluded, reading)
        together = np.bincount(position, value, self.documented.size)
        value = value * likelihood.bounded_together(together)[position]
        ends = np.searchsorted(which, np.arange(1, len(reading.excluded)))
        split = (np.split(one, ends) for one in (position, value, row))
        return tuple(
            Part(counted, at, worth, row=rows)
            for counted, at, worth, rows in zip(reading.excluded, *split, strict=False)
        )

    def exclusion(self, counted: Counted, reading: Reading) -> Part:
        """What one exclusion alone says, before the bound on all of them."""
        _, position, value, row = self._exclusions([counted], reading)
        return Part(counted, position, value, row=row)

    def _exclusions(
        self, excluded: Sequence[Counted], reading: Reading
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(which of the exclusions, position, value, row), one exclusion after the other."""
        documented = self.documented_for(reading.sex)
        which, entries = documented.several(np.array([counted.term for counted in excluded], dtype=np.int64))
        applies = ~documented.of_other_sex(entries.row)
        which, position, row = which[applies], entries.position[applies], entries.row[applies]
        value = likelihood.excluded(entries.frequency[applies])
        if reading.age is not None:
            begins = documented.pooled.onset_low[row]
            begins = np.where(np.isnan(begins), self.onset_low[position], begins)
            value = np.where(begins > reading.age, 0.0, value)  # NaN compares as "could have appeared"
        return which, position, value, row

    def _onsets(self, reading: Reading, present: tuple[Part, ...]) -> tuple[Part, ...]:
        parts = []
        if reading.onset is not None:
            gap = likelihood.onset_gap(self.onset_low, self.onset_high, *reading.onset)
            at = np.flatnonzero(gap > 0)
            parts.append(Part(None, at, likelihood.onset_mismatch(gap[at], likelihood.ONSET_MOST)))
        documented = self.documented_for(reading.sex)
        pooled = documented.pooled
        for part in present:
            if part.counted is None or part.counted.onset is None or part.column is None:
                continue
            stated = np.flatnonzero((part.column.row != NOTHING) & (part.value > 0))
            row = part.column.row[stated]
            gap = likelihood.onset_gap(pooled.onset_low[row], pooled.onset_high[row], *part.counted.onset)
            worse = (gap > 0) & ~documented.of_other_sex(row)
            mine = stated[worse]
            worth = likelihood.onset_mismatch(gap[worse], likelihood.FINDING_ONSET_MOST)
            worth = np.maximum(worth, -part.value[mine])  # takes the credit of the match at the most
            parts.append(Part(part.counted, part.position[mine], worth, row=row[worse]))
        return tuple(parts)

    def _sexes(self, reading: Reading, present: tuple[Part, ...]) -> tuple[Part, ...]:
        """A row of the other sex explains nothing in this patient: the credit of the match is taken back."""
        documented = self.documented_for(reading.sex)
        parts = []
        for part in present:
            if part.column is not None:
                stated = np.flatnonzero((part.column.row != NOTHING) & (part.value > 0))
                mine = stated[documented.of_other_sex(part.column.row[stated])]
                if len(mine):
                    parts.append(Part(part.counted, part.position[mine], -part.value[mine], row=part.column.row[mine]))
        return tuple(parts)


def _not_said_before(weights: dict[int, np.ndarray], covers: dict[int, tuple[int, ...]]) -> dict[int, np.ndarray]:
    """Takes from each finding, narrowest first, what the findings it covers have said.

    What was said is taken off once: of two general findings that cover it only the first gives way.
    So a further finding never takes away more than it brings.
    """
    held: dict[int, np.ndarray] = {}
    fresh: dict[int, np.ndarray] = {}
    for at, weight in weights.items():
        rest, mine = weight, np.zeros_like(weight)
        for below in covers[at]:
            taken = np.minimum(rest, held[below])
            held[below] = held[below] - taken
            mine += taken
            rest = rest - taken
        fresh[at], held[at] = rest, mine + rest
    return fresh
