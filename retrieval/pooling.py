"""Pools statements about one finding of one disease into a single documented frequency.

Pure: statements in, columns out. It is also how a benchmark pools again without some
publications. Per (disease, finding, sex):

* counts add up: 0/3 in one paper and 5/8 in another are 5/11;
* a count beats a percentage, a percentage beats a class; what is beaten becomes the point the
  count is shrunk towards;
* a class for both sexes adds nothing where each sex is counted: the counts say more;
* several classes give the (lower) middle one, several percentages their mean;
* a blank frequency adds nothing to the number, and is never read as 100 %;
* the finding is documented as absent only if nothing says present.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrieval.statements import CLASS, CLASS_POINTS, COUNTED, NO_CLASS, PERCENT, SEXES, UNKNOWN, Statements

# Counts are shrunk as if three more patients had been examined and 0.4 of them shown the finding. A
# beta-binomial fitted to the counted rows of phenotype.hpoa 2025-01-16 (n >= 1, m >= 5) gives half that
# weight, but those rows exist because somebody had the finding: ranking published patients, whose
# findings the counts should foretell, is better with the stronger prior. So 1/1 is 0.55, 5/5 is 0.78.
PRIOR_WEIGHT = 3.0  # patients
PRIOR_POINT = 0.4
# A percentage states no denominator; it is trusted as if it came from this many patients.
PERCENT_PATIENTS = 10
# What a blank frequency stands for where a number is unavoidable: about the mean of the documented
# ones of the same release (0.54 over OMIM's entries, 0.46 over Orphanet's).
UNKNOWN_POINT = 0.5
ANY, FEMALE, MALE = SEXES.values()


@dataclass(frozen=True)
class Pooled:
    """One row per (disease, finding, sex restriction); rows of a disease are contiguous and ordered by term."""

    ptr: np.ndarray  # int32[D + 1]
    term: np.ndarray  # int32[K], ontology index
    n: np.ndarray  # int32[K], -1 unless counted
    m: np.ndarray  # int32[K], -1 unless counted
    frequency: np.ndarray  # float32[K], NaN when unknown
    kind: np.ndarray  # uint8[K], order of FrequencyKind
    frequency_class: np.ndarray  # uint8[K], index into statements.CLASSES, 255 none
    negative: np.ndarray  # bool[K]
    sex: np.ndarray  # uint8[K]: 0 any, 1 female, 2 male
    onset_low: np.ndarray  # float32[K] years, NaN unknown
    onset_high: np.ndarray
    source_ptr: np.ndarray  # int32[K + 1]
    source: np.ndarray  # int32: rows of the RowTable behind each pooled row


def shrink(n: np.ndarray | float, m: np.ndarray | float, towards: np.ndarray | float = PRIOR_POINT) -> np.ndarray:
    """The posterior mean of a frequency after n of m patients."""
    return np.asarray((n + PRIOR_WEIGHT * np.asarray(towards)) / (m + PRIOR_WEIGHT))


def percent_stated(frequency: float) -> float:
    """The percentage that a shrunk point stands for: what a reader is shown is what the source says."""
    seen = frequency * (PERCENT_PATIENTS + PRIOR_WEIGHT) - PRIOR_WEIGHT * PRIOR_POINT
    return round(100 * seen / PERCENT_PATIENTS, 2)


def pool(statements: Statements, diseases: int) -> Pooled:
    """One row per (disease, finding, sex)."""
    order = np.lexsort((statements.row, statements.sex, statements.term, statements.disease))
    s = statements.where(order[~_outspoken(statements)[order]])
    size = len(s.row)
    changed = (np.diff(s.disease) != 0) | (np.diff(s.term) != 0) | (np.diff(s.sex) != 0)
    starts = np.concatenate(([0], np.flatnonzero(changed) + 1)) if size else np.zeros(0, dtype=np.int64)
    counted = (s.form == COUNTED) & ~s.repeats
    n = _sum(np.where(counted, s.n, 0), starts)
    m = _sum(np.where(counted, s.m, 0), starts)
    present = _sum(~s.absent, starts) > 0
    point, kind, frequency_class = _stated(s, starts)
    has_count = m > 0
    towards = np.where(np.isnan(point), PRIOR_POINT, point)
    stated = np.where(kind == PERCENT, shrink(point * PERCENT_PATIENTS, PERCENT_PATIENTS), point)
    return Pooled(
        ptr=np.searchsorted(s.disease[starts], np.arange(diseases + 1)).astype(np.int32),
        term=s.term[starts],
        n=np.where(has_count, n, -1).astype(np.int32),
        m=np.where(has_count, m, -1).astype(np.int32),
        frequency=np.where(has_count, shrink(n, m, towards), stated).astype(np.float32),
        kind=np.where(has_count, COUNTED, kind).astype(np.uint8),
        frequency_class=frequency_class,
        negative=~present,
        sex=s.sex[starts],
        onset_low=_extreme(np.fmin, s.onset_low, starts),
        onset_high=_extreme(np.fmax, s.onset_high, starts),
        source_ptr=np.append(starts, size).astype(np.int32),
        source=s.row,
    )


def _outspoken(s: Statements) -> np.ndarray:
    """Classes for both sexes of findings that are counted in either: otherwise the vaguer and higher would be read."""
    finding = s.disease.astype(np.int64) << 32 | s.term
    counted = s.form == COUNTED
    in_both = np.intersect1d(finding[counted & (s.sex == FEMALE)], finding[counted & (s.sex == MALE)])
    outspoken: np.ndarray = (s.form == CLASS) & (s.sex == ANY) & np.isin(finding, in_both)
    return outspoken


def _stated(s: Statements, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Point, kind and class of each group from its percentages and classes, counts left aside."""
    form = np.where(s.form == COUNTED, UNKNOWN, s.form)
    point = s.point[starts].astype(np.float64)
    kind = form[starts].astype(np.uint8)
    frequency_class = s.frequency_class[starts].astype(np.uint8)
    ends = np.append(starts[1:], len(s.row))
    for g in np.flatnonzero(ends - starts > 1).tolist():
        forms = form[starts[g] : ends[g]]
        points = s.point[starts[g] : ends[g]]
        classes = sorted(s.frequency_class[starts[g] : ends[g]][forms == CLASS].tolist())
        if (forms == PERCENT).any():
            point[g], kind[g], frequency_class[g] = points[forms == PERCENT].mean(), PERCENT, NO_CLASS
        elif classes:
            middle = classes[len(classes) // 2]  # classes run from frequent to rare
            point[g], kind[g], frequency_class[g] = CLASS_POINTS[middle], CLASS, middle
        else:
            point[g], kind[g], frequency_class[g] = np.nan, UNKNOWN, NO_CLASS
    return point, kind, frequency_class


def _sum(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    return np.add.reduceat(values.astype(np.int64), starts) if len(starts) else np.zeros(0, dtype=np.int64)


def _extreme(pick: np.ufunc, values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    return (pick.reduceat(values, starts) if len(starts) else np.zeros(0)).astype(np.float32)
