"""Importing a phenopacket: what is kept, and that everything else is named with its path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from diagnosis_app.cases.content import FINDING_LIMIT
from diagnosis_app.errors import Invalid
from diagnosis_app.interop.phenopackets import Imported, Level
from retrieval.model import Sex, Status
from tests.diagnosis_app.interop.conftest import lines

Read = Callable[[Any], Imported]


def feature(term: str, **more: Any) -> dict[str, Any]:
    return {"type": {"id": term}, **more}


def terms(imported: Imported) -> list[tuple[str, Status]]:
    return [(entry.term, entry.status) for entry in imported.content.findings]


def only(imported: Imported, path: str) -> Any:
    found = lines(imported, path)
    assert len(found) == 1, [note.path for note in imported.report]
    return found[0]


def test_findings_sex_age_and_onset_are_kept(read: Read, packet: dict[str, Any]) -> None:
    content = read(packet).content
    assert terms(read(packet)) == [
        ("HP:0001250", Status.PRESENT),
        ("HP:0001263", Status.PRESENT),
        ("HP:0000252", Status.EXCLUDED),
    ]
    assert (content.sex, content.age, content.findings[0].onset) == (Sex.FEMALE, "P3Y6M", "P14M")
    assert {entry.origin for entry in content.findings} == {"import"}
    assert content.findings[0].label == "Seizure"


def test_names_and_ids_of_the_patient_do_not_come_in(read: Read, packet: dict[str, Any]) -> None:
    packet["subject"] |= {"alternateIds": ["19121212-1212"], "dateOfBirth": "2020-05-01T00:00:00Z"}
    imported = read(packet)
    everything = imported.content.model_dump_json() + repr(imported.report)
    assert "Andersson" not in everything and "19121212" not in everything and "2020-05" not in everything
    assert "privacy" in only(imported, "subject.id").message
    assert "privacy" in only(imported, "subject.dateOfBirth").message


def test_fields_that_are_not_kept_are_named(read: Read, packet: dict[str, Any]) -> None:
    packet |= {
        "interpretations": [{"id": "i"}],
        "measurements": [{}, {}],
        "biosamples": [{"id": "b"}],
        "medicalActions": [{}],
        "files": [{"uri": "file://x.vcf"}],
        "diseases": [{"term": {"id": "OMIM:154700", "label": "Marfan syndrome"}}],
        "phenotypicFeaturs": [],
        "somethingElse": 1,
    }
    packet["subject"] |= {"karyotypicSex": "XX", "vitalStatus": {"status": "ALIVE"}, "nickname": "x"}
    packet["phenotypicFeatures"][1] |= {
        "severity": {"id": "HP:0012828"},
        "modifiers": [{"id": "HP:0012834"}],
        "evidence": [{}],
        "resolution": {"age": {"iso8601duration": "P5Y"}},
        "colour": "blue",
    }
    imported = read(packet)
    lost = {note.path for note in imported.report if note.level is Level.LOST}
    assert lost == {
        "interpretations[0]",
        "measurements",
        "biosamples",
        "medicalActions",
        "files",
        "diseases",
        "phenotypicFeaturs",
        "somethingElse",
        "subject.karyotypicSex",
        "subject.vitalStatus",
        "subject.nickname",
        "phenotypicFeatures[1].severity",
        "phenotypicFeatures[1].modifiers",
        "phenotypicFeatures[1].evidence",
        "phenotypicFeatures[1].resolution",
        "phenotypicFeatures[1].colour",
    }
    assert only(imported, "phenotypicFeaturs").hint == "Did you mean phenotypicFeatures?"
    assert "Marfan" not in imported.content.model_dump_json()


def test_the_same_remark_about_many_features_is_one_line(read: Read, packet: dict[str, Any]) -> None:
    known = ["HP:0001250", "HP:0001263", "HP:0000252", "HP:0001252", "HP:0000316", "HP:0001999"]
    packet["phenotypicFeatures"] = [feature(term, evidence=[{}]) for term in known]
    del packet["phenotypicFeatures"][3]["evidence"]
    assert only(read(packet), "phenotypicFeatures[0-2, 4-5].evidence").level is Level.LOST


@pytest.mark.parametrize(
    ("entry", "path", "words"),
    [
        ({}, "type", "no type"),
        ({"type": "HP:0001250"}, "type", "not an object"),
        ({"type": {"label": "Seizure"}}, "type.id", "no id"),
        (feature("HP:00012"), "type.id", "not the id"),
        (feature("HP:9999999"), "type.id", "no term"),
        (feature("HP:0003577"), None, ""),
        (feature("HP:0000006"), "type.id", "not a phenotypic abnormality"),
        (feature("HP:0012828"), "type.id", "not a phenotypic abnormality"),
        (feature("NCIT:C3262"), "type.id", "not a term of HPO"),
        ({"type": {"id": 1250}}, "type.id", "not a text"),
        (feature("HP:0001252", excluded=2), "excluded", "cannot be read"),
        (feature("HP:0001252", excluded="maybe"), "excluded", "cannot be read"),
        (feature("HP:0001250\u0000"), "type.id", "not the id"),
    ],
)
def test_a_wrong_feature_is_named_and_the_rest_comes_in(
    read: Read, packet: dict[str, Any], entry: dict[str, Any], path: str | None, words: str
) -> None:
    packet["phenotypicFeatures"].insert(1, entry)
    imported = read(packet)
    assert [term for term, _status in terms(imported)] == ["HP:0001250", "HP:0001263", "HP:0000252"]
    if path:
        found = [note for note in imported.report if note.path == f"phenotypicFeatures[1].{path}"]
        assert any(note.level is Level.PROBLEM and words in note.message for note in found), found
        assert all(note.hint for note in found)


def test_an_alternative_or_obsolete_id_is_replaced_with_a_line(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"] = [feature("HP:0001388"), feature("http://purl.obolibrary.org/obo/HP_0001250")]
    imported = read(packet)
    assert terms(imported) == [("HP:0001382", Status.PRESENT), ("HP:0001250", Status.PRESENT)]
    assert only(imported, "phenotypicFeatures[0].type.id").level is Level.CHANGED


def test_an_obsolete_id_without_replacement_is_named(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"].append(feature("HP:0001726"))
    note = only(read(packet), "phenotypicFeatures[3].type.id")
    assert note.level is Level.PROBLEM and "obsolete" in note.message and note.hint


def test_a_name_that_does_not_fit_its_id_is_pointed_out(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"] = [
        {"type": {"id": "HP:0001250", "label": "Epilepsy, seizures"}},
        {"type": {"id": "HP:0000316", "label": "Cleft palate"}},
    ]
    assert "Hypertelorism" in only(read(packet), "phenotypicFeatures[1].type.label").message


@pytest.mark.parametrize(
    ("onset", "kept", "level"),
    [
        ({"age": {"iso8601duration": "P14M"}}, "P14M", None),
        ({"ontologyClass": {"id": "HP:0003577", "label": "Congenital onset"}}, "HP:0003577", None),
        ({"ontology_class": {"id": "HP:0003577"}}, "HP:0003577", None),
        ({"age": "P14M"}, "P14M", None),
        ({"gestationalAge": {"weeks": 23, "days": 4}}, "HP:0034198", Level.CHANGED),
        ({"gestationalAge": {"weeks": "23"}}, "HP:0034198", Level.CHANGED),
        ({"gestationalAge": {"weeks": "many"}}, None, Level.PROBLEM),
        ({"ageRange": {"start": {"iso8601duration": "P1Y"}}}, None, Level.LOST),
        ({"timestamp": "2020-01-01T00:00:00Z"}, None, Level.LOST),
        ({"age": {"iso8601duration": "3 years"}}, None, Level.PROBLEM),
        ({"age": {"iso8601duration": 3}}, None, Level.PROBLEM),
        ({"ontologyClass": {"id": "HP:0001250"}}, None, Level.PROBLEM),
        ({"ontologyClass": {"id": "soon"}}, None, Level.PROBLEM),
        ({}, None, Level.PROBLEM),
        ({"iso8601duration": "P3Y"}, None, Level.PROBLEM),
        ("P3Y", None, Level.PROBLEM),
    ],
)
def test_an_onset_is_kept_or_named(
    read: Read, packet: dict[str, Any], onset: Any, kept: str | None, level: Level | None
) -> None:
    packet["phenotypicFeatures"] = [feature("HP:0001250", onset=onset)]
    imported = read(packet)
    assert imported.content.findings[0].onset == kept
    levels = {note.level for note in imported.report if note.path.startswith("phenotypicFeatures[0].onset")}
    assert level in levels if level else not levels


@pytest.mark.parametrize(
    ("time", "born", "age"),
    [
        ({"age": {"iso8601duration": "P8D"}}, "", "P8D"),
        ({"ageRange": {"start": {"iso8601duration": "P10Y"}, "end": {"iso8601duration": "P15Y"}}}, "", "P10Y"),
        ({"timestamp": "2024-03-01T10:00:00Z"}, "2020-05-01T00:00:00Z", "P3Y10M"),
        ({"timestamp": "2020-05-11T10:00:00Z"}, "2020-05-01T00:00:00Z", "P10D"),
        ({"timestamp": "2019-05-11T10:00:00Z"}, "2020-05-01T00:00:00Z", None),
        ({"timestamp": "2024-03-01T10:00:00Z"}, "", None),
        ({"gestationalAge": {"weeks": 30}}, "", None),
        ({"ontologyClass": {"id": "HP:0003577"}}, "", None),
        ({"age": {"iso8601duration": "P300Y"}}, "", None),
    ],
)
def test_the_age_at_examination(read: Read, packet: dict[str, Any], time: Any, born: str, age: str | None) -> None:
    packet["subject"] |= {"timeAtLastEncounter": time, "dateOfBirth": born}
    imported = read(packet)
    assert imported.content.age == age
    if age is None:
        assert any(note.path.startswith("subject.timeAtLastEncounter") for note in imported.report)


@pytest.mark.parametrize(
    ("value", "sex"),
    [("MALE", Sex.MALE), (2, Sex.MALE), ("male", Sex.MALE), ("OTHER_SEX", Sex.OTHER), ("UNKNOWN_SEX", Sex.UNKNOWN)],
)
def test_every_way_of_writing_a_sex(read: Read, packet: dict[str, Any], value: Any, sex: Sex) -> None:
    packet["subject"]["sex"] = value
    imported = read(packet)
    assert imported.content.sex is sex and not lines(imported, "subject.sex")


@pytest.mark.parametrize("value", ["M", 7, True, ["MALE"]])
def test_a_sex_that_cannot_be_read_is_named(read: Read, packet: dict[str, Any], value: Any) -> None:
    packet["subject"]["sex"] = value
    imported = read(packet)
    assert imported.content.sex is Sex.UNKNOWN and only(imported, "subject.sex").level is Level.PROBLEM


def test_excluded_as_a_text_is_read_and_named(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"] = [feature("HP:0001250", excluded="true"), feature("HP:0000252", excluded="false")]
    imported = read(packet)
    assert [status for _term, status in terms(imported)] == [Status.EXCLUDED, Status.PRESENT]
    assert only(imported, "phenotypicFeatures[0].excluded").level is Level.CHANGED


def test_a_repeated_finding_is_kept_once_with_its_onset(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"] = [
        feature("HP:0001250"),
        feature("HP:0001250", onset={"age": {"iso8601duration": "P1Y"}}),
        feature("HP:0001250", onset={"age": {"iso8601duration": "P2Y"}}),
        feature("HP:0001250"),
    ]
    imported = read(packet)
    assert terms(imported) == [("HP:0001250", Status.PRESENT)]
    assert imported.content.findings[0].onset == "P1Y"
    levels = [only(imported, f"phenotypicFeatures[{i}]").level for i in (1, 2, 3)]
    assert levels == [Level.CHANGED, Level.LOST, Level.CHANGED]


def test_a_contradiction_is_kept_and_named(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"].append(feature("HP:0001250", excluded=True))
    imported = read(packet)
    assert ("HP:0001250", Status.PRESENT) in terms(imported) and ("HP:0001250", Status.EXCLUDED) in terms(imported)
    note = only(imported, "phenotypicFeatures[3]")
    assert note.level is Level.PROBLEM and "phenotypicFeatures[0]" in note.message


def test_five_hundred_findings_fill_the_case_with_present_ones_first(
    read: Read, packet: dict[str, Any], ontology: Any
) -> None:
    chosen = [ontology.ids[i] for i in range(ontology.size) if ontology.is_finding(i)][:500]
    packet["phenotypicFeatures"] = [feature(term, excluded=i < 350) for i, term in enumerate(chosen)]
    imported = read(packet)
    statuses = [status for _term, status in terms(imported)]
    assert len(statuses) == FINDING_LIMIT and statuses.count(Status.PRESENT) == 150
    assert only(imported, "phenotypicFeatures[50-349]").level is Level.LOST


def test_the_onset_of_the_only_disease_is_that_of_the_illness(read: Read, packet: dict[str, Any]) -> None:
    packet["diseases"] = [
        {"term": {"id": "OMIM:1"}, "onset": {"age": {"iso8601duration": "P3M"}}},
        {"term": {"id": "OMIM:2"}, "excluded": True, "onset": {"age": {"iso8601duration": "P9Y"}}},
    ]
    imported = read(packet)
    assert imported.content.onset == "P3M"
    assert only(imported, "diseases[0].onset").level is Level.CHANGED
    packet["diseases"][1]["excluded"] = False
    imported = read(packet)
    assert imported.content.onset is None and only(imported, "diseases[1].onset").level is Level.LOST


def test_an_onset_term_among_the_features_is_the_onset_of_the_illness(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"].append(feature("HP:0003577"))
    assert read(packet).content.onset == "HP:0003577"


def test_of_a_family_the_proband_is_read(read: Read, packet: dict[str, Any]) -> None:
    imported = read({"id": "f", "proband": packet, "relatives": [packet], "pedigree": {}, "metaData": {}})
    assert len(imported.content.findings) == 3
    assert only(imported, "proband").level is Level.NOTE
    assert only(imported, "relatives").level is Level.LOST and only(imported, "pedigree").level is Level.LOST


def test_a_packet_without_findings_says_so(read: Read, packet: dict[str, Any]) -> None:
    del packet["phenotypicFeatures"]
    imported = read(packet)
    assert imported.content.findings == () and imported.content.sex is Sex.FEMALE
    assert only(imported, "phenotypicFeatures").level is Level.PROBLEM


def test_words_about_a_finding_are_kept_without_control_characters(read: Read, packet: dict[str, Any]) -> None:
    packet["phenotypicFeatures"] = [feature("HP:0001250", description="fits\u0000 at \ud800night " + "x" * 400)]
    imported = read(packet)
    quote = imported.content.findings[0].quote
    assert quote.startswith("fits  at  night xxx") and len(quote) == 300
    assert only(imported, "phenotypicFeatures[0].description").level is Level.CHANGED


def test_a_name_given_twice_is_pointed_out(read: Read) -> None:
    imported = read('{"subject": {"sex": "MALE", "sex": "FEMALE"}, "phenotypicFeatures": [], "metaData": {}}')
    assert imported.content.sex is Sex.FEMALE and only(imported, "sex").level is Level.PROBLEM


@pytest.mark.parametrize("version", ["3.0", "two", 4])
def test_an_unknown_schema_version_is_read_with_a_warning(read: Read, packet: dict[str, Any], version: Any) -> None:
    packet["metaData"]["phenopacketSchemaVersion"] = version
    assert only(read(packet), "metaData.phenopacketSchemaVersion").level is Level.PROBLEM


def refused(read: Read, data: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(data)
    error = caught.value
    assert error.message and error.hint and error.field == "file" and error.status in {413, 422}
    return error


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "phenopacket.empty", "empty"),
        (b" \n\t", "phenopacket.empty", "empty"),
        (b"\xef\xbb\xbf", "phenopacket.empty", "empty"),
        (b'{"id": "x",}', "phenopacket.json", "line 1, column 12"),
        (b'{\n "id": tru\n}', "phenopacket.json", "line 2, column 8"),
        (b'{"subject": {"id": "a\x00b"}}', "phenopacket.json", "column 22"),
        (b'{"subject": NaN}', "phenopacket.json", "NaN"),
        (b'{"subject": ' + b"9" * 6000 + b"}", "phenopacket.json", "too long"),
        (b'{"subject": {"id": "x"', "phenopacket.json", "breaks"),
        (b"id: packet\nsubject:\n  sex: MALE\n", "phenopacket.not_json", "not JSON"),
        (b"\x0a\x08packet-1\x12\x04", "phenopacket.not_json", "not JSON"),
        (b"\xff\xfe\x00", "phenopacket.encoding", "UTF-16"),
        (b'{"id": "\xe5"}', "phenopacket.encoding", "Byte 9"),
        (b"PK\x03\x04", "phenopacket.packed", "archive"),
        (b"[]", "phenopacket.not_object", "no JSON object"),
        (b'"text"', "phenopacket.not_object", "no JSON object"),
        (b"{}", "phenopacket.unknown", "not a phenopacket"),
        (b'{"name": "SAMN05324082"}', "phenopacket.unknown", "not a phenopacket"),
        (b'{"resourceType": "Bundle"}', "phenopacket.fhir", "FHIR"),
        (b'{"id": "c", "members": [{}, {}]}', "phenopacket.cohort", "2 members"),
        (b'{"subject": ' + b"[" * 900 + b"]" * 900 + b"}", "phenopacket.depth", "nested"),
        (b'{"subject": ' + b"[" * 200_000, "phenopacket.depth", "nested"),
        (b'{"subject": ' + b'{"a":' * 200_000, "phenopacket.depth", "nested"),
        (b'{"id": "' + b"x" * (5 * 1024 * 1024) + b'"}', "input.too_large", "5 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_reason_and_remedy(read: Read, data: bytes, code: str, words: str) -> None:
    error = refused(read, data)
    assert error.code == code and words in error.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_unicode_encodings_are_read(read: Read, encoding: str) -> None:
    text = '{"subject": {"id": "Åsa", "sex": "FEMALE"}, "phenotypicFeatures": [], "metaData": {}}'
    assert read(text.encode(encoding)).content.sex is Sex.FEMALE


def test_two_megabytes_of_other_data_do_no_harm(read: Read, packet: dict[str, Any]) -> None:
    packet["measurements"] = [{"description": "x" * 2_000} for _ in range(1_000)]
    assert len(read(packet).content.findings) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"metaData": {"phenopacketSchemaVersion": "1.0.0"}},
        {"metaData": {"phenopacketSchemaVersion": 1.0}},
        {"metaData": {}, "htsFiles": []},
        {"metaData": {}, "phenotypicFeatures": [{"type": {"id": "HP:0001250"}, "negated": True}]},
    ],
)
def test_a_packet_of_version_1_is_recognised(read: Read, packet: dict[str, Any], change: dict[str, Any]) -> None:
    error = refused(read, packet | change)
    assert error.code == "phenopacket.version" and "Convert" in error.hint
    assert refused(read, {"proband": packet | change}).code == "phenopacket.version"


@pytest.mark.parametrize(
    "wrong", [None, 7, "text", True, [], [None], [7], ["text"], {}, {"a": None}, [[]], [{}], 1e308, "\u0000"]
)
@pytest.mark.parametrize(
    "path",
    [
        ("id",), ("subject",), ("subject", "id"), ("subject", "sex"), ("subject", "timeAtLastEncounter"),
        ("subject", "dateOfBirth"), ("subject", "taxonomy"), ("phenotypicFeatures",), ("phenotypicFeatures", 0),
        ("phenotypicFeatures", 0, "type"), ("phenotypicFeatures", 0, "type", "id"),
        ("phenotypicFeatures", 0, "type", "label"), ("phenotypicFeatures", 0, "excluded"),
        ("phenotypicFeatures", 0, "onset"), ("phenotypicFeatures", 0, "onset", "age"),
        ("phenotypicFeatures", 0, "onset", "age", "iso8601duration"), ("phenotypicFeatures", 0, "description"),
        ("diseases",), ("files",), ("interpretations",), ("metaData",), ("metaData", "phenopacketSchemaVersion"),
    ],
)  # fmt: skip
def test_any_wrong_type_anywhere_is_an_answer_and_not_a_crash(
    read: Read, packet: dict[str, Any], path: tuple[Any, ...], wrong: Any
) -> None:
    place: Any = packet
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    try:
        imported = read(packet)
    except Invalid as error:
        assert error.hint
    else:
        assert imported.content.model_dump_json()
