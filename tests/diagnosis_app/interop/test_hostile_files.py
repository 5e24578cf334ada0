"""Files made to break the reader or the page that reports on them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from diagnosis_app.cases.models import Case
from diagnosis_app.interop.phenopackets import read_phenopacket
from diagnosis_app.interop.report import MOST
from retrieval.ontology.graph import Ontology

STRANGE = ("\ud800", "Anna Andersson, born 1990", "<script>alert(1)</script>", "\u202eevil")


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("around", ["proband", "phenopacket"])
@pytest.mark.django_db
def test_a_strange_field_name_around_a_packet_is_not_repeated(signed_in: Client, around: str, name: str) -> None:
    text = json.dumps({around: {"phenotypicFeatures": [{"type": {"id": "HP:0001250"}}]}, name: 1})
    answer = signed_in.post("/cases/import/", {"file": SimpleUploadedFile("p.json", text.encode())})
    assert answer.status_code == 200
    assert "a field with an unusual name" in answer.content.decode()
    assert name not in answer.content.decode()
    assert Case.objects.count() == 1


def test_a_file_of_nothing_but_mistakes_gives_a_report_of_readable_length(
    packet: dict[str, Any], ontology: Ontology
) -> None:
    packet["phenotypicFeatures"] += [{"type": {"id": f"nothing {n}"}} for n in range(5000)]
    report = read_phenopacket(packet, ontology).report
    assert len(report) == MOST + 1
    assert "more remarks" in report[-1].message
    assert report[-1].hint
