"""Phenopackets that others published: all of them come in, go out, and satisfy the schema."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from diagnosis_app.cases.content import Content
from diagnosis_app.errors import Invalid
from diagnosis_app.interop.phenopackets import Imported, Level
from tests.diagnosis_app.interop.oracle import parse_strictly

pytestmark = pytest.mark.benchmark_data
Read = Callable[[Any], Imported]
Write = Callable[[Content], dict[str, Any]]


def packets(archive: Path, under: str = "") -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as opened:
        for name in sorted(opened.namelist()):
            if name.startswith(under) and name.endswith(".json"):
                yield name, opened.read(name)


def test_published_cases_come_in_and_go_out_unchanged(benchmark_data: Path, read: Read, write: Write) -> None:
    seen = 0
    for number, (name, data) in enumerate(packets(benchmark_data / "cases" / "phenopackets-dev.zip")):
        if number % 18:
            continue
        imported = read(data)
        exported = write(imported.content)
        parse_strictly(exported)
        assert read(exported).content == imported.content, name
        told = [note for note in imported.report if note.level is Level.PROBLEM]
        assert len(imported.content.findings) > 0, (name, told)
        seen += 1
    assert seen > 300


def test_the_samples_are_read_or_refused_in_words(benchmark_data: Path, read: Read) -> None:
    outcomes: dict[str, int | str] = {}
    for name, data in packets(benchmark_data / "interop" / "interop-samples.zip"):
        try:
            outcomes[Path(name).stem] = len(read(data).content.findings)
        except Invalid as error:
            outcomes[Path(name).stem] = error.code
    assert outcomes["retinoblastoma"] == 4
    assert outcomes["bethlem-myopathy"] == outcomes["example-family"] == outcomes["mcahs1"] == 10
    assert outcomes["covid19"] == 8
    assert outcomes["bethlehamMyopathyInvalidExample"] == 0
    assert outcomes["example-cohort"] == "phenopacket.cohort"
    assert outcomes["pfeiffer-phenopacket"] == "phenopacket.version"
    assert outcomes["biosamples-SAMN05324082"] == "phenopacket.unknown"
    assert outcomes["practitionerInformation1559319163815"] == "phenopacket.fhir"
