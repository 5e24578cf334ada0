"""Reading Mondo's tables: exact matches, subclass edges, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus_ingest.source import Parsed, Unparsable
from corpus_ingest.sources import mondo
from retrieval.hierarchy import RELATIONS
from retrieval.vocabularies import MondoTerm
from tests.corpus_ingest import small_sources as small

GERMLINE = RELATIONS["RO:0004003"]
OMIM = "mondo/mondo_exactmatch_omim.sssom.tsv"
EDGES = "mondo/mondo-rare_edges.tsv"
FILES = small.mondo_files(
    omim=[("0000001", "154700")],
    orphanet=[("0000001", "558")],
    series=[("0000002", "203655")],
    edges=[("0000001", "0000002")],
)


def read(path: Path) -> Parsed:
    source = mondo.source(path)
    return source.parse(source.fetch())


def test_matches_and_edges_become_classes(tmp_path: Path) -> None:
    parsed = read(small.packed(tmp_path / "mondo.zip", FILES))
    exact = (("OMIM:154700", "entry 154700"), ("ORPHA:558", "entry 558"))
    assert parsed.mondo == [
        MondoTerm("MONDO:0000001", "disease 0000001", exact, ("MONDO:0000002",), (("HGNC:1", GERMLINE),)),
        MondoTerm("MONDO:0000002", "disease 0000002", (("OMIMPS:203655", "entry 203655"),)),
    ]
    assert read(small.unpacked(tmp_path / "folder", FILES)) == parsed


def test_codes_of_snomed_and_icd_stay_unread(tmp_path: Path) -> None:
    hidden = {"mondo/mondo_exactmatch_sctid.sssom.tsv": b"\xff", "mondo/mondo_exactmatch_icd10cm.sssom.tsv": b"\xff"}
    assert read(small.packed(tmp_path / "with.zip", FILES | hidden)) == read(
        small.packed(tmp_path / "mondo.zip", FILES)
    )


def test_a_class_may_have_its_name_from_a_table_whose_codes_stay_unread(tmp_path: Path) -> None:
    head = b"# x\nsubject_id\tsubject_label\tpredicate_id\tobject_id\n"
    rows = b"MONDO:0000009\tabove all\tskos:exactMatch\tSCTID:7\nMONDO:0000001\tother\tx\ty\nbad\n\xff\n"
    edges = small.mondo_files(omim=[("0000001", "154700")], edges=[("0000001", "0000009")])
    parsed = read(small.packed(tmp_path / "m.zip", edges | {"mondo/mondo_exactmatch_sctid.sssom.tsv": head + rows}))
    assert [(term.id, term.name) for term in parsed.mondo] == [
        ("MONDO:0000001", "disease 0000001"),
        ("MONDO:0000009", "above all"),
    ]
    assert "SCTID" not in repr(parsed)


OBO = "http://purl.obolibrary.org/obo/"


def graph(*edges: tuple[str, str, str], nodes: tuple[dict[str, object], ...] = ()) -> bytes:
    body = {"nodes": list(nodes), "edges": [{"sub": a, "pred": how, "obj": b} for a, how, b in edges]}
    return json.dumps({"graphs": [body]}).encode()


def test_the_edges_may_come_with_the_ontology_itself_and_name_every_class(tmp_path: Path) -> None:
    without = {name: content for name, content in FILES.items() if name != EDGES}
    ontology = graph(
        (f"{OBO}MONDO_0000001", "is_a", f"{OBO}MONDO_0000002"),
        (f"{OBO}MONDO_0000002", "is_a", f"{OBO}MONDO_0000009"),
        (f"{OBO}MONDO_0000001", f"{OBO}RO_0004003", "http://identifiers.org/hgnc/1"),
        (f"{OBO}MONDO_0000001", f"{OBO}RO_0004029", f"{OBO}GO_0000001"),
        (f"{OBO}UBERON_1", "is_a", f"{OBO}UBERON_2"),
        nodes=(
            {"id": f"{OBO}MONDO_0000009", "lbl": "above all", "type": "CLASS"},
            {"id": f"{OBO}MONDO_0000001", "lbl": "other name"},
            {"id": f"{OBO}MONDO_0000008", "lbl": "gone", "meta": {"deprecated": True}},
            {"id": f"{OBO}RO_0004003"},
        ),
    )
    parsed = read(small.packed(tmp_path / "m.zip", without | {"mondo/mondo-rare.json": ontology}))
    assert [(term.id, term.name, term.parents, term.genes) for term in parsed.mondo] == [
        ("MONDO:0000001", "disease 0000001", ("MONDO:0000002",), (("HGNC:1", GERMLINE),)),
        ("MONDO:0000002", "disease 0000002", ("MONDO:0000009",), ()),
        ("MONDO:0000009", "above all", (), ()),
    ]
    for bad in (b"[]", b"{", b'{"graphs": []}', graph(), graph(("a", "is_a", "b"))):
        with pytest.raises(Unparsable, match=r"mondo-rare\.json"):
            read(small.packed(tmp_path / "bad.zip", without | {"mondo/mondo-rare.json": bad}))


def test_version_licence_and_citation_are_stated(tmp_path: Path) -> None:
    source = mondo.source(small.packed(tmp_path / "mondo.zip", FILES))
    record = source.describe(source.fetch())
    assert (record.name, record.version) == ("mondo", "2030-03-03")
    assert "zero/1.0" in record.licence
    assert "CC BY 4.0" in record.citation


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (OMIM, b"skos:exactMatch", b"skos:closeMatch", "line 5: predicate_id is not skos:exactMatch"),
        (OMIM, b"OMIM:154700", b"OMIM:PS1", "line 5: object_id is not an id of OMIM"),
        (OMIM, b"MONDO:0000001\t", b"DOID:1\t", "line 5: subject_id and subject_label name no class of Mondo"),
        (OMIM, b"object_id\t", b"object\t", "line 4: the column object_id is missing"),
        (OMIM, b"\tsemapv:x", b"", "line 5: 5 columns instead of 6"),
        (OMIM, b"entry 154700", b"\xff", "line 5: the line is not UTF-8"),
        (EDGES, b"MONDO:0000001\tbiolink:sub", b"DOID:1\tbiolink:sub", "line 3: subject and object are not both"),
        (EDGES, b"MONDO:0000001\tbiolink:rel", b"DOID:1\tbiolink:rel", "line 2: the edge to a gene names no class"),
        (EDGES, b"RO:0004003", b"", "line 2: the edge to a gene names no class of Mondo, or no relation"),
        (EDGES, b"\trelation\t", b"\trel\t", "line 1: the column relation is missing"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, file: str, old: bytes, new: bytes, said: str) -> None:
    assert old in FILES[file]
    spoilt = FILES | {file: FILES[file].replace(old, new)}
    with pytest.raises(Unparsable) as caught:
        read(small.packed(tmp_path / "mondo.zip", spoilt))
    assert said in caught.value.message
    assert file.rpartition("/")[2] in caught.value.message


def test_a_table_without_its_release_is_refused(tmp_path: Path) -> None:
    source = mondo.source(small.packed(tmp_path / "m.zip", FILES | {OMIM: FILES[OMIM].replace(b"releases", b"drafts")}))
    with pytest.raises(Unparsable, match="names no release"):
        source.describe(source.fetch())


def test_a_missing_or_doubled_table_is_named(tmp_path: Path) -> None:
    without = {name: content for name, content in FILES.items() if name != EDGES}
    with pytest.raises(Unparsable, match=r"mondo-rare_edges\.tsv is missing"):
        read(small.packed(tmp_path / "m.zip", without))
    with pytest.raises(Unparsable, match="occurs twice"):
        read(small.packed(tmp_path / "m.zip", FILES | {f"copy/{Path(OMIM).name}": FILES[OMIM]}))


@pytest.mark.benchmark_data
def test_the_real_tables_are_read_whole(benchmark_data: Path) -> None:
    parsed = read(benchmark_data / "knowledge" / "mondo-mappings.zip")
    targets = [target.partition(":")[0] for term in parsed.mondo for target, _ in term.exact]
    assert [targets.count(name) for name in ("OMIM", "ORPHA", "OMIMPS")] == [10_045, 9_785, 615]
    assert sum(len(term.parents) for term in parsed.mondo) == 28_842
    assert sum(len(term.genes) for term in parsed.mondo) == 1_071
    assert {how for term in parsed.mondo for _, how in term.genes} == {GERMLINE}
