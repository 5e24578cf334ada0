"""A packet to begin with, and short ways to read and write one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from diagnosis_app.cases.content import Content
from diagnosis_app.interop.phenopackets import Imported, Note, read_phenopacket, write_phenopacket
from retrieval.ontology.graph import Ontology
from retrieval.snapshot import Snapshot

WHEN = datetime(2026, 11, 20, 14, 35, 1, 250000, tzinfo=UTC)


@pytest.fixture(scope="session")
def ontology(snapshot: Snapshot) -> Ontology:
    return snapshot.ontology


@pytest.fixture
def packet() -> dict[str, Any]:
    return {
        "id": "packet-1",
        "subject": {
            "id": "Anna Andersson",
            "sex": "FEMALE",
            "timeAtLastEncounter": {"age": {"iso8601duration": "P3Y6M"}},
        },
        "phenotypicFeatures": [
            {"type": {"id": "HP:0001250", "label": "Seizure"}, "onset": {"age": {"iso8601duration": "P14M"}}},
            {"type": {"id": "HP:0001263", "label": "Global developmental delay"}},
            {"type": {"id": "HP:0000252", "label": "Microcephaly"}, "excluded": True},
        ],
        "metaData": {
            "created": "2026-01-01T00:00:00Z",
            "createdBy": "somebody",
            "resources": [],
            "phenopacketSchemaVersion": "2.0",
        },
    }


@pytest.fixture
def read(ontology: Ontology) -> Callable[[Any], Imported]:
    def read_it(data: Any) -> Imported:
        return read_phenopacket(json.dumps(data) if isinstance(data, dict) else data, ontology)

    return read_it


@pytest.fixture
def write(ontology: Ontology) -> Callable[[Content], dict[str, Any]]:
    def write_it(content: Content) -> dict[str, Any]:
        return write_phenopacket(content, reference="C-0142", created=WHEN, created_by="Clew", ontology=ontology)

    return write_it


def lines(imported: Imported, path: str) -> list[Note]:
    return [note for note in imported.report if note.path == path]
