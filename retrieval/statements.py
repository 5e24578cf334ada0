"""Reads raw annotation rows as statements about findings, one number at a time.

Only aspect P makes findings: modes of inheritance (I), clinical course (C), modifiers (M) and
past history (H) are other kinds. A blank frequency is unknown. `NOT` and `0/m` say absent.
Whatever cannot become a statement is counted with its reason, never dropped in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from retrieval.age import ONSET_YEARS
from retrieval.annotation_rows import HPO, RowTable
from retrieval.model import FrequencyKind
from retrieval.ontology.graph import Ontology
from retrieval.strings import Arrays

COUNTED, CLASS, PERCENT, UNKNOWN = range(4)
KINDS = (FrequencyKind.COUNTED, FrequencyKind.CLASS, FrequencyKind.PERCENT, FrequencyKind.UNKNOWN)
SEXES = {"": 0, "FEMALE": 1, "MALE": 2}

# HPO's frequency classes and the middle of the interval each is defined by (HP:0040279,
# after Orphanet). Obligate means always; one in a hundred is left for an error in the record.
CLASSES = ("HP:0040280", "HP:0040281", "HP:0040282", "HP:0040283", "HP:0040284", "HP:0040285")
CLASS_POINTS = (0.99, 0.895, 0.545, 0.17, 0.025, 0.0)
EXCLUDED_CLASS = CLASSES.index("HP:0040285")
NO_CLASS = 255

_COUNT = re.compile(r"([0-9]{1,6})/([0-9]{1,6})\Z")
_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)%\Z")


@dataclass(frozen=True, slots=True)
class Said:
    """A frequency as stated: a form, and the numbers that form has."""

    form: int
    n: int = -1
    m: int = -1
    point: float = float("nan")
    frequency_class: int = NO_CLASS


# Types of the columns of `Statements`, in their order.
_TYPES = (
    *("int32", "int32", "uint8", "uint8", "int32", "int32", "float32"),
    *("uint8", "bool", "bool", "float32", "float32", "int32"),
)


@dataclass(frozen=True)
class Statements:
    """One entry per row of aspect P that became a statement, in the order of the source."""

    disease: np.ndarray  # int32
    term: np.ndarray  # int32, ontology index
    sex: np.ndarray  # uint8: 0 any, 1 female, 2 male
    form: np.ndarray  # uint8: COUNTED, CLASS, PERCENT, UNKNOWN
    n: np.ndarray  # int32, -1 unless counted
    m: np.ndarray  # int32, -1 unless counted
    point: np.ndarray  # float32, NaN unless a class or a percentage
    frequency_class: np.ndarray  # uint8, index into CLASSES or NO_CLASS
    absent: np.ndarray  # bool: NOT, 0/m or the class Excluded
    repeats: np.ndarray  # bool: the same count of the same publication, stated again
    onset_low: np.ndarray  # float32 years, NaN unknown
    onset_high: np.ndarray
    row: np.ndarray  # int32, position in the RowTable

    def arrays(self) -> dict[str, np.ndarray]:
        return {f"statement_{field.name}": getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, arrays: Arrays) -> Statements:
        return cls(**{field.name: arrays[f"statement_{field.name}"] for field in fields(cls)})

    def where(self, keep: np.ndarray) -> Statements:
        return Statements(**{field.name: getattr(self, field.name)[keep] for field in fields(self)})


def frequency(text: str) -> Said:
    """What a frequency column says; raises ValueError for what it cannot say."""
    if text == "":
        return Said(UNKNOWN)
    if match := _COUNT.match(text):
        n, m = int(match[1]), int(match[2])
        if m == 0 or n > m:
            raise ValueError("counts more patients than were examined")
        return Said(COUNTED, n=n, m=m)
    if text in CLASSES:
        position = CLASSES.index(text)
        return Said(CLASS, point=CLASS_POINTS[position], frequency_class=position)
    if match := _PERCENTAGE.match(text):
        share = round(float(match[1]) / 100, 6)
        if share <= 1:
            return Said(PERCENT, point=share)
    raise ValueError("is neither n/m, a percentage nor one of HPO's frequency classes")


def is_not(text: str) -> bool:
    """Whether a qualifier says that the disease does not have the finding."""
    if text not in {"", "NOT"}:
        raise ValueError("is neither empty nor NOT")
    return text == "NOT"


def sex(text: str) -> int:
    """0 any, 1 female, 2 male."""
    if text not in SEXES:
        raise ValueError("is neither empty nor MALE nor FEMALE")
    return SEXES[text]


def onset_years(text: str) -> tuple[float, float]:
    """First and last year of an onset term; NaN when empty."""
    if text and text not in ONSET_YEARS:
        raise ValueError("is not an onset term of HPO")
    return ONSET_YEARS.get(text, (float("nan"), float("nan")))


def read(rows: RowTable, ontology: Ontology, diseases: Mapping[str, int]) -> tuple[Statements, Counter[str]]:
    """The statements of aspect P, and why other rows of aspect P became none."""
    said = [frequency(text) for text in rows.vocabulary("frequency")]
    sexes = [sex(text) for text in rows.vocabulary("sex")]
    onsets = [onset_years(text) for text in rows.vocabulary("onset")]
    negated = [is_not(text) for text in rows.vocabulary("qualifier")]
    terms, reasons = _terms(rows, ontology)
    index = [diseases[text] for text in rows.vocabulary("disease")]
    no_onset = rows.vocabulary("onset").index("") if "" in rows.vocabulary("onset") else -1
    is_finding = np.array([text == "P" for text in rows.vocabulary("aspect")], dtype=np.bool_)
    chosen = np.flatnonzero(is_finding[rows.codes("aspect")])
    dropped: Counter[str] = Counter()
    sources = rows.vocabulary("source")
    seen: dict[tuple[int, ...], set[int]] = {}
    taken: list[tuple[float, ...]] = []
    columns = ("disease", "term", "sex", "frequency", "onset", "qualifier", "reference", "source")
    codes = [rows.codes(column)[chosen].tolist() for column in columns]
    for k, d, t, s, f, o, q, reference, source in zip(chosen.tolist(), *codes, strict=True):
        term = terms[t]
        if term < 0:
            dropped[reasons[t] if sources[source] == HPO else f"{sources[source]}: {reasons[t]}"] += 1
            continue
        fact = Said(UNKNOWN) if negated[q] else said[f]
        absent = negated[q] or fact.n == 0 or fact.frequency_class == EXCLUDED_CLASS
        counts_of_publication = seen.setdefault((d, term, s, reference, f), set())
        repeats = fact.form == COUNTED and _said_before(counts_of_publication, o, no_onset)
        numbers = (fact.form, fact.n, fact.m, fact.point, fact.frequency_class)
        taken.append((index[d], term, sexes[s], *numbers, absent, repeats, *onsets[o], k))
    return _columns(taken), dropped


def _said_before(onsets: set[int], onset: int, none: int) -> bool:
    """One publication's count of one finding, listed again, is one statement unless its onset differs."""
    known = onsets - {none}
    again = bool(onsets) and (onset == none or onset in onsets or not known)
    onsets.add(onset)
    return again


def _columns(taken: list[tuple[float, ...]]) -> Statements:
    columns: list[tuple[float, ...]] = list(zip(*taken, strict=True)) or [()] * len(_TYPES)
    return Statements(*(np.array(column, dtype=kind) for column, kind in zip(columns, _TYPES, strict=True)))


def _terms(rows: RowTable, ontology: Ontology) -> tuple[list[int], list[str]]:
    """Per distinct term text its index, or -1 and the reason."""
    found: list[int] = []
    reasons: list[str] = []
    for text in rows.vocabulary("term"):
        i = ontology.index(text)
        usable = i is not None and ontology.is_finding(i)
        found.append(i if i is not None and usable else -1)
        reasons.append("" if usable else "unknown or obsolete term" if i is None else "not a phenotypic abnormality")
    return found, reasons
