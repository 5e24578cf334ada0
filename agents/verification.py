"""Checks a statement against what it stands on, by code alone.

Asked of every claim, in this order: is its evidence there, unaltered and still in its source; do its quotes stand
where they are said to stand; are its ids, figures and words of strength in the evidence; does it speak of the
finding and the disease of its triple and of no other; does the evidence state the triple; does the sentence point
the way the triple points, in no words beyond those that say so. The first "no" removes it, with
that reason. Nothing is repaired here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from agents import cases, genes, passages, words
from agents.contract import Claim, Evidence, EvidenceKind, Polarity, Relation, Removal, Stance
from agents.evidence import ARITHMETIC, Source, intact
from agents.ledger import kind_between, recorded, stance_of
from agents.sentences import sentence
from retrieval.model import MatchKind, Profile, Sex, Status

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge


@dataclass(frozen=True)
class Ground:
    """What claims are held against: the ledger, the source, the patient, and the names of the candidates."""

    knowledge: Knowledge
    profile: Profile
    evidence: Mapping[str, Evidence]
    names: Mapping[str, str]  # disease id -> name

    @cached_property
    def source(self) -> Source:
        return Source(self.knowledge)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The findings that any of the claims may be about, by id."""
        terms = {finding.term for finding in self.profile.findings}
        terms |= {str(one.body["term"]) for one in self.evidence.values() if one.body.get("term")}
        return {term: self.label(term) for term in sorted(terms)}

    def label(self, term: str) -> str:
        index = self.knowledge.ontology.index(term)
        return "" if index is None else self.knowledge.ontology.label(index)


_OF_GENES = (Relation.GENE, Relation.NO_GENE)
_ON_LIST = re.compile(r"\bgenes?\b.*\blist|\blist.*\bgenes?\b", re.IGNORECASE | re.DOTALL)

Check = Callable[[Claim, Sequence[Evidence], Ground], Removal | None]


def verify(claims: Sequence[Claim], ground: Ground, *, under: str = "") -> list[Claim]:
    """The same claims, each with its verdict. `under` is the candidate that they are shown with."""
    return [_judged(claim, why_removed(claim, ground, under=under)) for claim in claims]


def why_removed(claim: Claim, ground: Ground, *, under: str = "") -> Removal | None:
    """The first reason against the claim; None if it stands."""
    if under and claim.triple.disease != under:
        return Removal.OTHER_DISEASE
    if not claim.evidence:
        return Removal.NO_EVIDENCE
    cited = [ground.evidence[key] for key in claim.evidence if key in ground.evidence]
    if len(cited) != len(claim.evidence):
        return Removal.UNKNOWN_EVIDENCE
    for check in CHECKS:
        if (reason := check(claim, cited, ground)) is not None:
            return reason
    return None


def _judged(claim: Claim, reason: Removal | None) -> Claim:
    return replace(claim, verified=reason is None, removed_because="" if reason is None else str(reason))


def _unaltered(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    return None if all(intact(one) for one in cited) else Removal.EVIDENCE_ALTERED


def _in_source(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    return None if all(_held(one, ground) for one in cited) else Removal.EVIDENCE_NOT_IN_SOURCE


def _held(one: Evidence, ground: Ground) -> bool:
    if one.kind is EvidenceKind.VARIANT:
        return genes.holds(ground.knowledge, one)
    if one.kind is EvidenceKind.PASSAGE:
        return passages.holds(ground.knowledge, one)
    return cases.holds(ground.knowledge, one) if one.kind is EvidenceKind.CASE else ground.source.holds(one)


def _quotes(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    by_key = {one.key: one for one in cited}
    for key, quoted in claim.quotes:
        if key not in by_key:
            return Removal.UNKNOWN_EVIDENCE
        if not quoted.strip() or quoted not in by_key[key].quote:
            return Removal.QUOTE_NOT_IN_SOURCE
    return None


def _about_its_disease(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    if any(one.body.get("disease") != claim.triple.disease for one in cited):
        return Removal.OTHER_DISEASE
    own = _own_names(claim, cited, ground)
    return Removal.OTHER_DISEASE if words.named(claim.text, {*ground.names.values(), *own}) - own else None


def _ids(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    known = {found for one in cited for found in words.CURIE.findall(one.quote)} | {claim.triple.disease}
    return None if all(found in known for found in words.CURIE.findall(claim.text)) else Removal.ID_NOT_IN_EVIDENCE


def _about_its_finding(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    allowed = _labels(claim, cited, ground)
    rest = words.without(claim.text, [ground.names.get(claim.triple.disease, ""), *allowed])
    if genes.genes_named(ground.knowledge, rest):
        return Removal.OTHER_FINDING
    if claim.triple.relation is Relation.MENTIONS and passages.findings_in(ground.knowledge, rest):
        return Removal.OTHER_FINDING
    if claim.triple.relation in _OF_GENES and not _ON_LIST.search(claim.text):
        return Removal.OTHER_FINDING
    named = any(words.mentions(claim.text, label) for label in allowed)
    if not named and claim.triple.relation is not Relation.NO_GENE:
        return Removal.OTHER_FINDING
    own = _own_names(claim, cited, ground)
    spoken_of = words.named(claim.text, {*ground.labels.values(), *own})
    return Removal.OTHER_FINDING if spoken_of - own else None


def _figures(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    text = words.without(claim.text, [*_labels(claim, cited, ground), ground.names.get(claim.triple.disease, "")])
    counts, numbers = words.figures(text)
    stated: set[tuple[int, int]] = set()
    allowed: set[float] = set()
    for one in _saying_how_often(claim, cited):
        quote = words.without(one.quote, [str(one.body.get("label") or ""), str(one.body.get("disease_name") or "")])
        in_quote, alone = words.figures(quote)
        stated |= in_quote
        allowed |= alone
    return None if counts <= stated and numbers <= allowed else Removal.NUMBER_NOT_IN_EVIDENCE


def _strength(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    used = words.strengths(words.without(claim.text, _labels(claim, cited, ground)))
    given = {word for one in _saying_how_often(claim, cited) for word in words.strengths(one.quote)}
    return None if used <= given else Removal.STRENGTH_NOT_IN_EVIDENCE


def _saying_how_often(claim: Claim, cited: Sequence[Evidence]) -> Sequence[Evidence]:
    """A passage holds numbers and words of strength, and nothing says that they are of this finding."""
    return () if claim.triple.relation is Relation.MENTIONS else cited


def _within(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    rest = words.without(claim.text, [*_labels(claim, cited, ground), ground.names.get(claim.triple.disease, "")])
    return Removal.BEYOND_EVIDENCE if words.BEYOND.search(rest) else None


def _stated(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    return None if all(_states(one, claim, ground) for one in cited) else Removal.NOT_STATED


def _states(one: Evidence, claim: Claim, ground: Ground) -> bool:
    triple, body = claim.triple, one.body
    if triple.relation is Relation.GENE:
        known = one.kind is EvidenceKind.VARIANT and body.get("gene") == triple.finding
        return known and triple.polarity is Polarity.PRESENT
    if triple.relation is Relation.NO_GENE:
        listed = body.get("genes")
        known = one.kind is EvidenceKind.VARIANT and isinstance(listed, list) and bool(listed)
        return known and triple.polarity is Polarity.ABSENT and not triple.finding
    if triple.relation is Relation.MENTIONS:
        named = passages.findings_quoted(ground.knowledge, one) if one.kind is EvidenceKind.PASSAGE else {}
        return named.get(triple.finding) is Status.PRESENT and triple.polarity is Polarity.PRESENT
    if triple.relation is Relation.DOES_NOT_LIST:
        listed = body.get("terms")
        if one.kind is not EvidenceKind.COMPUTATION or one.source == ARITHMETIC or not isinstance(listed, list):
            return False  # what was computed here lists nothing
        below = (MatchKind.EXACT, MatchKind.NARROWER_DOCUMENTED)
        near = any(kind_between(ground.knowledge, triple.finding, term) in below for term in listed)
        return triple.polarity is Polarity.ABSENT and not near
    if one.kind is not EvidenceKind.ANNOTATION:
        return False
    if triple.relation is Relation.BEGINS:
        return body.get("onset_term") == triple.finding and triple.polarity is Polarity.PRESENT
    if triple.relation is Relation.SEX and not body.get("sex"):
        return False
    negative = triple.polarity is Polarity.ABSENT
    return body.get("term") == triple.finding and body.get("negative") is negative


def _patient(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    """What the claim says of the patient, against the patient's own findings."""
    triple, profile = claim.triple, ground.profile
    if claim.match and claim.match not in set(MatchKind):
        return Removal.OTHER_FINDING
    if triple.relation in _OF_GENES:
        return _list(claim, cited, ground)
    if triple.relation in (Relation.BEGINS, Relation.SEX):
        return _of_begin_or_sex(claim, cited, ground)
    if claim.stance is Stance.MISSING:
        return Removal.DIRECTION_REVERSED if _known(ground, triple.finding) or claim.about else _absent(claim)
    status = recorded(profile, claim.about)
    if status not in (Status.PRESENT, Status.EXCLUDED):
        return Removal.FINDING_NOT_RECORDED
    if triple.relation is Relation.MENTIONS:
        right = status is Status.PRESENT and claim.stance is Stance.FOR and claim.about == triple.finding
        return None if right else Removal.DIRECTION_REVERSED
    if triple.relation is Relation.DOES_NOT_LIST:
        right = status is Status.PRESENT and claim.stance is Stance.UNEXPLAINED and claim.about == triple.finding
        return None if right else Removal.DIRECTION_REVERSED
    between = kind_between(ground.knowledge, claim.about, triple.finding)
    match = MatchKind(claim.match) if claim.match else between
    if not _fits(match, between):
        return Removal.OTHER_FINDING
    expected = stance_of(status is Status.PRESENT, triple.polarity is Polarity.ABSENT, match)
    return None if claim.stance is expected else Removal.DIRECTION_REVERSED


def _of_begin_or_sex(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    """Both speak against only: the arithmetic never counts them in favour."""
    if claim.stance is not Stance.AGAINST:
        return Removal.DIRECTION_REVERSED
    if claim.triple.relation is Relation.BEGINS:
        return None
    own = ground.profile.sex
    other = own is not Sex.UNKNOWN and all(one.body.get("sex") != str(own) for one in cited)
    return None if other else Removal.DIRECTION_REVERSED


def _list(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    """What the claim says of the patient's genes, against the patient's own list."""
    profile, triple = ground.profile, claim.triple
    if triple.relation is Relation.NO_GENE:
        known = {str(symbol) for one in cited for symbol in one.body.get("genes", ())}
        if not profile.genes or any(genes.on_list(ground.knowledge, profile, symbol) for symbol in known):
            return Removal.NOT_STATED
        return None if claim.stance is Stance.AGAINST else Removal.DIRECTION_REVERSED
    entries = genes.on_list(ground.knowledge, profile, triple.finding)
    if not entries or claim.about != genes.variant_codes(entries):
        return Removal.FINDING_NOT_RECORDED
    said = genes.spoken_of(words.without(claim.text, [ground.names.get(triple.disease, "")]))
    if not said <= set(claim.about.split()):
        return Removal.FINDING_NOT_RECORDED
    return None if claim.stance is Stance.FOR else Removal.DIRECTION_REVERSED


def _absent(claim: Claim) -> Removal | None:
    return Removal.DIRECTION_REVERSED if claim.triple.polarity is Polarity.ABSENT else None


def _fits(match: MatchKind, between: MatchKind) -> bool:
    """Whether the kind of match that is claimed is one the ontology allows between the two terms."""
    if match in (MatchKind.SIBLING, MatchKind.OPPOSITE):
        return between is MatchKind.SIBLING
    return match is between


def _known(ground: Ground, term: str) -> bool:
    """Whether the patient's record already answers for a term: itself, something below it, or above it if absent."""
    for finding in ground.profile.findings:
        between = kind_between(ground.knowledge, finding.term, term)
        if between is MatchKind.EXACT and finding.status in (Status.PRESENT, Status.EXCLUDED):
            return True
        if finding.status is Status.PRESENT and between is MatchKind.BROADER_DOCUMENTED:
            return True
        if finding.status is Status.EXCLUDED and between is MatchKind.NARROWER_DOCUMENTED:
            return True
    return False


def _direction(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    """The sentence may differ from its template, but not in what it denies."""
    known = claim.match if claim.match in set(MatchKind) else ""
    template = sentence(claim.triple, claim.stance, claim.about, known, cited[0], ground.label)
    labels = _labels(claim, cited, ground)
    same = words.denials(words.without(claim.text, labels)) == words.denials(words.without(template, labels))
    return None if same else Removal.DIRECTION_REVERSED


def _wording(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> Removal | None:
    """The sentence may differ from its template, but holds no further words, and says how often as the source does."""
    names = [ground.names.get(claim.triple.disease, ""), *_labels(claim, cited, ground)]
    known = claim.match if claim.match in set(MatchKind) else ""
    template = sentence(claim.triple, claim.stance, claim.about, known, cited[0], ground.label)
    said, written = words.without(claim.text, names), words.without(template, names)
    if words.plain(said) - words.plain(written) - words.SAME:
        return Removal.BEYOND_EVIDENCE
    if words.BOUNDS & (words.plain(written) - words.plain(said)):
        return Removal.NOT_STATED  # of whom it holds was left out
    how_often = words.how_often(written)
    cut = how_often is not None and any(words.figures(said.replace(how_often, " ")))
    return Removal.NUMBER_NOT_IN_EVIDENCE if cut else None


def _own_names(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> set[str]:
    names = (ground.names.get(claim.triple.disease, ""), *_labels(claim, cited, ground))
    return {name.casefold() for name in names if name}


def _labels(claim: Claim, cited: Sequence[Evidence], ground: Ground) -> list[str]:
    """The names under which the claim may speak of its own finding."""
    own = [str(one.body["label"]) for one in cited if one.body.get("label")]
    terms = [term for term in (claim.about, claim.triple.finding) if term]
    return sorted({*own, *(ground.label(term) for term in terms)} - {""}, key=len, reverse=True)


CHECKS: tuple[Check, ...] = (
    _unaltered,
    _in_source,
    _quotes,
    _about_its_disease,
    _ids,
    _figures,
    _about_its_finding,
    _strength,
    _within,
    _stated,
    _patient,
    _direction,
    _wording,
)
