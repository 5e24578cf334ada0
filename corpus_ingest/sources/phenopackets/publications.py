"""Which papers describe a patient: their ids stand in references, in names of packets and of files."""

from __future__ import annotations

import re

from corpus_ingest.sources.phenopackets.shape import Object, child, objects, text
from retrieval.model import Publication

_PMID = re.compile(r"(?<![A-Za-z])PMID[:_\s]{0,2}([0-9]{1,9})(?![0-9])", re.IGNORECASE)
_PUBMED = re.compile(r"https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([0-9]{1,9})\b")
_DOI = re.compile(r"(?:doi:\s?|https?://(?:dx\.)?doi\.org/)(10\.[0-9]{4,9}/\S{1,200})", re.IGNORECASE)


def of_packet(packet: Object, file_name: str) -> tuple[Publication, ...]:
    """In order of first mention: the references of the packet, its findings' evidence, the names."""
    titles: dict[str, str] = {}
    for reference in objects(child(packet, "metaData"), "externalReferences"):
        found = ids(text(reference, "id")) or ids(text(reference, "reference"))
        for name in found:
            titles[name] = titles.get(name) or text(reference, "description")
    for feature in objects(packet, "phenotypicFeatures"):
        for evidence in objects(feature, "evidence"):
            for name in ids(text(child(evidence, "reference"), "id")):
                titles.setdefault(name, "")
    names = [text(packet, "id"), *(text(one, "id") for one in objects(packet, "interpretations")), file_name]
    for name in (found for written in names for found in ids(written)):
        titles.setdefault(name, "")
    return tuple(Publication(name, title) for name, title in titles.items())


def ids(written: str) -> list[str]:
    """PMID:... and DOI:... in a text."""
    found = [f"PMID:{int(number)}" for number in (*_PMID.findall(written), *_PUBMED.findall(written))]
    return found + [f"DOI:{name.lower().rstrip('.,;')}" for name in _DOI.findall(written)]
