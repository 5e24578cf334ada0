"""Export and import give back the same case, and the protobuf schema accepts what we write."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnosis_app.cases.content import Content, Dropped, FindingEntry, GeneEntry
from diagnosis_app.interop.phenopackets import Imported, Level, export_report
from retrieval.model import Inherited, Sex, Status, Zygosity
from tests.diagnosis_app.interop.oracle import parse_strictly

Read = Callable[[Any], Imported]
Write = Callable[[Content], dict[str, Any]]

FULL = Content(
    note="3-årig flicka. كثرة النوبات 癫痫\nMother has migraine.",
    findings=(
        FindingEntry(term="HP:0001250", label="fits", onset="P14M", origin="note", quote="fits at night"),
        FindingEntry(term="HP:0002076", label="Migraine", status=Status.FAMILY, relative="mother"),
        FindingEntry(term="HP:0000252", label="Microcephaly", status=Status.EXCLUDED, origin="typed"),
        FindingEntry(term="HP:0001263", label="Global developmental delay", status=Status.UNCERTAIN),
        FindingEntry(term="HP:0001252", label="Hypotonia", onset="HP:0003577", origin="api"),
    ),
    unmapped=("odd smell", "“sticky” eyes"),
    dropped=(Dropped(term="HP:0002315", quote="headache"),),
    sex=Sex.FEMALE,
    age="P3Y6M",
    onset="HP:0003593",
    genes=(
        GeneEntry(
            symbol="FGFR2",
            id="NCBIGene:2263",
            score=0.93,
            zygosity=Zygosity.HETEROZYGOUS,
            inherited=Inherited.DE_NOVO,
            origin="list",
        ),
        GeneEntry(symbol="CFTR", id="HGNC:1884", zygosity=Zygosity.COMPOUND, inherited=Inherited.BOTH),
        GeneEntry(symbol="ABCD99"),
    ),
)


def test_a_full_case_comes_back_as_it_was(read: Read, write: Write) -> None:
    imported = read(write(FULL))
    assert imported.content == FULL
    assert imported.content.digest() == FULL.digest()
    assert [note for note in imported.report if note.level in {Level.LOST, Level.PROBLEM}] == []


def test_the_schema_accepts_a_full_case(write: Write) -> None:
    message = parse_strictly(write(FULL))
    assert message.id == message.subject.id == "C-0142"
    assert [feature.type.id for feature in message.phenotypic_features] == ["HP:0001250", "HP:0000252", "HP:0001252"]
    assert [feature.excluded for feature in message.phenotypic_features] == [False, True, False]
    assert message.phenotypic_features[0].type.label == "Seizure"
    assert message.phenotypic_features[0].onset.age.iso8601duration == "P14M"
    assert message.phenotypic_features[2].onset.ontology_class.label == "Congenital onset"
    assert message.subject.time_at_last_encounter.age.iso8601duration == "P3Y6M"
    assert message.meta_data.phenopacket_schema_version == "2.0"
    assert {resource.namespace_prefix for resource in message.meta_data.resources} == {
        "HP",
        "MONDO",
        "GENO",
        "NCBIGene",
        "HGNC",
    }
    assert message.meta_data.created.ToJsonString().startswith("2026-11-20T14:35:01.25")


def test_findings_that_are_not_the_patients_are_never_features(write: Write) -> None:
    listed = {feature["type"]["id"] for feature in write(FULL)["phenotypicFeatures"]}
    assert "HP:0002076" not in listed and "HP:0001263" not in listed


def test_the_export_says_what_others_will_not_see(ontology: Any) -> None:
    report = export_report(FULL, ontology)
    assert {note.path for note in report} == {"note", "findings", "unmapped", "genes", "onset"}
    assert sum(note.level is Level.LOST for note in report) == 4
    assert export_report(Content(findings=FULL.findings[:1]), ontology) == ()


def test_a_packet_of_others_needs_no_supplement(read: Read, write: Write, packet: dict[str, Any]) -> None:
    first = write(read(packet).content)
    assert "files" not in first
    assert write(read(first).content) == first


def test_an_edit_made_elsewhere_is_respected(read: Read, write: Write) -> None:
    exported = write(FULL)
    del exported["phenotypicFeatures"][0]
    exported["phenotypicFeatures"][0]["excluded"] = False
    exported["phenotypicFeatures"].append({"type": {"id": "HP:0000316", "label": "Hypertelorism"}})
    content = read(exported).content
    assert [(entry.term, entry.status) for entry in content.findings] == [
        ("HP:0002076", Status.FAMILY),
        ("HP:0001263", Status.UNCERTAIN),
        ("HP:0001252", Status.PRESENT),
        ("HP:0000252", Status.PRESENT),
        ("HP:0000316", Status.PRESENT),
    ]
    assert content.note == FULL.note


@pytest.mark.parametrize(
    "body",
    [
        b"not base64",
        base64.b64encode(b"not json"),
        base64.b64encode(b"[]"),
        base64.b64encode(b'{"format": "clew-case-9"}'),
        base64.b64encode(b'{"format": "clew-case-1", "note": "a\\u0000b"}'),
        base64.b64encode(b'{"format": "clew-case-1", "hacker": 1}'),
        base64.b64encode(b'{"format": "clew-case-1", "note": ' + b"[" * 100_000),
    ],
)
def test_a_damaged_supplement_is_named_and_the_rest_comes_in(read: Read, write: Write, body: bytes) -> None:
    exported = write(FULL)
    exported["files"][0]["uri"] = "data:application/vnd.clew.case+json;base64," + body.decode()
    imported = read(exported)
    assert len(imported.content.findings) == 3 and imported.content.note == ""
    assert any(note.path == "files[0].uri" and note.level is Level.PROBLEM for note in imported.report)


def test_a_supplement_cannot_bring_in_a_term_that_is_no_finding(read: Read, write: Write) -> None:
    strange = FindingEntry(term="HP:0000006", label="x", status=Status.FAMILY)
    imported = read(write(Content(note="n", findings=(strange,))))
    assert imported.content.findings == ()
    assert any("HP:0000006" in note.message for note in imported.report)


def test_an_id_that_became_obsolete_is_replaced_on_export_and_said(write: Write, ontology: Any) -> None:
    old = Content(findings=(FindingEntry(term="HP:0001388", label="Joint laxity"),))
    assert write(old)["phenotypicFeatures"][0]["type"] == {"id": "HP:0001382", "label": "Joint hypermobility"}
    assert [note.path for note in export_report(old, ontology)] == ["findings[0].term"]


def test_the_longest_note_fits_through(read: Read, write: Write) -> None:
    content = Content(note="癫" * 200_000)
    assert read(json.dumps(write(content)).encode()).content == content


_TERMS = ["HP:0001250", "HP:0001263", "HP:0000252", "HP:0001252", "HP:0000316", "HP:0001999"]
_GENES = st.lists(
    st.builds(
        GeneEntry,
        symbol=st.sampled_from(["FGFR2", "CFTR", "DMD", "ABCD99"]),
        id=st.sampled_from(["", "NCBIGene:2263", "HGNC:1884"]),
        score=st.none() | st.floats(0, 1),
        zygosity=st.sampled_from(Zygosity),
        inherited=st.sampled_from(Inherited),
        origin=st.sampled_from(["typed", "list", "import", "api"]),
    ),
    max_size=4,
    unique_by=lambda entry: entry.symbol,
)
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
_ENTRIES = st.builds(
    FindingEntry,
    term=st.sampled_from(_TERMS),
    label=_TEXT,
    status=st.sampled_from(Status),
    onset=st.sampled_from([None, "P1Y", "P14M", "HP:0003577"]),
    origin=st.sampled_from(["typed", "note", "import", "api"]),
    quote=_TEXT,
    relative=_TEXT,
)
_CONTENTS = st.builds(
    Content,
    note=_TEXT,
    findings=st.lists(_ENTRIES, max_size=8).map(tuple),
    unmapped=st.lists(_TEXT, max_size=3).map(tuple),
    sex=st.sampled_from(Sex),
    age=st.sampled_from([None, "P3Y", "P10D"]),
    onset=st.sampled_from([None, "P1Y", "HP:0003593"]),
    genes=_GENES.map(tuple),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_CONTENTS)
def test_every_case_comes_back_as_it_was(read: Read, write: Write, content: Content) -> None:
    """Also with repeated and contradictory findings."""
    exported = write(content)
    parse_strictly(exported)
    assert read(exported).content == content
