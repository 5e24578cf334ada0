"""Invented patients as files: phenopackets, lists of ids, and zips of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

THUMBS = ("HP:0011304", "HP:0010055", "HP:0011318", "HP:0000262", "HP:0000520")
SEIZURES = ("HP:0002133", "HP:0001332", "HP:0002179", "HP:0000648")
PFEIFFER = "OMIM:101600"


def packet(terms: Sequence[str] = THUMBS, *, diagnosis: str = "", **more: Any) -> bytes:
    document: dict[str, Any] = {
        "id": "patient-1",
        "subject": {"id": "patient-1", "sex": "FEMALE"},
        "phenotypicFeatures": [{"type": {"id": term, "label": ""}} for term in terms],
        "metaData": {"phenopacketSchemaVersion": "2.0"},
        **more,
    }
    if diagnosis:
        named = {"id": diagnosis, "label": "named in the file"}
        document["diseases"] = [{"term": named}]
        document["interpretations"] = [
            {"id": "i", "progressStatus": "SOLVED", "diagnosis": {"disease": named, "genomicInterpretations": []}}
        ]
    return json.dumps(document).encode()


def terms(listed: Sequence[str] = SEIZURES) -> bytes:
    return "\n".join(listed).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
