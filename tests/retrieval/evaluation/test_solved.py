"""Solved cases: their names, and finding again the papers of sets that name none."""

from __future__ import annotations

from retrieval.evaluation import SolvedCase
from retrieval.evaluation.solved import findings, matched
from retrieval.model import Finding, Profile, Publication, PublishedCase, Status

OLD = {"HP:0000009": "HP:0000001"}


def case(name: str, terms: str, diagnoses: tuple[str, ...] = ("OMIM:1",), papers: tuple[str, ...] = ()) -> SolvedCase:
    observed = findings(f"HP:000000{one}" for one in terms)
    return SolvedCase(name, Profile(observed), diagnoses, papers)


def papers_of(mine: SolvedCase, *published: SolvedCase) -> tuple[str, ...]:
    (found,) = matched([mine], published, lambda term: OLD.get(term, term))
    return found.publications


def test_the_same_terms_and_diagnosis_are_the_same_patient():
    assert papers_of(case("x", "123"), case("y", "123", papers=("PMID:1",))) == ("PMID:1",)


def test_an_old_id_is_its_replacement():
    assert papers_of(case("x", "923"), case("y", "123", papers=("PMID:1",))) == ("PMID:1",)


def test_half_of_all_terms_is_enough_and_less_is_not():
    assert papers_of(case("x", "123"), case("y", "1245", papers=("PMID:1",))) == ()
    assert papers_of(case("x", "1234"), case("y", "1235", papers=("PMID:1",))) == ("PMID:1",)


def test_another_diagnosis_is_another_patient():
    assert papers_of(case("x", "123"), case("y", "123", ("OMIM:2",), ("PMID:1",))) == ()


def test_a_case_that_names_its_papers_keeps_them():
    assert papers_of(case("x", "123", papers=("PMID:5",)), case("y", "123", papers=("PMID:1",))) == ("PMID:5",)


def test_excluded_findings_are_not_observed():
    profile = Profile((Finding("HP:0000001"), Finding("HP:0000002", Status.EXCLUDED)))
    assert SolvedCase("x", profile, ()).observed == {"HP:0000001"}


def test_a_published_case_is_asked_about_without_its_genes():
    published = PublishedCase(
        id="0" * 16, findings=(Finding("HP:1"),), diagnoses=("OMIM:2", "OMIM:1"), label="P1",
        publications=(Publication("PMID:3", "A title"),),
    )  # fmt: skip
    found = SolvedCase.of(published)
    assert (found.id, found.diagnoses, found.publications) == ("P1", ("OMIM:1", "OMIM:2"), ("PMID:3",))
    assert found.profile.genes == ()


def test_the_digest_changes_with_whatever_changes_a_rank():
    one = case("x", "12", papers=("PMID:1",))
    others = [case("x", "13", papers=("PMID:1",)), case("x", "12"), case("x", "12", ("OMIM:9",), ("PMID:1",))]
    assert one.digest() == case("x", "12", papers=("PMID:1",)).digest()
    assert len({one.digest(), *(other.digest() for other in others)}) == 4
