"""The content of a case as a phenopacket v2, valid against the schema and complete.

Reads the content and the ontology alone: reference, time and author are the caller's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.content import Content, FindingEntry
from diagnosis_app.interop import supplement
from diagnosis_app.interop.genes import UNNAMED_DISEASE, says_it_all, write_genes
from diagnosis_app.interop.report import Note, Report
from diagnosis_app.interop.times import write_onset
from retrieval.errors import RetrievalError
from retrieval.model import Sex, Status, Zygosity
from retrieval.ontology.graph import Ontology

SCHEMA_VERSION = "2.0"
_SEXES = {Sex.UNKNOWN: "UNKNOWN_SEX", Sex.FEMALE: "FEMALE", Sex.MALE: "MALE", Sex.OTHER: "OTHER_SEX"}


def write_phenopacket(
    content: Content, *, reference: str, created: datetime, created_by: str, ontology: Ontology
) -> dict[str, Any]:
    """`reference` becomes the id of packet and subject; it must not name the patient."""
    current = _current(content, ontology)
    subject: dict[str, Any] = {"id": reference, "sex": _SEXES[content.sex]}
    if content.age:
        subject["timeAtLastEncounter"] = {"age": {"iso8601duration": content.age}}
    listed = [entry for entry in current.findings if entry.status in supplement.STANDARD]
    packet: dict[str, Any] = {
        "id": reference,
        "subject": subject,
        "phenotypicFeatures": [_feature(entry, ontology) for entry in listed],
    }
    if content.onset:
        packet["diseases"] = [{"term": UNNAMED_DISEASE, "onset": write_onset(content.onset, ontology)}]
    if content.genes:
        packet["interpretations"] = write_genes(content.genes, reference)
    if _needs_supplement(current, ontology):
        packet["files"] = [supplement.to_file(current)]
    packet["metaData"] = {
        "created": created.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "createdBy": created_by,
        "resources": _resources(ontology, content),
        "phenopacketSchemaVersion": SCHEMA_VERSION,
    }
    return packet


def export_report(content: Content, ontology: Ontology) -> tuple[Note, ...]:
    """What other programs will not see in the exported packet, and which ids changed on the way."""
    report = Report()
    if content.note:
        report.note("note", _("The note travels inside the file, where only Clew reads it."))
    if content != content.without_letters():
        report.lost("letters", _("Where words stand in a letter stays here; letters are not exported."))
    counts = {status: sum(entry.status is status for entry in content.findings) for status in Status}
    for status, one, many in (
        (Status.UNCERTAIN, "%d uncertain finding is read by Clew alone.",
         "%d uncertain findings are read by Clew alone."),
        (Status.FAMILY, "%d finding of a relative is read by Clew alone.",
         "%d findings of relatives are read by Clew alone."),
    ):  # fmt: skip
        if counts[status]:
            report.lost("findings", ngettext(one, many, counts[status]) % counts[status])
    if content.unmapped:
        message = ngettext(
            "%d phrase without a term is read by Clew alone.",
            "%d phrases without a term are read by Clew alone.",
            len(content.unmapped),
        )
        report.lost("unmapped", message % len(content.unmapped))
    if not says_it_all(tuple(entry.model_copy(update={"origin": "import"}) for entry in content.genes)):
        report.lost("genes", _("Scores of genes, and from whom a variant came, are read by Clew alone."))
    for i, entry in enumerate(content.findings):
        _report_term(f"findings[{i}].term", entry.term, ontology, report)
    if content.onset:
        report.note("onset", _("The onset of the illness is written as that of a disease without a name."))
    return report.lines()


def _report_term(path: str, term: str, ontology: Ontology, report: Report) -> None:
    try:
        resolved = ontology.resolve(term)
    except RetrievalError as error:
        report.problem(path, error.message, error.hint)
        return
    if resolved.note:
        report.changed(path, resolved.note)


def _current(content: Content, ontology: Ontology) -> Content:
    """The content with today's ids: an id that became obsolete since it was entered is replaced."""
    findings = tuple(entry.model_copy(update={"term": _current_id(entry.term, ontology)}) for entry in content.findings)
    return content.model_copy(update={"findings": findings})


def _current_id(term: str, ontology: Ontology) -> str:
    try:
        return ontology.resolve(term).term.id
    except RetrievalError:
        return term  # obsolete without a replacement: the reader of the file has to decide, not we


def _feature(entry: FindingEntry, ontology: Ontology) -> dict[str, Any]:
    feature: dict[str, Any] = {"type": {"id": entry.term, "label": _label(entry, ontology)}}
    if entry.status is Status.EXCLUDED:
        feature["excluded"] = True
    if entry.onset:
        feature["onset"] = write_onset(entry.onset, ontology)
    return feature


def _label(entry: FindingEntry, ontology: Ontology) -> str:
    try:
        return ontology.resolve(entry.term).term.label
    except RetrievalError:
        return entry.label


def _needs_supplement(content: Content, ontology: Ontology) -> bool:
    """Whether reading the packet back without it would give another case."""
    if content.note or content.unmapped or content.dropped or not says_it_all(content.genes):
        return True
    keys = [(entry.term, entry.status) for entry in content.findings]
    return len(set(keys)) != len(keys) or any(
        entry.status not in supplement.STANDARD
        or entry.origin != "import"
        or entry.quote
        or entry.relative
        or entry.label != _label(entry, ontology)
        for entry in content.findings
    )


def _resources(ontology: Ontology, content: Content) -> list[dict[str, str]]:
    """The vocabularies that the packet uses."""
    used = [("hp", "Human Phenotype Ontology", "http://purl.obolibrary.org/obo/hp.owl", ontology.version, "HP")]
    if content.onset or content.genes:
        used.append(("mondo", "Mondo Disease Ontology", "http://purl.obolibrary.org/obo/mondo.owl", "unknown", "MONDO"))
    if any(entry.zygosity != Zygosity.UNKNOWN for entry in content.genes):
        used.append(("geno", "Genotype Ontology", "http://purl.obolibrary.org/obo/geno.owl", "unknown", "GENO"))
    resources = [resource(*one, f"http://purl.obolibrary.org/obo/{one[-1]}_") for one in used]
    prefixes = {entry.id.partition(":")[0] for entry in content.genes}
    if "NCBIGene" in prefixes:
        url = "https://www.ncbi.nlm.nih.gov/gene/"
        resources.append(resource("ncbigene", "NCBI Gene", url, "unknown", "NCBIGene", url))
    if "HGNC" in prefixes:
        url = "https://www.genenames.org/"
        resources.append(resource("hgnc", "HUGO Gene Nomenclature Committee", url, "unknown", "HGNC", url))
    return resources


def resource(id: str, name: str, url: str, version: str, prefix: str, iri: str) -> dict[str, str]:
    """One entry of `metaData.resources`."""
    names = ("id", "name", "url", "version", "namespacePrefix", "iriPrefix")
    return dict(zip(names, (id, name, url, version, prefix, iri), strict=True))
