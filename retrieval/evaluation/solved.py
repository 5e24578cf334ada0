"""A case whose diagnosis is known: what a benchmark asks about and what fitted weights learn from.

Only what the protocol needs; the published case itself, with licence and variants, is a word of
`retrieval.model`. Nothing here is shown to a ranker but the profile and the candidate genes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from retrieval.model import CaseGene, Finding, Profile, PublishedCase, Status


@dataclass(frozen=True, slots=True)
class SolvedCase:
    """`diagnoses` are accepted ids of one diagnosis; `publications` are empty where the set names none."""

    id: str
    profile: Profile
    diagnoses: tuple[str, ...]
    publications: tuple[str, ...] = ()  # PMID:10874638
    genes: tuple[CaseGene, ...] = ()  # the true ones

    @classmethod
    def of(cls, case: PublishedCase, *, id: str = "") -> SolvedCase:
        """As a benchmark asks about it: without the genes, which are given only where the run says so."""
        return cls(
            id=id or case.label or case.id,
            profile=Profile(case.findings, case.sex, case.age, case.onset),
            diagnoses=tuple(sorted(set(case.diagnoses))),
            publications=tuple(sorted({paper.id for paper in case.publications if paper.id})),
            genes=case.genes,
        )

    @property
    def observed(self) -> frozenset[str]:
        """The terms of the findings that are present."""
        return frozenset(one.term for one in self.profile.findings if one.status is Status.PRESENT)

    def digest(self) -> str:
        """Of everything that can change its rank."""
        said = (self.id, self.profile, self.diagnoses, self.publications, self.genes)
        return hashlib.sha256(repr(said).encode()).hexdigest()


# Sets that were copied from papers were edited since: terms renamed, added, made more exact. Half of all
# terms in common and the same diagnosis is the same patient; of 370 such cases none lies near this bound.
SAME_PATIENT = 0.5


def matched(
    cases: Sequence[SolvedCase], published: Iterable[SolvedCase], current: Callable[[str], str | None]
) -> list[SolvedCase]:
    """Cases without publications take those of every published case that must be the same patient.

    That is: an accepted diagnosis in common, and of all observed terms of the two, in their `current`
    ids, at least the share `SAME_PATIENT`. A case that names its publications keeps them; one that
    nothing matches stays without.
    """
    by_diagnosis: dict[str, list[tuple[frozenset[str], tuple[str, ...]]]] = {}
    for one in published:
        terms = _current(one.observed, current)
        for diagnosis in one.diagnoses:
            by_diagnosis.setdefault(diagnosis, []).append((terms, one.publications))
    return [_with(case, _current(case.observed, current), by_diagnosis) for case in cases]


def _current(terms: Iterable[str], current: Callable[[str], str | None]) -> frozenset[str]:
    return frozenset(current(term) or term for term in terms)


def _with(
    case: SolvedCase,
    terms: frozenset[str],
    by_diagnosis: Mapping[str, Sequence[tuple[frozenset[str], tuple[str, ...]]]],
) -> SolvedCase:
    if case.publications or not terms:
        return case
    near = {
        paper
        for diagnosis in case.diagnoses
        for others, papers in by_diagnosis.get(diagnosis, ())
        if len(terms & others) >= SAME_PATIENT * len(terms | others)
        for paper in papers
    }
    return replace(case, publications=tuple(sorted(near))) if near else case


def findings(terms: Iterable[str], status: Status = Status.PRESENT) -> tuple[Finding, ...]:
    """Plain findings from ids, for sets that state nothing more."""
    return tuple(Finding(term, status) for term in terms)
