"""Strata: on a handful of rows, and the published counts on the real material."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_ingest.sources.hpo.fetch import fetch, release
from corpus_ingest.sources.hpo.hpoa import read_rows
from corpus_ingest.sources.phenopackets import read_cases
from retrieval.annotation_rows import AnnotationRow
from retrieval.evaluation import SolvedCase, Strata, Stratum, StratumOf
from retrieval.evaluation.measures import Groups
from retrieval.evaluation.strata import RELEASE, documented_references
from tests import evaluation_world


def rows() -> list[AnnotationRow]:
    columns = [(*one, at) for at, one in enumerate(evaluation_world.ROWS)]
    return [AnnotationRow(*one) for one in columns]


def strata(bank=()) -> Strata:
    return Strata(documented_references(rows()), bank)


def test_a_row_of_the_own_paper_alone_is_no_evidence():
    assert strata().of(["OMIM:100002"], ["PMID:11"]) == StratumOf(diagnosable=False, published_cases=0)


def test_a_row_that_cites_a_further_paper_is_evidence():
    assert strata().of(["OMIM:100001"], ["PMID:11"]).diagnosable
    assert not strata().of(["OMIM:100001"], ["PMID:11", "PMID:12"]).diagnosable


def test_a_row_that_says_absent_is_no_evidence_of_presence():
    assert not strata().of(["OMIM:100002"], ["PMID:11"]).diagnosable  # 0/5 scoliosis cites no other paper either
    assert not any("PMID:11" not in one for one in documented_references(rows())["OMIM:100002"])


def test_another_papers_case_makes_diagnosable_and_is_counted_the_own_is_not():
    bank = [(["OMIM:100002"], ["PMID:11"]), (["OMIM:100002"], ["PMID:77"]), (["OMIM:100002", "ORPHA:8"], [])]
    assert strata(bank).of(["OMIM:100002"], ["PMID:11"]) == StratumOf(diagnosable=True, published_cases=2)


def test_orphanets_rows_are_not_looked_at_whatever_the_ranker_knows():
    assert not strata().of(["ORPHA:6"], []).diagnosable


def test_identities_move_only_cases_that_name_no_omim_id():
    same = {"MONDO:1": ("OMIM:100003", "MONDO:1"), "OMIM:999999": ("OMIM:100003",)}
    found = Strata(documented_references(rows()), (), lambda disease: same.get(disease, ()))
    assert found.of(["MONDO:1"], []).diagnosable
    assert not found.of(["OMIM:999999"], []).diagnosable


def test_the_four_strata():
    with_case, without, nothing = StratumOf(True, 3), StratumOf(True, 0), StratumOf(False, 0)
    inside = {stratum: [one.holds(stratum) for one in (with_case, without, nothing)] for stratum in Stratum}
    assert inside == {
        Stratum.ALL: [True, True, True],
        Stratum.DIAGNOSABLE: [True, True, False],
        Stratum.PUBLISHED: [True, False, False],
        Stratum.UNPUBLISHED: [False, True, False],
    }


@pytest.mark.benchmark_data
def test_the_published_counts_come_out_exactly(benchmark_data: Path):
    """5,750 diagnosable of 7,398 (408 diseases, 852 papers): 3,075 with another published case, 2,675 without."""
    file = fetch().files["phenotype.hpoa"]
    assert release(file) == RELEASE
    cases = [SolvedCase.of(one) for one in read_cases(benchmark_data / "cases" / "phenopackets-dev.zip").cases]
    strata = Strata(documented_references(read_rows(file)), [(one.diagnoses, one.publications) for one in cases])
    inside = [(one, where) for one in cases if (where := strata.of(one.diagnoses, one.publications)).diagnosable]
    groups = Groups.of([one.diagnoses for one, _w in inside], [one.publications for one, _w in inside])
    assert (len(cases), len(inside)) == (7398, 5750)
    assert (len(set(groups.disease.tolist())), len(set(groups.paper.tolist()))) == (408, 852)
    with_case = sum(where.published_cases > 0 for _one, where in inside)
    assert (with_case, len(inside) - with_case) == (3075, 2675)
