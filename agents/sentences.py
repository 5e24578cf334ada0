"""Says a triple in words. The words come from a template, the figures from the evidence, nothing from anywhere else.

The same sentences are the yardstick of verification: whatever else is written about a triple must not say the
opposite of its template.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.contract import Evidence, Polarity, Relation, Stance, Triple
from agents.evidence import frequency_words
from agents.genes import variant_words
from retrieval.model import Frequency, FrequencyKind, MatchKind

LabelOf = Callable[[str], str]

_RELATED = {
    MatchKind.NARROWER_DOCUMENTED: "which is more specific",
    MatchKind.BROADER_DOCUMENTED: "which is more general",
    MatchKind.SIBLING: "which is close to it",
}


def sentence(triple: Triple, stance: Stance, about: str, match: str, evidence: Evidence, label_of: LabelOf) -> str:
    """The template sentence of a claim, without a full stop missing or a figure too many."""
    if triple.relation is Relation.GENE:
        said = variant_words(about)
        recorded = f" ({said})" if said else ""
        name = evidence.body.get("disease_name")
        return f"{triple.finding} is on the list{recorded} and is a known gene of {name} ({evidence.source})."
    if triple.relation is Relation.NO_GENE:
        return f"No known gene of {evidence.body.get('disease_name')} is on the list ({evidence.source})."
    if triple.relation is Relation.MENTIONS:
        return mention(str(evidence.body.get("disease_name")), label_of(triple.finding))
    documented = str(evidence.body.get("label") or label_of(triple.finding))
    if triple.relation is Relation.DOES_NOT_LIST:
        count = int(evidence.body.get("count", 0))
        return f"{label_of(triple.finding)} is not among the {count} findings documented."
    if triple.relation is Relation.BEGINS:
        fits = "fits" if stance is Stance.FOR else "does not fit"
        return f"The onset {fits}: {documented} is documented."
    if triple.relation is Relation.SEX:
        return f"{documented} is documented for {evidence.body.get('sex')} patients only."
    how_often = _how_often(evidence)
    patient = label_of(about) if about else documented
    if triple.polarity is Polarity.ABSENT:
        return _described_as_absent(stance, patient, documented, how_often)
    if stance is Stance.MISSING:
        return f"{documented} is documented {how_often} and is not recorded for this patient."
    if stance is Stance.AGAINST:
        if match == MatchKind.OPPOSITE:
            return f"{patient} is present; its opposite, {documented}, is documented {how_often}."
        what = "it" if patient == documented else documented
        return f"{patient} is absent here; {what} is documented {how_often}."
    related = _RELATED.get(MatchKind(match)) if match else None
    if related:
        return f"{patient}: {documented}, {related}, is documented {how_often}."
    return f"{documented} is documented {how_often}."


def mention(disease: str, finding: str) -> str:
    return f"A passage on {disease} speaks of {finding}."


def _described_as_absent(stance: Stance, patient: str, documented: str, how_often: str) -> str:
    counted = f", {how_often}" if how_often.startswith("in ") else ""
    what = "it" if patient == documented else documented
    here = "is absent here" if stance is Stance.FOR else "is present"
    return f"{patient} {here}; {what} is described as absent{counted}."


def _how_often(evidence: Evidence) -> str:
    stored: dict[str, Any] = dict(evidence.body.get("frequency") or {})
    kind = FrequencyKind(stored.get("kind", FrequencyKind.UNKNOWN))
    value = stored.get("value")
    counted = stored.get("n"), stored.get("m")
    words = frequency_words(
        Frequency(kind, float("nan") if value is None else value, *counted, stored.get("term"), stored.get("percent"))
    )
    sex = evidence.body.get("sex")
    return f"{words} ({sex} patients only)" if sex else words
