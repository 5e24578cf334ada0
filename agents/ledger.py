"""The statements about a candidate: which ones its arithmetic calls for, and on what evidence each stands.

A statement is built from the explanation of a score, never the other way round. Whether it holds is decided by
`agents.verification`, on what was stored, by code that does not trust this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.cases import of_case
from agents.contract import (
    CandidateRecord,
    Claim,
    ContributionRecord,
    Evidence,
    Polarity,
    Relation,
    Stance,
    Triple,
)
from agents.evidence import frequency_json, label_of, of_annotation, of_onset, of_profile, telling
from agents.genes import of_gene, of_genes, on_list, variant_codes
from agents.sentences import sentence
from retrieval.model import Annotation, Contribution, ContributionKind, MatchKind, Profile, ScoredDisease, Status
from retrieval.ranking.likelihood import ONSET_SLOPE

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.ranking.explain import Explanation

EACH = 6  # the strongest statements of each stance; the page says how many there are in all


@dataclass(frozen=True, slots=True)
class Argued:
    """One candidate with what is said of it. `totals` counts what each stance could have said."""

    candidate: CandidateRecord
    claims: tuple[Claim, ...]
    evidence: tuple[Evidence, ...]


def argue(knowledge: Knowledge, profile: Profile, explanation: Explanation) -> Argued:
    """The strongest statements for, against, unexplained and missing, each with the evidence that states it."""
    writer = _Writer(knowledge, profile, explanation)
    claims = (
        *_strongest(writer.explained(), Stance.FOR),
        *_strongest(writer.contradicted(), Stance.AGAINST),
        *_strongest(writer.unexplained(), Stance.UNEXPLAINED),
        *_strongest(writer.missing(), Stance.MISSING),
    )
    numbered = tuple(replace(claim, position=position) for position, claim in enumerate(claims))
    return Argued(writer.candidate(), numbered, tuple(writer.kept.values()))


def candidate_record(knowledge: Knowledge, scored: ScoredDisease, keys: Iterable[str] = ()) -> CandidateRecord:
    """A scored disease as it is stored, readable without the knowledge it was made with.

    `keys` are the evidence of its contributions, in their order.
    """
    known = list(keys)
    contributions = tuple(
        ContributionRecord(
            kind=str(one.kind),
            value=float(one.value),
            finding=one.finding or "",
            evidence_key=known[position] if position < len(known) else "",
            body={
                "label": label_of(knowledge, one.finding) if one.finding else one.gene or "",
                "matched": one.matched,
                "likeness": one.likeness,
                "observed": list(one.observed) if one.observed else None,
                "cases": list(one.cases),
                "through": one.through,
                "note": one.note,
                "match": str(one.match) if one.match else None,
                "frequency": frequency_json(one.frequency) if one.frequency else None,
                "background": None if one.background is None else float(one.background),
                "references": list(one.references),
                "code": one.evidence,
                "apart": _apart(knowledge, one),
            },
        )
        for position, one in enumerate(scored.contributions)
    )
    return CandidateRecord(
        scored.rank,
        scored.id,
        scored.ids,
        scored.name,
        scored.genes,
        float(scored.score),
        float(scored.prior),
        contributions,
        str(scored.strength or ""),
    )


def _apart(knowledge: Knowledge, one: Contribution) -> float | None:
    """Doublings of age between the patient's illness and the documented onset, as the term of the onset weighs them."""
    weight = knowledge.ranker.fitted.weights.onset * ONSET_SLOPE
    if one.kind is not ContributionKind.ONSET or one.finding is not None or one.value >= 0 or weight <= 0:
        return None
    return round(-float(one.value) / weight, 2)


def _strongest(claims: Iterator[Claim], stance: Stance) -> list[Claim]:
    kept: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        if claim.stance is stance:
            kept.setdefault((claim.about, claim.triple.finding), claim)
    return list(kept.values())[:EACH]


class _Writer:
    """Writes one candidate's statements and gathers their evidence as it goes."""

    def __init__(self, knowledge: Knowledge, profile: Profile, explanation: Explanation) -> None:
        self.knowledge = knowledge
        self.profile = profile
        self.explanation = explanation
        self.disease = explanation.disease
        self.kept: dict[str, Evidence] = {}

    def explained(self) -> Iterator[Claim]:
        for one in sorted(self.explanation.explains, key=lambda one: (-one.value, one.finding or "")):
            yield from self._from_contribution(one)

    def contradicted(self) -> Iterator[Claim]:
        for one in sorted(self.explanation.against, key=lambda one: (one.value, one.finding or "")):
            yield from self._from_contribution(one)

    def unexplained(self) -> Iterator[Claim]:
        for one in self.explanation.unexplained:
            yield from self._from_contribution(one)

    def missing(self) -> Iterator[Claim]:
        for expected in self.explanation.expected:
            rows = self._rows(expected.term, negative=False)
            annotation = next((row for row in rows if row.sex is expected.sex), None)
            if annotation is not None:
                yield self._said(
                    Triple(self.disease.id, Relation.DOCUMENTS, annotation.term),
                    Stance.MISSING,
                    self._keep(of_annotation(self.knowledge, self.disease, annotation)),
                )

    def candidate(self) -> CandidateRecord:
        scored = self.explanation.candidate
        return candidate_record(self.knowledge, scored, (self._ground(one) for one in scored.contributions))

    def _from_contribution(self, one: Contribution) -> Iterator[Claim]:
        if one.kind is ContributionKind.ONSET and one.finding is None:
            yield from self._onset(one)
        elif one.kind is ContributionKind.SEX and one.finding:
            yield from self._sex(one, one.finding)
        elif one.kind is ContributionKind.GENE:
            yield from self._gene(one)
        elif one.kind in (ContributionKind.FINDING, ContributionKind.EXCLUDED) and one.finding:
            yield from self._finding(one, one.finding)

    def _finding(self, one: Contribution, finding: str) -> Iterator[Claim]:
        present = one.kind is ContributionKind.FINDING
        annotation = self._matched(one)
        if annotation is None:
            if present and not self._near(finding):
                evidence = self._keep(of_profile(self.knowledge, self.disease))
                triple = Triple(self.disease.id, Relation.DOES_NOT_LIST, finding, Polarity.ABSENT)
                yield self._said(triple, Stance.UNEXPLAINED, evidence, about=finding)
            return
        evidence = self._keep(of_annotation(self.knowledge, self.disease, annotation))
        polarity = Polarity.ABSENT if annotation.negative else Polarity.PRESENT
        triple = Triple(self.disease.id, Relation.DOCUMENTS, annotation.term, polarity)
        stance = stance_of(present, annotation.negative, one.match)
        yield self._said(triple, stance, evidence, about=finding, match=self._match(one, finding, annotation.term))

    def _onset(self, one: Contribution) -> Iterator[Claim]:
        if not self.disease.onset or one.value == 0:
            return
        stance = Stance.FOR if one.value > 0 else Stance.AGAINST
        term = one.matched if one.matched in self.disease.onset else self.disease.onset[0]
        evidence = self._keep(of_onset(self.knowledge, self.disease, str(term)))
        yield self._said(Triple(self.disease.id, Relation.BEGINS, str(term)), stance, evidence)

    def _sex(self, one: Contribution, finding: str) -> Iterator[Claim]:
        annotation = self._matched(one)
        if annotation is not None and annotation.sex is not None:
            evidence = self._keep(of_annotation(self.knowledge, self.disease, annotation))
            triple = Triple(self.disease.id, Relation.SEX, annotation.term)
            yield self._said(triple, Stance.AGAINST, evidence, about=finding)

    def _gene(self, one: Contribution) -> Iterator[Claim]:
        if one.gene and one.value > 0:
            evidence = of_gene(self.knowledge, self.disease, one.gene)
            if evidence is not None:
                recorded = variant_codes(on_list(self.knowledge, self.profile, one.gene))
                triple = Triple(self.disease.id, Relation.GENE, one.gene)
                yield self._said(triple, Stance.FOR, self._keep(evidence), about=recorded)
        elif one.value < 0 and not one.gene:
            triple = Triple(self.disease.id, Relation.NO_GENE, "", Polarity.ABSENT)
            yield self._said(triple, Stance.AGAINST, self._keep(of_genes(self.knowledge, self.disease)))

    def _said(self, triple: Triple, stance: Stance, evidence: Evidence, *, about: str = "", match: str = "") -> Claim:
        text = sentence(triple, stance, about, match, evidence, self._label)
        return Claim(triple, stance, text, (evidence.key,), about, match, ((evidence.key, telling(evidence)),))

    def _match(self, one: Contribution, finding: str, term: str) -> str:
        if one.match is MatchKind.DOCUMENTED_ABSENT or one.kind is ContributionKind.EXCLUDED:
            return str(kind_between(self.knowledge, finding, term))
        return str(one.match or kind_between(self.knowledge, finding, term))

    def _matched(self, one: Contribution) -> Annotation | None:
        """The row that the arithmetic compared with: several rows of a term differ by sex."""
        if one.matched is None or one.match is MatchKind.UNEXPLAINED:
            return None
        rows = self._rows(one.matched, negative=one.match is MatchKind.DOCUMENTED_ABSENT)
        return next((row for row in rows if row.sex is one.sex), None)

    def _rows(self, term: str, *, negative: bool) -> list[Annotation]:
        return [row for row in self.disease.annotations if row.term == term and row.negative == negative]

    def _ground(self, one: Contribution) -> str:
        """The evidence behind one term of the sum; empty for a term that nothing of the knowledge stands behind."""
        if one.kind is ContributionKind.SIMILAR:
            found_case = of_case(self.knowledge, self.disease, one.cases[0]) if one.cases else None
            return self._keep(found_case).key if found_case else ""
        if one.kind is ContributionKind.PREVALENCE or one.match is MatchKind.PUBLISHED:
            return ""
        if one.kind is ContributionKind.GENE:
            found = of_gene(self.knowledge, self.disease, one.gene) if one.gene else None
            return self._keep(found or of_genes(self.knowledge, self.disease)).key
        if one.kind is ContributionKind.ONSET:
            term = one.matched if one.matched in self.disease.onset else None
            return self._keep(of_onset(self.knowledge, self.disease, term)).key if term else ""
        annotation = self._matched(one)
        if annotation is not None:
            return self._keep(of_annotation(self.knowledge, self.disease, annotation)).key
        return self._keep(of_profile(self.knowledge, self.disease)).key

    def _near(self, finding: str) -> bool:
        """Whether the finding itself or anything more specific is documented."""
        index = self.knowledge.ontology.index(finding)
        if index is None:
            return False
        below = {int(one) for one in self.knowledge.ontology.descendants(index)}
        documented = (self.knowledge.ontology.index(row.term) for row in self.disease.annotations)
        return any(one in below for one in documented if one is not None)

    def _keep(self, evidence: Evidence) -> Evidence:
        return self.kept.setdefault(evidence.key, evidence)

    def _label(self, term: str) -> str:
        return label_of(self.knowledge, term)


def stance_of(present: bool, negative: bool, match: MatchKind | None) -> Stance:
    """Which way a documented finding speaks, given what the patient has. The one table of it."""
    if match is MatchKind.OPPOSITE and present:
        return Stance.AGAINST
    return Stance.FOR if present != negative else Stance.AGAINST


def kind_between(knowledge: Knowledge, finding: str, term: str) -> MatchKind:
    """How two terms stand to each other in the ontology alone."""
    a, b = knowledge.ontology.index(finding), knowledge.ontology.index(term)
    if a is None or b is None:
        return MatchKind.UNEXPLAINED
    if a == b:
        return MatchKind.EXACT
    if b in knowledge.ontology.descendants(a):
        return MatchKind.NARROWER_DOCUMENTED
    if b in knowledge.ontology.ancestors(a):
        return MatchKind.BROADER_DOCUMENTED
    return MatchKind.SIBLING


def recorded(profile: Profile, term: str) -> Status | None:
    """What the profile says of a term, by its id. Where it says both, the ranking counts it as present."""
    said = {finding.status for finding in profile.findings if finding.term == term}
    return next((status for status in (Status.PRESENT, Status.EXCLUDED, *Status) if status in said), None)
