"""Phenopackets made in a line, and archives of them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def packet(name: str = "PMID_123_patient", *present: str, **more: Any) -> dict[str, Any]:
    """As phenopacket-store writes them; `more` replaces whole parts."""
    features = [{"type": {"id": term, "label": "x"}} for term in present or ("HP:0001250",)]
    return {
        "id": name,
        "subject": {"id": "patient", "sex": "FEMALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P10Y"}}},
        "phenotypicFeatures": features,
        "interpretations": [interpretation()],
        "diseases": [{"term": {"id": "OMIM:100001", "label": "Fit syndrome"}}],
        "metaData": {
            "phenopacketSchemaVersion": "2.0.2",
            "externalReferences": [{"id": "PMID:123", "description": "A paper"}],
        },
    } | more


def interpretation(*calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    disease = {"id": "OMIM:100001", "label": "Fit syndrome"}
    return {
        "id": "1",
        "progressStatus": "SOLVED",
        "diagnosis": {"disease": disease, "genomicInterpretations": list(calls)},
    } | more


def call(state: str = "GENO:0000135", **descriptor: Any) -> dict[str, Any]:
    """One causative variant of one gene."""
    gene = {"geneContext": {"valueId": "HGNC:7646", "symbol": "NAT2"}}
    described = gene | {"allelicState": {"id": state}} | descriptor
    return {"interpretationStatus": "CAUSATIVE", "variantInterpretation": {"variationDescriptor": described}}


def hgvs(value: str) -> dict[str, Any]:
    return {"expressions": [{"syntax": "hgvs.g", "value": "NC_1:g.1A>T"}, {"syntax": "hgvs.c", "value": value}]}


def listed(name: str = "case-1", *observed: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "observed": list(observed or ("HP:0001250",)), "diagnoses": ["OMIM:100001"]} | more


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def pack(path: Path, files: Mapping[str, Any]) -> Path:
    """A zip of JSON values, or of texts and bytes as they are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in files.items():
            archive.writestr(name, value if isinstance(value, str | bytes) else json.dumps(value))
    return path
