"""A pasted list is read as people write lists, and what cannot be read names its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.gene_list import MOST_GENES, MOST_PROBLEMS, MOST_TEXT, GeneList, Problem, read_gene_list
from retrieval.model import CandidateGene, Inherited, Zygosity
from tests.retrieval.gene_world import table

TABLE = table()
FULL = CandidateGene("FGFR2", "NCBIGene:2263", 0.93, Zygosity.HETEROZYGOUS, Inherited.DE_NOVO)


def read(text: str) -> GeneList:
    return read_gene_list(text, TABLE)


def symbols(text: str) -> list[str]:
    found = read(text)
    assert not found.problems
    return [gene.symbol for gene in found.genes]


@pytest.mark.parametrize("text", ["FGFR2\nFBN1\nCFTR", "FGFR2, FBN1, CFTR", "fgfr2;fbn1;cftr", "FGFR2\tFBN1\tCFTR\n"])
def test_lines_commas_semicolons_and_tabs_separate_genes(text: str) -> None:
    assert symbols(text) == ["FGFR2", "FBN1", "CFTR"]


@pytest.mark.parametrize("text", ["\ufeffFGFR2 FBN1\r\nCFTR\r\n\r\n", "# my gene list\nFGFR2\n\n#and\nFBN1, CFTR,"])
def test_marks_of_editors_empty_lines_and_comments_do_no_harm(text: str) -> None:
    assert symbols(text) == ["FGFR2", "FBN1", "CFTR"]


@pytest.mark.parametrize(
    "line",
    [
        "FGFR2, 0.93, het, de novo",
        "FGFR2\theterozygous\tDe Novo\t0.93",
        "FGFR2;0,93;0/1;denovo",
        "NCBIGene:2263\t.\t0.93\tHET\tde_novo",
        "fgfr2 0.93 het de novo",
        "gene,score,zygosity,inheritance\nFGFR2,0.93,het,de novo",
        "#Inheritance\tGene\tchrom\tGenotype\tScore\nde novo\tFGFR2\tchr10\t0|1\t0.93",
    ],
)
def test_what_stands_behind_a_gene_is_understood_in_any_order(line: str) -> None:
    found = read(line)
    assert found.problems == ()
    assert found.genes == (FULL,)


@pytest.mark.parametrize(
    ("word", "zygosity"),
    [
        ("hom", Zygosity.HOMOZYGOUS),
        ("1/1", Zygosity.HOMOZYGOUS),
        ("hemi", Zygosity.HEMIZYGOUS),
        ("comp het", Zygosity.COMPOUND),
        ("compound heterozygous", Zygosity.COMPOUND),
        ("GENO:0000135", Zygosity.HETEROZYGOUS),
        ("unknown", Zygosity.UNKNOWN),
        (".", Zygosity.UNKNOWN),
    ],
)
def test_zygosity_in_the_usual_words(word: str, zygosity: Zygosity) -> None:
    assert read(f"FGFR2,{word}").genes[0].zygosity is zygosity


@pytest.mark.parametrize(
    ("word", "inherited"),
    [
        ("mat", Inherited.MOTHER),
        ("paternal", Inherited.FATHER),
        ("both", Inherited.BOTH),
        ("de novo", Inherited.DE_NOVO),
        ("mat,pat", Inherited.BOTH),
        ("n/a", Inherited.UNKNOWN),
    ],
)
def test_origin_in_the_usual_words(word: str, inherited: Inherited) -> None:
    assert read(f"FGFR2,{word}").genes[0].inherited is inherited


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("FGFR2\nFBN1, 1.4", Problem(2, "bad_score", "1.4")),
        ("FGFR2, 93%", Problem(1, "bad_score", "93%")),
        ("FGFR2\n0.5", Problem(2, "no_gene", "0.5")),
        ("FGFR2\nhet", Problem(2, "no_gene", "het")),
        ("FGFR2\n\nhttp://x", Problem(3, "not_a_gene", "http://x")),
        ("FGFR2, heterozygos", Problem(1, "not_a_gene", "heterozygos")),
        ("FGFR2, het, hom", Problem(1, "said_twice", "hom")),
        ("FGFR2,het\nFBN1\nFGFR2,hom", Problem(3, "twice", "FGFR2", other=1)),
        ("gene\tgenotype\nFGFR2\tabc", Problem(2, "bad_zygosity", "abc")),
        ("gene\torigin\nFGFR2\tabc", Problem(2, "bad_inherited", "abc")),
        ("gene\tscore\nFGFR2\tabc", Problem(2, "bad_score", "abc")),
    ],
)
def test_what_cannot_be_read_names_its_line(text: str, problem: Problem) -> None:
    found = read(text)
    assert found.problems == (problem,)
    assert found.genes[0].symbol == "FGFR2"  # the rest is read all the same


def test_a_gene_without_a_disease_is_kept_and_named_with_what_is_near() -> None:
    found = read("FGFR2\nFGFR22\nABCD99")
    assert [gene.symbol for gene in found.genes] == ["FGFR2", "FGFR22", "ABCD99"]
    assert found.unknown == (Problem(2, "unknown", "FGFR22", ("FGFR2",)), Problem(3, "unknown", "ABCD99"))
    assert found.problems == ()


def test_one_gene_on_two_lines_becomes_one_with_what_both_say() -> None:
    (gene,) = read("FGFR2, 0.2, het\nfgfr2, 0.9, mat").genes
    assert (gene.score, gene.zygosity, gene.inherited) == (0.9, Zygosity.HETEROZYGOUS, Inherited.MOTHER)


def test_single_variants_of_either_parent_are_compound_heterozygous() -> None:
    (gene,) = read("CFTR,het,mat\nCFTR,het,pat").genes
    assert (gene.zygosity, gene.inherited) == (Zygosity.COMPOUND, Inherited.BOTH)


def test_the_list_is_bounded() -> None:
    many = read("\n".join(f"GENE{i}" for i in range(MOST_GENES + 5)))
    assert len(many.genes) == MOST_GENES
    assert many.problems == (Problem(MOST_GENES + 1, "too_many"),)
    assert read("A" * (MOST_TEXT + 1)).problems == (Problem(1, "too_long"),)
    assert len(read("\n".join(["http://x"] * 500)).problems) == MOST_PROBLEMS


@given(st.text(alphabet=st.sampled_from("FGR2, ;\t\n\r#.01%/|hetomdnvcpab\x00é-_:"), max_size=200))
def test_no_text_does_harm(text: str) -> None:
    found = read(text)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= problem.line <= lines for problem in (*found.problems, *found.unknown))
    assert all(gene.score is None or 0 <= gene.score <= 1 for gene in found.genes)
    assert len({gene.symbol for gene in found.genes}) == len(found.genes)
