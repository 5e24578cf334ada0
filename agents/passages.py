"""A passage as evidence: words that somebody else wrote, where they stand, and under which licence.

What a passage says is data. A statement is written from it only where the sentence that is quoted names a finding, as
the same reader reads it that reads a note, and does not deny it; it weighs nothing, because what a disease shows is
weighed by what is documented of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agents.contract import Claim, Evidence, EvidenceKind, Polarity, Relation, Stance, Triple
from agents.evidence import label_of, seal
from agents.sentences import mention
from retrieval.model import Status
from retrieval.passages.document import Passage
from retrieval.passages.search import SourceOf, source_of

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.model import Disease, Profile
    from retrieval.passages.search import Hit
    from retrieval.phenotype_text.reader import Mention

EACH = 3  # statements of one passage
MOST = 120  # characters of a source's name or version


def of_passage(disease: Disease, hit: Hit) -> Evidence:
    """A passage about the disease; the quote is part of `body["text"]`, and the span says which."""
    start = hit.quote.start - hit.start
    span = (start, start + len(hit.quote.text))
    place = Passage(hit.passage, hit.document.id, hit.start, hit.end, hit.text, hit.section, hit.page)
    return _sealed(disease, place, hit.document.title, hit.source, span)


def _sealed(disease: Disease, passage: Passage, title: str, source: SourceOf, span: tuple[int, int]) -> Evidence:
    body = {
        "disease": disease.id,
        "disease_name": disease.name,
        "document": passage.document,
        "passage": passage.id,
        "title": title,
        "section": list(passage.section),
        "page": passage.page,
        "text": passage.text,
        "start": passage.start,
        "licence": source.licence,
        "url": source.url,
        "citation": source.citation,
    }
    named, version = source.title[:MOST], source.version[:MOST]
    quote = passage.text[span[0] : span[1]]
    return seal(EvidenceKind.PASSAGE, named, version, f"passage {passage.id}", quote, body, span)


def requoted(knowledge: Knowledge, evidence: Evidence, quote: str) -> Evidence | None:
    """The same passage with other words of it quoted; None where they do not stand in it, or say nothing."""
    start = str(evidence.body["text"]).find(quote)
    if start < 0 or not quote.strip():
        return None
    span = (start, start + len(quote))
    return seal(evidence.kind, evidence.source, evidence.version, evidence.locator, quote, evidence.body, span)


def holds(knowledge: Knowledge, evidence: Evidence) -> bool:
    """Whether the passage still stands there, word for word, in that document, and the quote at its place in it."""
    store, disease = knowledge.passages, evidence.body.get("disease")
    position = store.index(str(evidence.body.get("passage")))
    if position is None or not 0 <= evidence.span[0] < evidence.span[1]:
        return False
    if disease not in about(knowledge, position):
        return False
    record = store.record(int(store.document_of[position]))
    told = source_of(knowledge.manifest, record)
    again = _sealed(knowledge.diseases.disease(disease), store.at(position), record.title, told, evidence.span)
    return again.key == evidence.key


def about(knowledge: Knowledge, position: int) -> set[str]:
    """The diseases that the document of a passage is about."""
    store = knowledge.passages
    return {knowledge.diseases.ids[i] for i in store.diseases_of(int(store.document_of[position]))}


def findings_in(knowledge: Knowledge, text: str) -> dict[str, Status]:
    """The findings that a text names, each with what it says of it; doubtful where it says two things."""
    return _said(knowledge.reader.read(text))


def findings_quoted(knowledge: Knowledge, evidence: Evidence) -> dict[str, Status]:
    """The same of the quoted words, as they stand in their passage: a quote does not leave out the "no" before it."""
    start, end = evidence.span
    read = knowledge.reader.read(str(evidence.body["text"]))
    return _said(one for one in read if start <= one.start and one.end <= end)


def _said(mentions: Iterable[Mention]) -> dict[str, Status]:
    found: dict[str, Status] = {}
    for one in mentions:
        known = found.setdefault(one.term, one.status)
        found[one.term] = one.status if known is one.status else Status.UNCERTAIN
    return found


def claims_of(knowledge: Knowledge, profile: Profile, evidence: Evidence) -> list[Claim]:
    """What the passage says of findings that the patient has."""
    named = findings_quoted(knowledge, evidence)
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
