"""One entry of a plain list of cases:
{"id", "observed", "excluded"?, "diagnoses", "pmids"?, "genes"?, "sex"?, "onset"?, "age"?}.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from corpus_ingest.sources.phenopackets import publications, times
from corpus_ingest.sources.phenopackets.packet import diagnosis_ids, finding
from corpus_ingest.sources.phenopackets.report import MALFORMED, NO_DIAGNOSIS, NO_FINDING, Unusable
from corpus_ingest.sources.phenopackets.shape import Object, line, text
from retrieval.model import CaseGene, Finding, Publication, PublishedCase, Sex, Status, Zygosity

_SEXES = {"female": Sex.FEMALE, "f": Sex.FEMALE, "male": Sex.MALE, "m": Sex.MALE, "other": Sex.OTHER}


def read(entry: Object, left_out: Counter[str]) -> PublishedCase:
    """The case without its id; Unusable says why there is none."""
    diagnoses = diagnosis_ids(_texts(entry, "diagnoses"), left_out)
    if not diagnoses:
        raise Unusable(NO_DIAGNOSIS)
    return PublishedCase(
        id="",
        findings=_findings(entry, left_out),
        diagnoses=diagnoses,
        diagnosis=text(entry, "diagnosis"),
        label=_label(entry),
        sex=_SEXES.get(text(entry, "sex").lower(), Sex.UNKNOWN),
        age=times.age({"age": entry["age"]} if entry.get("age") else None, left_out),
        onset=times.onset_text(entry.get("onset"), left_out),
        genes=tuple(_gene(one) for one in _items(entry, "genes")),
        publications=_publications(entry, left_out),
    )


def _findings(entry: Object, left_out: Counter[str]) -> tuple[Finding, ...]:
    found = [finding(term, Status.PRESENT, None, left_out) for term in _texts(entry, "observed")]
    if not any(found):
        raise Unusable(NO_FINDING)
    found += [finding(term, Status.EXCLUDED, None, left_out) for term in _texts(entry, "excluded")]
    return tuple(dict.fromkeys(one for one in found if one))


def _publications(entry: Object, left_out: Counter[str]) -> tuple[Publication, ...]:
    found: dict[str, None] = {}
    for one in _items(entry, "pmids"):
        written = str(one).strip() if isinstance(one, str | int) else ""
        named = publications.ids(f"PMID:{written}" if written.isascii() and written.isdigit() else written)
        left_out["publication that is neither a PMID nor a DOI"] += not named
        found.update(dict.fromkeys(named))
    return tuple(Publication(name) for name in found)


def _gene(one: Any) -> CaseGene:
    """A symbol, or an object with symbol, id, zygosity and variants."""
    if isinstance(one, str):
        return CaseGene(line(one))
    if not isinstance(one, dict) or not text(one, "symbol"):
        raise Unusable(MALFORMED, "genes holds something that names no gene")
    zygosity = text(one, "zygosity").lower()
    known = Zygosity(zygosity) if zygosity in set(Zygosity) else Zygosity.UNKNOWN
    variants = tuple(line(variant) for variant in _texts(one, "variants"))
    return CaseGene(text(one, "symbol"), text(one, "id"), known, variants)


def _label(entry: Object) -> str:
    found = entry.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise Unusable(MALFORMED, "id is neither a text nor a number")
    return line(str(found))


def _items(entry: Object, name: str) -> list[Any]:
    found = entry.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Unusable(MALFORMED, f"{name} is not a list")
    return found


def _texts(entry: Object, name: str) -> list[str]:
    found = _items(entry, name)
    if not all(isinstance(one, str) for one in found):
        raise Unusable(MALFORMED, f"{name} holds something that is not a text")
    return found
