"""Remarks on the quality of a profile, before anything is ranked: what contradicts, what is too general.

A hint never changes the profile; it says what the ranking makes of it and offers better terms.
`message` is English for logs, terminals and the JSON; pages translate by `code`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.model import Finding, Profile, Status
from retrieval.ranking.opposites import opposite_pairs

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology

CONTRADICTION = "contradiction"
OPPOSITES = "opposites"
TOO_GENERAL = "too_general"
REPLACED = "replaced"
DUPLICATE = "duplicate"
REDUNDANT = "redundant"

# Natural-log information content below which a finding fits more than a fifth of all diseases.
GENERAL_BELOW = 1.6
SUGGESTED = 6


@dataclass(frozen=True, slots=True)
class Hint:
    code: str
    finding: str
    message: str
    suggestions: tuple[tuple[str, str], ...] = ()  # (id, label) of terms to use, or of the finding it collides with
    other: str | None = None  # the finding it collides with


def hints(ontology: Ontology, profile: Profile) -> tuple[Hint, ...]:
    """All remarks, contradictions first; ids that the ontology does not know are left to the caller's check."""
    known = _known(ontology, profile)
    present = _first_of_each(known, Status.PRESENT)
    excluded = _first_of_each(known, Status.EXCLUDED)
    return (
        *_contradictions(ontology, present, excluded),
        *_opposites(ontology, present),
        *_replaced(ontology, known),
        *_duplicates(ontology, known),
        *_redundant(ontology, present),
        *_too_general(ontology, present),
    )


def _known(ontology: Ontology, profile: Profile) -> list[tuple[int, Finding]]:
    found = [(ontology.index(finding.term), finding) for finding in profile.findings]
    return [(i, finding) for i, finding in found if i is not None and ontology.is_finding(i)]


def _first_of_each(known: list[tuple[int, Finding]], status: Status) -> list[int]:
    return sorted({i for i, finding in known if finding.status is status})


def _contradictions(ontology: Ontology, present: list[int], excluded: list[int]) -> list[Hint]:
    """Present with itself or an ancestor excluded. A present parent with an excluded child is none."""
    found = []
    for i in present:
        for other in sorted(set(ontology.ancestors(i).tolist()) & set(excluded)):
            if other == i:
                message = f"{ontology.label(i)} is both present and excluded; the exclusion is not counted."
            else:
                message = (
                    f"{ontology.label(i)} is present, but {ontology.label(other)}, which includes it, is excluded; "
                    "the exclusion is not counted."
                )
            found.append(Hint(CONTRADICTION, ontology.ids[i], message, (_named(ontology, other),), ontology.ids[other]))
    return found


def _opposites(ontology: Ontology, present: list[int]) -> list[Hint]:
    return [
        Hint(
            OPPOSITES,
            ontology.ids[one],
            f"{ontology.label(one)} and {ontology.label(other)} are opposites and both present.",
            (_named(ontology, other),),
            ontology.ids[other],
        )
        for one, other in opposite_pairs(ontology, among=present).tolist()
    ]


def _replaced(ontology: Ontology, known: list[tuple[int, Finding]]) -> list[Hint]:
    return [
        Hint(
            REPLACED,
            ontology.ids[i],
            f"{finding.term} is no longer used; {ontology.ids[i]} {ontology.label(i)} takes its place.",
            (_named(ontology, i),),
            finding.term,
        )
        for i, finding in known
        if finding.term != ontology.ids[i]
    ]


def _duplicates(ontology: Ontology, known: list[tuple[int, Finding]]) -> list[Hint]:
    counts: dict[tuple[int, Status], int] = {}
    for i, finding in known:
        counts[i, finding.status] = counts.get((i, finding.status), 0) + 1
    return [
        Hint(DUPLICATE, ontology.ids[i], f"{ontology.label(i)} is entered {times} times and counted once.")
        for (i, _), times in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1].value))
        if times > 1
    ]


def _redundant(ontology: Ontology, present: list[int]) -> list[Hint]:
    found = []
    for i in present:
        narrower = [j for j in present if j != i and i in set(ontology.ancestors(j).tolist())]
        if narrower:
            message = (
                f"{ontology.label(i)} is implied by {ontology.label(narrower[0])} and adds only what that "
                "has not said already."
            )
            suggestions = tuple(_named(ontology, j) for j in narrower[:SUGGESTED])
            found.append(Hint(REDUNDANT, ontology.ids[i], message, suggestions, ontology.ids[narrower[0]]))
    return found


def _too_general(ontology: Ontology, present: list[int]) -> list[Hint]:
    """Findings that fit very many diseases, with the narrower terms that diseases use most."""
    found = []
    implied = {a for j in present for a in ontology.ancestors(j).tolist() if a != j}
    for i in present:
        if i in implied or float(ontology.information_content[i]) >= GENERAL_BELOW:
            continue
        children = [j for j in ontology.children(i).tolist() if ontology.is_finding(j)]
        best = sorted(children, key=lambda j: (-int(ontology.disease_count[j]), j))[:SUGGESTED]
        message = f"{ontology.label(i)} fits very many diseases; a narrower term would say more."
        found.append(Hint(TOO_GENERAL, ontology.ids[i], message, tuple(_named(ontology, j) for j in best)))
    return found


def _named(ontology: Ontology, i: int) -> tuple[str, str]:
    return ontology.ids[i], ontology.label(i)
