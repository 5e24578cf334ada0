"""Reads the cases of a benchmark. What cannot be read stays in the denominator as a miss with its reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus_ingest.sources.phenopackets import Read, read_cases
from diagnosis_app.errors import Invalid
from retrieval.errors import RetrievalError
from retrieval.evaluation import SolvedCase
from retrieval.model import PublishedCase

# Files of a collection that are no cases at all (a cohort's table, a licence) are not misses.
_NO_CASES = frozenset({"holds neither a phenopacket nor a case", "is the same case as another one here"})
PMID = "PMID:"


@dataclass(frozen=True, slots=True)
class CaseSet:
    """A set of solved cases, in the order in which it was read."""

    name: str
    cases: tuple[SolvedCase, ...]
    unreadable: tuple[tuple[str, str], ...] = ()  # (name, reason): misses that cannot be asked about

    @property
    def with_publication(self) -> int:
        return sum(any(one.startswith(PMID) for one in case.publications) for case in self.cases)

    def digest(self) -> str:
        whole = hashlib.sha256(repr(self.unreadable).encode())
        for case in self.cases:
            whole.update(case.digest().encode())
        return whole.hexdigest()[:16]


def read_set(path: Path) -> CaseSet:
    """The cases at the path under the ids by which their source calls them."""
    read = _read(path)
    names = Counter(case.label for case in read.cases)
    cases = tuple(SolvedCase.of(case, id=_name(case, names)) for case in read.cases)
    refused = tuple((one.name, one.reason) for one in read.rejects if one.reason not in _NO_CASES)
    if not cases and not refused:
        raise Invalid(
            f"{path.name} holds no cases.", hint="Name a phenopacket, a directory or zip of them, or a JSON list."
        )
    return CaseSet(path.name, cases, refused)


def read_bank(path: Path) -> tuple[PublishedCase, ...]:
    """The cases that are to be the only bank."""
    cases = _read(path).cases
    if not cases:
        raise Invalid(f"{path.name} holds no cases for a bank.", hint="To rank without a bank, say --no-case-bank.")
    return cases


def published(paths: Sequence[Path]) -> list[SolvedCase]:
    """Cases whose publications blind those of a set that names none."""
    return [case for path in paths for case in read_set(path).cases]


def spread_evenly(cases: Sequence[SolvedCase], limit: int) -> tuple[SolvedCase, ...]:
    """`limit` of them from the whole of the set, always the same ones: neighbours in a set are alike."""
    if not 0 < limit < len(cases):
        return tuple(cases)
    return tuple(cases[at * len(cases) // limit] for at in range(limit))


def _read(path: Path) -> Read:
    try:
        return read_cases(path)
    except RetrievalError as error:
        raise Invalid(error.message, hint=error.hint, code=error.code) from None
    except OSError as error:
        raise Invalid(
            f"{path.name} cannot be read: {error.strerror}.", hint="Check the name and who may read it."
        ) from None


def _name(case: PublishedCase, names: Counter[str]) -> str:
    """As the source calls it; where several are called alike, with the id of the content."""
    return case.label if case.label and names[case.label] == 1 else f"{case.label or 'case'} ({case.id})"
