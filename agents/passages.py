"""A passage as evidence: words that somebody else wrote, where they stand, and under which licence.

What a passage says is data. A statement is written from it only where the sentence that is quoted names a finding, as
the same reader reads it that reads a note, and does not deny it; it weighs nothing, because what a disease shows is
weighed by what is documented of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.contract import Claim, Evidence, EvidenceKind, Polarity, Relation, Stance, Triple
from agents.evidence import label_of, seal
from agents.sentences import mention
from retrieval.model import Status

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.model import Disease, Profile
    from retrieval.passages.search import Hit

EACH = 3  # statements of one passage
MOST = 120  # characters of a source's name or version


def of_passage(disease: Disease, hit: Hit) -> Evidence:
    """A passage about the disease; the quote is part of `body["text"]`, and the span says which."""
    body = {
        "disease": disease.id,
        "disease_name": disease.name,
        "document": hit.document.id,
        "passage": hit.passage,
        "title": hit.document.title,
        "section": list(hit.section),
        "page": hit.page,
        "text": hit.text,
        "start": hit.start,
        "licence": hit.source.licence,
        "url": hit.source.url,
        "citation": hit.source.citation,
    }
    start = hit.quote.start - hit.start
    span = (start, start + len(hit.quote.text))
    locator = f"passage {hit.passage}"
    source, version = hit.source.title[:MOST], hit.source.version[:MOST]
    return seal(EvidenceKind.PASSAGE, source, version, locator, hit.quote.text, body, span)


def holds(knowledge: Knowledge, evidence: Evidence) -> bool:
    """Whether the passage still stands there, word for word, and the quote at its place in it."""
    passage, (start, end) = str(evidence.body.get("passage")), evidence.span
    (position,) = knowledge.passages.positions([passage]).tolist()
    if position < 0:
        return False
    text = knowledge.passages.text(position)
    if text != evidence.body.get("text") or text[start:end] != evidence.quote:
        return False
    return evidence.body.get("disease") in about(knowledge, position)


def about(knowledge: Knowledge, position: int) -> set[str]:
    """The diseases that the document of a passage is about."""
    store = knowledge.passages
    return {knowledge.diseases.ids[i] for i in store.diseases_of(int(store.document_of[position]))}


def findings_in(knowledge: Knowledge, quote: str) -> dict[str, Status]:
    """The findings that the quoted words name, each with what they say of it; doubtful where they say two things."""
    found: dict[str, Status] = {}
    for one in knowledge.reader.read(quote):
        known = found.setdefault(one.term, one.status)
        found[one.term] = one.status if known is one.status else Status.UNCERTAIN
    return found


def claims_of(knowledge: Knowledge, profile: Profile, evidence: Evidence) -> list[Claim]:
    """What the passage says of findings that the patient has."""
    named = findings_in(knowledge, evidence.quote)
    disease = str(evidence.body["disease"])
    said = [
        one.term for one in profile.findings if one.status is Status.PRESENT and named.get(one.term) is Status.PRESENT
    ]
    return [
        Claim(
            Triple(disease, Relation.MENTIONS, term, Polarity.PRESENT),
            Stance.FOR,
            mention(str(evidence.body["disease_name"]), label_of(knowledge, term)),
            (evidence.key,),
            about=term,
            match="exact",
            quotes=((evidence.key, evidence.quote),),
        )
        for term in sorted(set(said))[:EACH]
    ]
