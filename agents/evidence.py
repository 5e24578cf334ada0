"""Turns what the knowledge holds into evidence: a quote with its source, version, place and a key made of them all.

The same content gives the same key on every machine, so evidence kept twice is kept once, and evidence that was
changed afterwards no longer fits its key. Nothing here decides what the evidence means.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from agents.contract import Evidence, EvidenceKind, digest
from retrieval.model import Annotation, Disease, Frequency, FrequencyKind, Profile, Status

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.ranking.ranker import Ranking

ANNOTATIONS = "HPO annotations"
ORPHANET = "Orphanet annotations"
AND = " and "
NAMES = {"hpo": ANNOTATIONS, "orphanet": ORPHANET}
ARITHMETIC = "Clew, computed"
SEPARATOR = " · "
RANKED_KEPT = 50  # candidates that the evidence of a ranking lists

# HPO's frequency classes with the ranges of their definitions
CLASSES = {
    "HP:0040280": "obligate (100 %)",
    "HP:0040281": "very frequent (80 to 99 %)",
    "HP:0040282": "frequent (30 to 79 %)",
    "HP:0040283": "occasional (5 to 29 %)",
    "HP:0040284": "very rare (1 to 4 %)",
    "HP:0040285": "excluded (0 %)",
}


def seal(
    kind: EvidenceKind,
    source: str,
    version: str,
    locator: str,
    quote: str,
    body: Mapping[str, Any],
    span: tuple[int, int] | None = None,
) -> Evidence:
    """Evidence with its key. The span is the whole quote unless the quote is part of a longer text."""
    place = span or (0, len(quote))
    key = _key(kind, source, version, locator, quote, place, body)
    return Evidence(kind, source, version, locator, quote, place, body, key)


def intact(evidence: Evidence) -> bool:
    """Whether the evidence still is what its key says."""
    return evidence.key == _key(
        evidence.kind,
        evidence.source,
        evidence.version,
        evidence.locator,
        evidence.quote,
        evidence.span,
        evidence.body,
    )


def of_annotation(knowledge: Knowledge, disease: Disease, annotation: Annotation) -> Evidence:
    """One documented finding of a disease."""
    label = label_of(knowledge, annotation.term)
    parts = [
        f"{disease.id} {disease.name}",
        f"{annotation.term} {label}",
        ("described as absent, " if annotation.negative else "") + frequency_words(annotation.frequency),
    ]
    if annotation.sex is not None:
        parts.append(f"{annotation.sex} patients only")
    parts += [", ".join(annotation.evidence), ", ".join(annotation.references)]
    body = {
        "disease": disease.id,
        "disease_name": disease.name,
        "term": annotation.term,
        "label": label,
        "negative": annotation.negative,
        "frequency": frequency_json(annotation.frequency),
        "sex": str(annotation.sex) if annotation.sex else None,
        "onset": list(annotation.onset),
        "modifiers": list(annotation.modifiers),
        "references": list(annotation.references),
        "codes": list(annotation.evidence),
        "places": list(annotation.places),
    }
    quote = SEPARATOR.join(part for part in parts if part)
    locator = f"{disease.id} {annotation.term}" + (f" {annotation.sex}" if annotation.sex else "")
    return seal(EvidenceKind.ANNOTATION, *cited(knowledge, annotation.sources), locator, quote, body)


def cited(knowledge: Knowledge, sources: Collection[str]) -> tuple[str, str]:
    """The sources that speak, by name, and their versions in the same order; HPO where a row names none."""
    said = [name for name in NAMES if name in sources] or ["hpo"]
    versions = {source.name: source.version for source in knowledge.manifest.sources}
    versions["hpo"] = knowledge.ontology.version
    return AND.join(NAMES[name] for name in said), AND.join(versions[name] for name in said)


def of_onset(knowledge: Knowledge, disease: Disease, term: str) -> Evidence:
    """When a disease begins, as its annotation says."""
    label = label_of(knowledge, term)
    body = {"disease": disease.id, "disease_name": disease.name, "onset_term": term, "label": label}
    quote = f"{disease.id} {disease.name} · {term} {label}"
    said = dict(zip(disease.onset, disease.onset_sources, strict=False)).get(term, ())
    return seal(EvidenceKind.ANNOTATION, *cited(knowledge, said), f"{disease.id} {term} onset", quote, body)


def of_profile(knowledge: Knowledge, disease: Disease) -> Evidence:
    """Everything documented of a disease, as a list: what is not in it is not documented."""
    terms = sorted({annotation.term for annotation in disease.annotations})
    body = {"disease": disease.id, "disease_name": disease.name, "terms": terms, "count": len(terms)}
    quote = f"{disease.id} {disease.name} · {len(terms)} {'finding' if len(terms) == 1 else 'findings'} documented"
    sources = tuple(source for annotation in disease.annotations for source in annotation.sources)
    return seal(EvidenceKind.COMPUTATION, *cited(knowledge, sources), f"{disease.id} profile", quote, body)


def of_ranking(knowledge: Knowledge, case_digest: str, profile: Profile, ranking: Ranking) -> Evidence:
    """The arithmetic itself: who stands where, over which snapshot and which case."""
    kept = ranking.candidates[:RANKED_KEPT]
    body = {
        "snapshot": knowledge.id,
        "case": case_digest,
        "outcome": ranking.outcome,
        "reasons": list(ranking.reasons),
        "used": ranking.used,
        "total": ranking.total,
        "present": sum(finding.status is Status.PRESENT for finding in profile.findings),
        "excluded": sum(finding.status is Status.EXCLUDED for finding in profile.findings),
        "candidates": [{"rank": one.rank, "disease": one.id, "score": one.score} for one in kept],
    }
    quote = f"{ranking.used} findings compared with {ranking.total} diseases"
    if kept:
        quote += "; " + "; ".join(f"{one.rank}. {one.id} {one.name}" for one in kept[:3])
    return seal(EvidenceKind.COMPUTATION, ARITHMETIC, knowledge.id, f"ranking {case_digest[:12]}", quote, body)


def telling(evidence: Evidence) -> str:
    """The words of the quote that carry what it says: what is named and how often, without whose and by whom."""
    return SEPARATOR.join(evidence.quote.split(SEPARATOR)[1:3])


class Source:
    """Opens the source again at the place that a piece of evidence names. Diseases are read once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._keys: dict[str, frozenset[str]] = {}

    def holds(self, evidence: Evidence) -> bool:
        """Whether the source still says exactly this."""
        if evidence.source == ARITHMETIC:
            return evidence.version == self._knowledge.id
        disease_id = evidence.body.get("disease")
        if not set(evidence.source.split(AND)) <= set(NAMES.values()) or not isinstance(disease_id, str):
            return False
        if disease_id not in self._keys:
            self._keys[disease_id] = frozenset(self._all(disease_id))
        return evidence.key in self._keys[disease_id]

    def _all(self, disease_id: str) -> Iterator[str]:
        if self._knowledge.diseases.index(disease_id) is None:
            return
        disease = self._knowledge.diseases.disease(disease_id)
        yield of_profile(self._knowledge, disease).key
        yield from (of_onset(self._knowledge, disease, term).key for term in disease.onset)
        yield from (of_annotation(self._knowledge, disease, one).key for one in disease.annotations)


def label_of(knowledge: Knowledge, term: str) -> str:
    """The name of a term, or its id where this ontology has none."""
    index = knowledge.ontology.index(term)
    return term if index is None else str(knowledge.ontology.label(index))


def frequency_words(frequency: Frequency) -> str:
    """A documented frequency as a phrase that holds no number the source does not give."""
    if frequency.kind is FrequencyKind.COUNTED and frequency.n is not None and frequency.m is not None:
        return f"in {frequency.n} of {frequency.m} {'patient' if frequency.m == 1 else 'patients'}"
    if frequency.kind is FrequencyKind.CLASS and frequency.term in CLASSES:
        return f"as {CLASSES[frequency.term]}"
    if frequency.kind is FrequencyKind.PERCENT and frequency.percent is not None:
        return f"in {frequency.percent:g} % of patients"
    return "without a stated frequency"


def frequency_json(frequency: Frequency) -> dict[str, Any]:
    value = float(frequency.value)
    return {
        "kind": str(frequency.kind),
        "n": frequency.n,
        "m": frequency.m,
        "term": frequency.term,
        "value": None if value != value else round(value, 6),
        "percent": frequency.percent,
    }


def _key(
    kind: EvidenceKind,
    source: str,
    version: str,
    locator: str,
    quote: str,
    span: tuple[int, int],
    body: Mapping[str, Any],
) -> str:
    return digest(
        {
            "kind": str(kind),
            "source": source,
            "version": version,
            "locator": locator,
            "quote": quote,
            "span": list(span),
            "body": dict(body),
        }
    )
