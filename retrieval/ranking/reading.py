"""What of a profile counts in the likelihood, and what is set aside and why.

One finding counts once. Uncertain findings and those of relatives are listed and weigh nothing.
The order of the findings does not matter: they are taken by term.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.age import BEFORE_BIRTH, OLDEST, parse_age, parse_onset
from retrieval.model import Finding, Profile, Sex, Status

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology

# Stable codes; pages and documentation translate them.
UNCERTAIN = "uncertain"
FAMILY = "family"
DUPLICATE = "duplicate"
CONTRADICTED = "contradicted"  # excluded, though it or something narrower is present
ALREADY_COUNTED = "already_counted"  # excluded below a finding that is excluded too
ROOT = "too_general"  # Phenotypic abnormality itself says nothing

_ROOT_ID = "HP:0000118"


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A finding that weighs nothing, with the code of the reason and the finding that caused it."""

    finding: str
    reason: str
    because_of: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A finding that is weighed."""

    finding: str  # the term's current id
    term: int
    onset: tuple[float, float] | None = None
    covers: tuple[int, ...] = ()  # places, in the same list, of the present findings below it, narrowest first


@dataclass(frozen=True, slots=True)
class Reading:
    """A profile as the likelihood takes it."""

    present: tuple[Counted, ...]
    excluded: tuple[Counted, ...]
    not_used: tuple[NotUsed, ...]
    sex: Sex
    age: float | None  # years at examination
    onset: tuple[float, float] | None  # first and last year in which the illness can have begun


def rankable(ontology: Ontology, profile: Profile) -> Profile:
    """The profile in current ids, without the findings that this ontology lacks or no longer calls findings.

    A stored case outlives the knowledge it was written with: it is ranked by what is still known.
    """
    known = ((finding, ontology.index(finding.term)) for finding in profile.findings)
    findings = (replace(one, term=ontology.ids[at]) for one, at in known if at is not None and ontology.is_finding(at))
    return replace(profile, findings=tuple(findings))


def read_profile(ontology: Ontology, profile: Profile) -> Reading:
    """Sort the findings into what counts and what does not."""
    terms = {}
    for finding in profile.findings:
        if finding.term not in terms:
            terms[finding.term] = _index(ontology, finding.term)
    ordered = sorted(profile.findings, key=lambda f: (terms[f.term], f.onset or "~"))
    not_used: list[NotUsed] = []
    by_status: dict[Status, dict[int, Finding]] = {status: {} for status in Status}
    for finding in ordered:
        term = terms[finding.term]
        if ontology.ids[term] == _ROOT_ID:
            not_used.append(NotUsed(_ROOT_ID, ROOT))
        elif term in by_status[finding.status]:
            not_used.append(NotUsed(ontology.ids[term], DUPLICATE))
        else:
            by_status[finding.status][term] = finding
    present = related(
        ontology,
        (Counted(ontology.ids[term], term, _onset(f)) for term, f in by_status[Status.PRESENT].items()),
    )
    excluded = _excluded(ontology, by_status[Status.EXCLUDED], present, not_used)
    for status, reason in ((Status.UNCERTAIN, UNCERTAIN), (Status.FAMILY, FAMILY)):
        not_used += [NotUsed(ontology.ids[term], reason) for term in by_status[status]]
    age = parse_age(profile.age) if profile.age else None
    return Reading(present, excluded, tuple(not_used), profile.sex, age, _illness_onset(profile, present, age))


def _index(ontology: Ontology, term_id: str) -> int:
    index = ontology.index(term_id)
    if index is None or not ontology.is_finding(index):
        index = ontology.index(ontology.finding(term_id).term.id)
    assert index is not None  # noqa: S101  `finding` raises for what has no index
    return index


def related(ontology: Ontology, present: Iterable[Counted]) -> tuple[Counted, ...]:
    """The findings in order of term, each with the narrower ones beside it."""
    ordered = sorted(present, key=lambda counted: counted.term)
    place = {counted.term: at for at, counted in enumerate(ordered)}
    covers: list[list[int]] = [[] for _ in ordered]
    for at, counted in enumerate(ordered):
        for above in ontology.ancestors(counted.term).tolist():
            if above in place and above != counted.term:
                covers[place[above]].append(at)
    widths = [(len(below), at) for at, below in enumerate(covers)]
    return tuple(
        replace(counted, covers=tuple(sorted(covers[at], key=widths.__getitem__))) for at, counted in enumerate(ordered)
    )


def _excluded(
    ontology: Ontology, findings: dict[int, Finding], present: tuple[Counted, ...], not_used: list[NotUsed]
) -> tuple[Counted, ...]:
    implied: dict[int, str] = {}  # term -> the present finding that implies it
    for counted in present:
        for above in ontology.ancestors(counted.term).tolist():
            implied.setdefault(above, counted.finding)
    valid = {term: finding for term, finding in findings.items() if term not in implied}
    not_used += [NotUsed(ontology.ids[term], CONTRADICTED, implied[term]) for term in findings if term in implied]
    kept = []
    for term, finding in valid.items():
        above = next((a for a in ontology.ancestors(term).tolist() if a in valid and a != term), None)
        if above is None:
            kept.append(Counted(ontology.ids[term], term, _onset(finding)))
        else:
            not_used.append(NotUsed(ontology.ids[term], ALREADY_COUNTED, ontology.ids[above]))
    return tuple(kept)


def _onset(finding: Finding) -> tuple[float, float] | None:
    return parse_onset(finding.onset) if finding.onset else None


def _illness_onset(profile: Profile, present: tuple[Counted, ...], age: float | None) -> tuple[float, float] | None:
    """As stated; else it began no later than the first dated finding and the examination."""
    latest = [counted.onset[1] for counted in present if counted.onset] + ([age] if age is not None else [])
    if profile.onset:
        return parse_onset(profile.onset)
    return (BEFORE_BIRTH, min([*latest, OLDEST])) if latest else None
