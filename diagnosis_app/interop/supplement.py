"""What a phenopacket has no field for, carried inside it without loss.

A phenopacket v2 knows present and excluded features of the patient. The note, uncertain findings,
findings of a relative, unmapped phrases, the origin of each finding, scores of genes and the parent
a variant came from would be lost. They travel as one entry of `files`, the packet's own place for
further data: a `data:` URI of JSON. Other programs skip it; `phenotypicFeatures` stays the truth: on
the way back a present or excluded finding, or a gene, counts only if the packet still lists it, so an
edit made elsewhere is respected.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import Content, Dropped, FindingEntry, GeneEntry, read_content
from diagnosis_app.errors import ClinicError
from diagnosis_app.interop.node import Node
from retrieval.errors import RetrievalError
from retrieval.model import Status
from retrieval.ontology.graph import Ontology

MEDIA_TYPE = "application/vnd.clew.case+json"
_PREFIX = f"data:{MEDIA_TYPE};base64,"
_FORMAT = "clew-case-1"
STANDARD = frozenset({Status.PRESENT, Status.EXCLUDED})  # what a packet itself can say


@dataclass(frozen=True, slots=True)
class Supplement:
    note: str = ""
    findings: tuple[FindingEntry, ...] = ()
    unmapped: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = field(default=())
    genes: tuple[GeneEntry, ...] = field(default=())


def to_file(content: Content) -> dict[str, Any]:
    """The entry of `files`."""
    stored = content.without_letters().stored()  # the letters stay here, with their names
    body = {"format": _FORMAT} | {name: stored[name] for name in ("note", "findings", "unmapped", "dropped")}
    if content.genes:
        body["genes"] = stored["genes"]
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return {
        "uri": _PREFIX + base64.b64encode(text.encode()).decode(),
        "fileAttributes": {
            "fileFormat": MEDIA_TYPE,
            "description": "Parts of the case that a phenopacket has no field for: note, uncertain findings, "
            "findings of relatives, unmapped phrases. JSON in base64.",
        },
    }


def is_supplement(node: Node) -> bool:
    uri = node.take("uri")
    return isinstance(uri, str) and uri.startswith(_PREFIX)


def from_file(node: Node, ontology: Ontology) -> Supplement | None:
    """What `to_file` wrote; None with a line in the report if it was damaged."""
    node.ignore("fileAttributes", "individualToFileIdentifiers")
    try:
        text = base64.b64decode(str(node.take("uri")).removeprefix(_PREFIX), validate=True)
        body = json.loads(text)
        if not isinstance(body, dict) or body.pop("format", None) != _FORMAT:
            raise ValueError
        content = read_content(body)
    except (ValueError, RecursionError, binascii.Error, ClinicError):
        hint = _("Note, uncertain findings and findings of relatives are missing; add them by hand.")
        node.report.problem(node.path("uri"), _("Clew's own part of the file is damaged and was not read."), hint)
        return None
    findings = [entry for entry in content.findings if _known(entry, ontology, node)]
    return Supplement(content.note, tuple(findings), content.unmapped, content.dropped, content.genes)


def _known(entry: FindingEntry, ontology: Ontology, node: Node) -> bool:
    """Present and excluded ones are checked where the packet lists them."""
    if entry.status in STANDARD:
        return True
    try:
        ontology.finding(entry.term)
    except RetrievalError as error:
        node.report.problem(node.path("uri"), error.message, error.hint)
        return False
    return True


def merge(listed: list[FindingEntry], carried: Supplement | None) -> tuple[list[FindingEntry], list[FindingEntry]]:
    """(findings in their order with their details, listed ones that the supplement does not know)."""
    left = Counter(_key(entry) for entry in listed)
    known: list[FindingEntry] = []
    for entry in carried.findings if carried else ():
        if entry.status not in STANDARD:
            known.append(entry)
        elif left[_key(entry)] > 0:
            left[_key(entry)] -= 1
            known.append(entry)
    new = []
    for entry in listed:
        if left[_key(entry)] > 0:
            left[_key(entry)] -= 1
            new.append(entry)
    return known, new


def _key(entry: FindingEntry) -> tuple[str, Status, str | None]:
    return entry.term, entry.status, entry.onset
