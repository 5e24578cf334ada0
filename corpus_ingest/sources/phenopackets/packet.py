"""One GA4GH phenopacket (version 2, JSON) as a published case."""

from __future__ import annotations

from collections import Counter

from corpus_ingest.sources.phenopackets import genes, publications, times
from corpus_ingest.sources.phenopackets.report import MALFORMED, NO_DIAGNOSIS, NO_FINDING, VERSION_1, Unusable
from corpus_ingest.sources.phenopackets.shape import Object, child, flag, objects, text
from retrieval.errors import RetrievalError
from retrieval.model import Finding, PublishedCase, Sex, Status
from retrieval.ontology.curie import disease_id, term_id

SEXES = {"FEMALE": Sex.FEMALE, "MALE": Sex.MALE, "OTHER_SEX": Sex.OTHER}


def read(packet: Object, file_name: str, left_out: Counter[str]) -> PublishedCase:
    """The case without its id; Unusable says why there is none."""
    if text(child(packet, "metaData"), "phenopacketSchemaVersion").startswith("1"):
        raise Unusable(VERSION_1)
    subject = child(packet, "subject")
    diagnoses, name = _diagnoses(packet, left_out)
    return PublishedCase(
        id="",
        findings=_findings(packet, left_out),
        diagnoses=diagnoses,
        diagnosis=name,
        label=text(packet, "id") or text(subject, "id") or file_name,
        sex=SEXES.get(text(subject, "sex"), Sex.UNKNOWN),
        age=times.age(subject.get("timeAtLastEncounter"), left_out),
        onset=_onset(packet, diagnoses, left_out),
        genes=genes.of_packet(packet),
        publications=publications.of_packet(packet, file_name),
    )


def finding(written: str, status: Status, onset: str | None, left_out: Counter[str]) -> Finding | None:
    """A finding with its id in the usual form; None, counted, if that is no id of HPO."""
    try:
        return Finding(term_id(written), status, onset)
    except RetrievalError:
        left_out["finding whose id is not of HPO"] += 1
        return None


def diagnosis_ids(written: list[str], left_out: Counter[str]) -> tuple[str, ...]:
    """Each once; ids of other vocabularies are counted and left out."""
    found: dict[str, None] = {}
    for name in written:
        try:
            found[disease_id(name)] = None
        except RetrievalError:
            left_out["diagnosis of another vocabulary"] += 1
    return tuple(found)


def _findings(packet: Object, left_out: Counter[str]) -> tuple[Finding, ...]:
    found = []
    for feature in objects(packet, "phenotypicFeatures"):
        if "negated" in feature:  # version 1's word for excluded: read as version 2, it would turn round
            raise Unusable(VERSION_1, "phenotypicFeatures has negated")
        status = Status.EXCLUDED if flag(feature, "excluded") else Status.PRESENT
        onset = times.onset(feature.get("onset"), left_out)
        found.append(finding(text(child(feature, "type"), "id"), status, onset, left_out))
    kept = tuple(dict.fromkeys(one for one in found if one))
    if not any(one.status is Status.PRESENT for one in kept):
        raise Unusable(NO_FINDING)
    return kept


def _diagnoses(packet: Object, left_out: Counter[str]) -> tuple[tuple[str, ...], str]:
    """Ids of the diagnosis, the interpretation's first, and its name. Diseases that were excluded are none."""
    named: dict[str, str] = {}
    refuted = set()
    for interpretation in objects(packet, "interpretations"):
        disease = child(child(interpretation, "diagnosis"), "disease")
        if disease and text(interpretation, "progressStatus") != "UNSOLVED":
            named.setdefault(text(disease, "id"), text(disease, "label"))
    for disease in objects(packet, "diseases"):
        term = child(disease, "term")
        if flag(disease, "excluded"):
            refuted.add(text(term, "id"))
        else:
            named.setdefault(text(term, "id"), text(term, "label"))
    stands = [name for name in named if name not in refuted]
    found = diagnosis_ids(stands, left_out)
    if not found:
        raise Unusable(NO_DIAGNOSIS)
    return found, next((named[name] for name in stands if named[name]), "")


def _onset(packet: Object, diagnoses: tuple[str, ...], left_out: Counter[str]) -> str | None:
    """Of the disease that was diagnosed, as far as the packet says."""
    if "diseases" in packet and not isinstance(packet["diseases"], list):
        raise Unusable(MALFORMED, "diseases is not a list of objects")
    for disease in objects(packet, "diseases"):
        named = diagnosis_ids([text(child(disease, "term"), "id")], Counter())
        if not flag(disease, "excluded") and set(named) & set(diagnoses):
            found = times.onset(disease.get("onset"), left_out)
            if found:
                return found
    return None
