"""A phenopacket v2 as the content of a case, with a report of everything that was not kept.

Names and ids of the patient are dropped on purpose. Nothing is written anywhere: the caller makes
a case of the result, or not.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.content import FINDING_LIMIT, Content
from diagnosis_app.interop import features, supplement
from diagnosis_app.interop.genes import UNNAMED_DISEASE, read_genes, with_details
from diagnosis_app.interop.json_text import read_object
from diagnosis_app.interop.kind import PACKET_FIELDS, open_packet
from diagnosis_app.interop.node import Node
from diagnosis_app.interop.report import Imported, Report
from diagnosis_app.interop.supplement import Supplement
from diagnosis_app.interop.times import read_age, read_onset
from retrieval.model import Sex
from retrieval.ontology.graph import Ontology

_SEXES = {"UNKNOWN_SEX": Sex.UNKNOWN, "FEMALE": Sex.FEMALE, "MALE": Sex.MALE, "OTHER_SEX": Sex.OTHER}
_SEX_NUMBERS = dict(enumerate(_SEXES))  # protobuf's JSON may carry the number instead
_HUMAN = "NCBITaxon:9606"
_SUBJECT_FIELDS = ("id", "sex", "timeAtLastEncounter", "dateOfBirth", "vitalStatus", "karyotypicSex", "gender")


def read_phenopacket(data: bytes | str | dict[str, Any], ontology: Ontology) -> Imported:
    """Raises `Invalid` if the whole cannot be read; a part that cannot is left out and reported."""
    report = Report()
    document, twice = read_object(data)
    for name in twice[:20]:
        shown = name if name.isascii() and name.isalnum() and len(name) < 40 else _("a field")
        report.problem(shown, _("Given twice in one object; the last one counts."), _("Check which one is right."))
    packet, prefix = open_packet(document, report)
    node = Node(packet, prefix, report)
    if node.take("id"):
        report.note(node.path("id"), _("The packet's own id is not kept, for privacy; the case gets its own number."))
    sex, age = _subject(node)
    carried = _files(node, ontology)
    read = features.read_features(node.nodes("phenotypicFeatures"), ontology)
    onset = _illness_onset(node, read, ontology)
    known, new = supplement.merge([entry for _path, entry in read.findings], carried)
    fresh = _fresh(read, new, report, FINDING_LIMIT - len(known))
    genes = with_details(read_genes(node), carried.genes if carried else ())
    _not_kept(node)
    _meta(node)
    node.rest(PACKET_FIELDS)
    if not known and not fresh:
        hint = _("Add findings by hand, or check the field phenotypicFeatures.")
        report.problem(node.path("phenotypicFeatures"), _("No finding could be read from this file."), hint)
    content = Content(
        note=carried.note if carried else "",
        findings=(*known, *fresh),
        unmapped=carried.unmapped if carried else (),
        dropped=carried.dropped if carried else (),
        sex=sex,
        age=age,
        onset=onset,
        genes=genes,
    )
    return Imported(content, report.lines())


def _fresh(read: features.Read, new: list[Any], report: Report, room: int) -> list[Any]:
    """Findings that Clew did not write itself: once each, with contradictions named, within the limit."""
    features.report_contradictions(read.findings, report)
    waiting = {id(entry) for entry in new}
    listed = [item for item in read.findings if id(item[1]) in waiting]
    single = features.without_duplicates(listed, report)
    return [entry for _path, entry in features.within_limit(single, room, report)]


def _subject(packet: Node) -> tuple[Sex, str | None]:
    node = packet.node("subject")
    if node is None:
        packet.report.note(packet.path("subject"), _("There is no subject: sex and age are not known."))
        return Sex.UNKNOWN, None
    if node.take("id") or node.take("alternateIds"):
        packet.report.note(node.path("id"), _("The patient's ids are not kept, for privacy."))
    node.ignore("id", "alternateIds")
    born = node.text("dateOfBirth")
    if born:
        packet.report.lost(node.path("dateOfBirth"), _("The date of birth is not kept, for privacy."))
    sex = _sex(node)
    time = node.node("timeAtLastEncounter")
    age = read_age(time, born) if time else None
    node.drop("vitalStatus", _("Whether the patient is alive is not kept."))
    node.drop("karyotypicSex", _("The karyotypic sex is not kept."))
    node.drop("gender", _("Gender is not kept."))
    taxonomy = node.node("taxonomy")
    if taxonomy and taxonomy.take("id") not in {None, _HUMAN}:
        hint = _("Clew knows human diseases only.")
        packet.report.problem(taxonomy.path("id"), _("The subject is not a human being."), hint)
    node.rest(_SUBJECT_FIELDS)
    return sex, age


def _sex(node: Node) -> Sex:
    value = node.take("sex")
    if value is None:
        return Sex.UNKNOWN
    if isinstance(value, int) and not isinstance(value, bool) and value in _SEX_NUMBERS:
        return _SEXES[_SEX_NUMBERS[value]]
    if isinstance(value, str) and value.strip().upper() in _SEXES:
        return _SEXES[value.strip().upper()]
    hint = _("Write %s.") % ", ".join(_SEXES)
    node.report.problem(node.path("sex"), _("This is not a sex that can be used; it is left out."), hint)
    return Sex.UNKNOWN


def _illness_onset(packet: Node, read: features.Read, ontology: Ontology) -> str | None:
    """The onset of the illness: of the disease listed, or an onset term listed among the features."""
    found, named, first = [], 0, ""
    for node in packet.nodes("diseases"):
        term = node.node("term")
        own = term is not None and term.take("id") == UNNAMED_DISEASE["id"]
        time = node.node("onset")
        onset = read_onset(time, ontology) if time else None
        if onset and node.take("excluded") is not True:
            found.append((node.path("onset"), onset, own))
        if not own:
            named, first = named + 1, first or node.path()
    if named:
        message = ngettext(
            "%d diagnosis is not kept: the ranking must not know it.",
            "%d diagnoses are not kept: the ranking must not know them.",
            named,
        )
        packet.report.lost(packet.path("diseases"), message % named)
    found += [(path, term, False) for path, term in read.onsets]
    values = {onset for _path, onset, _own in found}
    if len(values) > 1:
        for path, _onset, _own in found:
            packet.report.lost(path, _("Several onsets are given; none was kept."), _("Enter the onset by hand."))
        return None
    for path, _onset, own in found[:1]:
        if not own:
            packet.report.changed(path, _("Kept as the onset of the illness."))
    return found[0][1] if found else None


def _files(packet: Node, ontology: Ontology) -> Supplement | None:
    carried, others = None, 0
    for node in packet.nodes("files"):
        if carried is None and supplement.is_supplement(node):
            carried = supplement.from_file(node, ontology)
        else:
            others += 1
    if others:
        message = ngettext("%d file is not kept yet.", "%d files are not kept yet.", others)
        packet.report.lost(packet.path("files"), message % others)
    return carried


def _not_kept(packet: Node) -> None:
    for name, one, many in (
        ("measurements", "%d measurement is not kept yet.", "%d measurements are not kept yet."),
        ("biosamples", "%d biosample is not kept yet.", "%d biosamples are not kept yet."),
        ("medicalActions", "%d medical action is not kept.", "%d medical actions are not kept."),
    ):  # fmt: skip
        value = packet.take(name)
        if value:
            count = len(value) if isinstance(value, list) else 1
            packet.report.lost(packet.path(name), ngettext(one, many, count) % count)


def _meta(packet: Node) -> None:
    meta = packet.node("metaData")
    version = meta.take("phenopacketSchemaVersion") if meta else None
    if not version:
        packet.report.note(
            packet.path("metaData.phenopacketSchemaVersion"),
            _("The file does not say its schema version; it was read as version 2."),
        )
    elif not str(version).strip().lower().removeprefix("v").startswith("2"):
        hint = _("Compare the findings with the source.")
        message = _("The schema version is not known here; the file was read as version 2.")
        packet.report.problem(packet.path("metaData.phenopacketSchemaVersion"), message, hint)
    if meta:
        packet.report.note(packet.path("metaData"), _("Who made the file, when, and from what is not kept."))
