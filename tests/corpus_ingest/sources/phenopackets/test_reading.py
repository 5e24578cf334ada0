"""Where cases come from: a file, a directory, a zip, a list. What is bad never stops what is good."""

from __future__ import annotations

import copy
import json
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_ingest.archive import UnsafeArchive
from corpus_ingest.sources.phenopackets import UnreadableCases, read_cases
from corpus_ingest.sources.phenopackets.report import (
    MALFORMED,
    NESTED,
    NO_CASE,
    NO_DIAGNOSIS,
    NO_FINDING,
    NOT_JSON,
    TWICE,
)
from retrieval.model import CaseGene, Finding, Publication, Sex, Status, Zygosity
from retrieval.snapshot import Snapshot
from tests.corpus_ingest.sources.phenopackets.made import call, hgvs, interpretation, listed, pack, packet, write


def test_a_file_a_directory_and_a_zip_give_the_same_cases(tmp_path: Path) -> None:
    one, two = packet("PMID_1_a"), packet("PMID_1_b", "HP:0002650")
    write(tmp_path / "folder" / "deep" / "PMID_1_a.json", one)
    write(tmp_path / "folder" / "PMID_1_b.json", two)
    (tmp_path / "folder" / "README.md").write_text("words")
    archive = pack(tmp_path / "all.zip", {"x/PMID_1_a.json": one, "PMID_1_b.json": two, "README.md": "words"})
    single = read_cases(tmp_path / "folder" / "PMID_1_b.json").cases
    assert {case.id for case in read_cases(tmp_path / "folder").cases} == {
        case.id for case in read_cases(archive).cases
    }
    assert single[0].id in {case.id for case in read_cases(archive).cases}
    assert read_cases(archive).rejects == ()


def test_the_list_form_gives_everything_it_may_hold(tmp_path: Path) -> None:
    entry = listed(
        "MME-1",
        "HP:0001250",
        excluded=["HP:0002650"],
        diagnoses=["OMIM:610536", "ORPHA:79113", "CCRD:1"],
        pmids=["123", "PMID:124", 125],
        genes=["EFTUD2", {"symbol": "NAT2", "id": "HGNC:7646", "zygosity": "homozygous"}],
        sex="F",
        onset="HP:0003577",
    )
    found = read_cases(write(tmp_path / "list.json", [entry]))
    (case,) = found.cases
    assert case.findings == (Finding("HP:0001250"), Finding("HP:0002650", Status.EXCLUDED))
    assert case.diagnoses == ("OMIM:610536", "ORPHA:79113")
    assert case.publications == (Publication("PMID:123"), Publication("PMID:124"), Publication("PMID:125"))
    assert case.genes == (CaseGene("EFTUD2"), CaseGene("NAT2", "HGNC:7646", Zygosity.HOMOZYGOUS))
    assert (case.label, case.sex, case.onset) == ("MME-1", Sex.FEMALE, "HP:0003577")
    assert found.left_out == {"diagnosis of another vocabulary": 1}


def test_a_cohort_a_family_and_a_list_of_packets_are_taken_apart(tmp_path: Path) -> None:
    members = [packet("a"), packet("b")]
    for value in (members, {"id": "c", "members": members}):
        assert [case.label for case in read_cases(write(tmp_path / "x.json", value)).cases] == ["a", "b"]
    family = {"proband": packet("p"), "relatives": [packet("r")]}
    assert [case.label for case in read_cases(write(tmp_path / "x.json", family)).cases] == ["p"]


def test_every_reject_has_its_name_and_reason_and_the_others_are_read(tmp_path: Path) -> None:
    entries = [
        listed("good"),
        listed("undiagnosed", diagnoses=[]),
        listed("nothing", observed=["fever"]),
        listed("wrong", observed="HP:0001250"),
        listed("good"),
        7,
        listed(None),  # type: ignore[arg-type]
        listed("genes", genes=[5]),
    ]
    found = read_cases(
        pack(
            tmp_path / "x.zip",
            {
                "a.json": "{",
                "b.json": b"\xff\xfe\x00",
                "c.json": {"hello": 1},
                "d.json": "[" * 100_000,
                "e.json": '{"observed": [NaN], "x": 1}',
                "f.json": entries,
                "inner.zip": b"PK",
                "__MACOSX/._f.json": b"\x00",
                "z.json": packet(),
            },
        )
    )
    assert [case.label for case in found.cases] == ["good", "PMID_123_patient"]
    assert {(one.name, one.reason) for one in found.rejects} == {
        ("a.json", NOT_JSON),
        ("b.json", NOT_JSON),
        ("c.json", NO_CASE),
        ("d.json", MALFORMED),
        ("e.json", NOT_JSON),
        ("f.json[1]", NO_DIAGNOSIS),
        ("f.json[2]", NO_FINDING),
        ("f.json[3]", MALFORMED),
        ("f.json[4]", TWICE),
        ("f.json[5]", NO_CASE),
        ("f.json[6]", MALFORMED),
        ("f.json[7]", MALFORMED),
        ("inner.zip", NESTED),
    }


@pytest.mark.parametrize("name", ["../evil.json", "/etc/evil.json", "a/../../evil.json", "C:/evil.json", "a\\b.json"])
def test_a_zip_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    archive = pack(tmp_path / "x.zip", {"good.json": packet(), "@" * len(name): packet("b")})
    archive.write_bytes(archive.read_bytes().replace(b"@" * len(name), name.encode()))
    with pytest.raises(UnsafeArchive, match="leads outside"):
        read_cases(archive)


def test_a_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        link = zipfile.ZipInfo("link.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeArchive, match="is a link"):
        read_cases(tmp_path / "x.zip")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    archive = pack(tmp_path / "x.zip", {"a.json": packet(), "bomb.json": b" " * (20 * 1024**2)})
    with pytest.raises(UnsafeArchive, match="packed more tightly"):
        read_cases(archive)


def test_a_damaged_zip_is_one_error(tmp_path: Path) -> None:
    archive = pack(tmp_path / "x.zip", {"a.json": packet()})
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableCases, match="damaged"):
        read_cases(archive)


def test_links_in_a_directory_are_passed_over(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.json", packet("secret"))
    write(tmp_path / "folder" / "a.json", packet("a"))
    (tmp_path / "folder" / "b.json").symlink_to(secret)
    assert [case.label for case in read_cases(tmp_path / "folder").cases] == ["a"]


def test_a_path_with_nothing_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCases) as caught:
        read_cases(tmp_path / "nothing.zip")
    assert "Name a phenopacket" in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", packet())
    path.chmod(0)
    with pytest.raises(UnreadableCases, match=r"x\.json"):
        read_cases(path)


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(packet()).encode())
    assert len(read_cases(path).cases) == 1


# Values that a careless or hostile program may put anywhere in a packet.
ODD: list[Any] = [None, 0, -1, 10**400, True, "", "x", [], {}, [[]], {"id": 1}, {"age": 3}, [None], "HP:0001250"]


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_in_a_file_ever_stops_the_reading(tmp_path: Path, data: st.DataObject) -> None:
    calls = interpretation(call(**hgvs("NM_1:c.1A>T"), vcfRecord={"chrom": "1"}), call())
    features = [{"type": {"id": "HP:0001250"}, "excluded": False, "onset": {"age": {"iso8601duration": "P1Y"}}}]
    value: Any = data.draw(st.sampled_from([packet(interpretations=[calls], phenotypicFeatures=features), listed()]))
    value = json.loads(json.dumps(value))
    for _ in range(data.draw(st.integers(1, 3))):
        spot = data.draw(st.sampled_from(list(places(value))))
        spot[0][spot[1]] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    found = read_cases(write(tmp_path / "x.json", [value, packet("good")]))
    assert found.cases[-1].label == "good"
    assert len(found.cases) + len(found.rejects) == 2


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) at which something stands."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


# --- the real ones ---------------------------------------------------------


def independently(archive: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(archive) as files:
        return [json.loads(files.read(name)) for name in files.namelist() if name.endswith(".json")]


@pytest.mark.benchmark_data
def test_the_published_cases_are_read_without_a_reject(benchmark_data: Path, snapshot: Snapshot) -> None:
    archive = benchmark_data / "cases" / "phenopackets-dev.zip"
    found = read_cases(archive, snapshot.ontology)
    packets = independently(archive)
    assert len(found.cases) == len(packets) == 7_398
    assert found.rejects == ()
    by_label = {case.label: case for case in found.cases}
    for one in packets[::50]:
        case = by_label[one["id"]]
        current = snapshot.ontology.index
        stated = {(current(f["type"]["id"]), bool(f.get("excluded"))) for f in one["phenotypicFeatures"]}
        assert {(current(f.term), f.status is Status.EXCLUDED) for f in case.findings} == {
            (term, absent) for term, absent in stated if term is not None
        }
        assert case.diagnoses == (one["diseases"][0]["term"]["id"],)
        assert {p.id for p in case.publications} == {r["id"] for r in one["metaData"]["externalReferences"]}
    assert sum(bool(case.genes) for case in found.cases) == sum(
        bool(i["diagnosis"].get("genomicInterpretations")) for one in packets for i in one["interpretations"]
    )
    assert len({tuple(case.diagnoses) for case in found.cases}) == 649


@pytest.mark.benchmark_data
@pytest.mark.parametrize(
    ("name", "count"), [("pheval-lirical.zip", 277), ("rarebench-mme.json", 40), ("rarebench-lirical.json", 370)]
)
def test_other_published_sets_are_read_whole(benchmark_data: Path, snapshot: Snapshot, name: str, count: int) -> None:
    found = read_cases(benchmark_data / "cases" / name, snapshot.ontology)
    assert (len(found.cases), found.rejects) == (count, ())
    if name.startswith("pheval"):
        assert all(case.publications and case.genes and case.genes[0].id.startswith("HGNC:") for case in found.cases)
