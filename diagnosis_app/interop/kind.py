"""Which kind of document an object is: a phenopacket v2, or something that looks like one.

A family is opened at its proband; everything else that is not a phenopacket v2 is refused by name.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.errors import Invalid
from diagnosis_app.interop.node import shown_name
from diagnosis_app.interop.report import Report

PACKET_FIELDS = {
    "id",
    "subject",
    "phenotypicFeatures",
    "measurements",
    "biosamples",
    "interpretations",
    "diseases",
    "medicalActions",
    "files",
    "metaData",
}
_MARKS = {"subject", "phenotypicFeatures", "interpretations", "diseases", "biosamples", "metaData"}
_FIRST_VERSION = {"htsFiles", "variants", "genes"}
_FAMILY_REST = {
    "relatives": "The relatives are not kept; findings of a relative can be added by hand.",
    "pedigree": "The pedigree is not kept.",
    "consanguinousParents": "Whether the parents are related is not kept.",
    "files": "Files are not kept.",
}


def open_packet(document: dict[str, Any], report: Report) -> tuple[dict[str, Any], str]:
    """The phenopacket and the path before its fields; raises `Invalid` for what cannot be read."""
    if "resourceType" in document:
        raise _invalid(
            "phenopacket.fhir",
            _("This is a FHIR resource, not a phenopacket."),
            _("Send the patient as a phenopacket in JSON, schema version 2."),
        )
    if isinstance(document.get("members"), list):
        raise _invalid(
            "phenopacket.cohort",
            _("This is a cohort of %d members, not one patient.") % len(document["members"]),
            _("Save the member you want (one entry of “members”) as a file of its own and import that."),
        )
    if isinstance(document.get("proband"), dict):
        return _proband(document, report), "proband."
    if isinstance(document.get("phenopacket"), dict) and not _MARKS & document.keys():
        report.note("phenopacket", _("The phenopacket lies inside another object; the outer one is not kept."))
        for name in document.keys() - {"phenopacket"}:
            report.lost(shown_name(name), _("This field around the phenopacket is not kept."))
        document = document["phenopacket"]
        _refuse_first_version(document)
        return document, "phenopacket."
    if not _MARKS & document.keys() and not any(_spelt_like_packet(name) for name in document):
        raise _invalid(
            "phenopacket.unknown",
            _("This is JSON, but not a phenopacket."),
            _("A phenopacket has the fields subject, phenotypicFeatures and metaData."),
        )
    _refuse_first_version(document)
    return document, ""


def _proband(document: dict[str, Any], report: Report) -> dict[str, Any]:
    proband: dict[str, Any] = document["proband"]
    report.note("proband", _("This is a family; its proband was read."))
    for name in document:
        if name in {"proband", "id", "metaData"}:
            continue
        report.lost(shown_name(name), _(_FAMILY_REST[name]) if name in _FAMILY_REST else _("This field is not kept."))
    _refuse_first_version(document)
    _refuse_first_version(proband)
    return proband


def _refuse_first_version(document: dict[str, Any]) -> None:
    """Version 1 negates with `negated`, dates with `ageOfOnset`: read as version 2 it would mean the opposite."""
    meta = document.get("metaData")
    version = meta.get("phenopacketSchemaVersion") if isinstance(meta, dict) else None
    named = isinstance(version, str | int | float) and str(version).strip().lower().removeprefix("v").startswith("1")
    features = document.get("phenotypicFeatures")
    entries = [entry for entry in features if isinstance(entry, dict)] if isinstance(features, list) else []
    shaped = _FIRST_VERSION & document.keys() or any(
        {"negated", "ageOfOnset", "classOfOnset"} & entry.keys() for entry in entries
    )
    if named or (shaped and not isinstance(version, str)):
        raise _invalid(
            "phenopacket.version",
            _("This is a phenopacket of schema version 1; Clew reads version 2."),
            _("Convert it with phenopacket-tools (its command “convert”), then import the result."),
        )


def _spelt_like_packet(name: str) -> bool:
    return any(name.lower().replace("_", "").startswith(mark.lower()) for mark in _MARKS)


def _invalid(code: str, message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, field="file", code=code)
