"""The most similar published cases."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.cases import CaseBank, index, match, similarities
from retrieval.cases.compare import ConflictKind, SharedKind
from retrieval.cases.match import top
from retrieval.model import Finding, Profile, Status
from retrieval.ontology.graph import Ontology
from retrieval.snapshot import Snapshot
from tests.retrieval.cases.made import at, bank, case, old_id, plain_similarity, random_cases

SEIZURE, FOCAL, FOCAL_AWARE = "HP:0001250", "HP:0007359", "HP:0002349"
SCOLIOSIS, KYPHOSIS = "HP:0002650", "HP:0002808"
SMALL_HEAD, LARGE_HEAD = "HP:0000252", "HP:0000256"
CATARACT = "HP:0000518"


@pytest.fixture(scope="module")
def hpo(snapshot: Snapshot) -> Ontology:
    return snapshot.ontology


def profile(*present: str, excluded: tuple[str, ...] = ()) -> Profile:
    return Profile((*map(Finding, present), *(Finding(term, Status.EXCLUDED) for term in excluded)))


@pytest.mark.parametrize("common_from", [10**9, 0], ids=["lists", "bits"])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_identical_to_comparing_every_case_by_itself(
    hpo: Ontology, seed: int, common_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "LARGE", common_from)
    chance = np.random.default_rng(seed)
    made = random_cases(hpo, 300, chance)
    cases = bank(hpo, *made)
    assert bool(cases.terms._place) == (common_from == 0)
    hidden = chance.random(cases.size) < 0.1
    for patient in random_cases(hpo, 8, chance):
        terms = {at(hpo, one.term) for one in patient.findings}
        expected = [
            0.0 if hidden[i] else plain_similarity(hpo, terms, set(cases.present(i).tolist()))
            for i in range(cases.size)
        ]
        found = similarities(cases, np.array(sorted(terms)), hidden)
        assert found.tolist() == [float(value) for value in expected]
        order = sorted((i for i in range(cases.size) if expected[i] > 0), key=lambda i: (-expected[i], cases.id(i)))
        listed = match(cases, Profile(patient.findings), limit=25, hidden=hidden)
        assert [one.position for one in listed] == order[:25]


def test_equal_cases_stand_in_order_of_their_ids(hpo: Ontology) -> None:
    cases = bank(hpo, *(case(name, SEIZURE) for name in ("c", "a", "d", "b")))
    assert [one.id for one in match(cases, profile(SEIZURE), limit=3)] == ["a", "b", "c"]


def test_the_same_findings_are_fully_similar_and_unlike_ones_are_not_listed(hpo: Ontology) -> None:
    cases = bank(hpo, case("same", SEIZURE, SCOLIOSIS), case("other", CATARACT))
    first, *rest = match(cases, profile(SCOLIOSIS, SEIZURE))
    assert (first.id, first.similarity) == ("same", 1.0)
    assert all(one.similarity < 0.2 for one in rest)


def test_more_shared_findings_are_more_similar(hpo: Ontology) -> None:
    cases = bank(hpo, case("near", FOCAL, SCOLIOSIS), case("far", FOCAL, CATARACT))
    assert [one.id for one in match(cases, profile(FOCAL, SCOLIOSIS))] == ["near", "far"]


def test_hidden_cases_are_never_listed(hpo: Ontology) -> None:
    cases = bank(hpo, case("a", SEIZURE), case("b", SEIZURE))
    assert [one.id for one in match(cases, profile(SEIZURE), hidden=np.array([True, False]))] == ["b"]


def test_an_obsolete_id_finds_what_its_replacement_finds(snapshot: Snapshot) -> None:
    hpo = snapshot.ontology
    old = old_id(hpo)
    current = hpo.resolve(old).term.id
    cases = bank(hpo, case("a", current), case("b", SEIZURE))
    assert match(cases, profile(old)) == match(cases, profile(current))


def test_an_excluded_finding_changes_no_similarity(hpo: Ontology) -> None:
    plain = bank(hpo, case("a", SEIZURE, SCOLIOSIS))
    cases = bank(hpo, case("a", SEIZURE, SCOLIOSIS, excluded=(CATARACT,)))
    asked = match(cases, profile(SEIZURE, excluded=(SCOLIOSIS,)))[0]
    assert asked.similarity == match(plain, profile(SEIZURE))[0].similarity


def test_shared_findings_say_how_they_meet(hpo: Ontology) -> None:
    cases = bank(hpo, case("a", SCOLIOSIS, FOCAL_AWARE, KYPHOSIS))
    found = match(cases, profile(SCOLIOSIS, FOCAL))[0]
    assert {(one.patient, one.case, one.kind) for one in found.shared} == {
        (SCOLIOSIS, SCOLIOSIS, SharedKind.EXACT),
        (FOCAL, FOCAL_AWARE, SharedKind.NARROWER),
    }
    broader = match(cases, profile("HP:0031165"))  # multifocal seizures are focal ones, the case says less
    assert all(one.kind is not SharedKind.EXACT for one in broader[0].shared)
    assert match(bank(hpo, case("b", SEIZURE)), profile(FOCAL))[0].shared[0].kind is SharedKind.BROADER


def test_a_related_finding_names_where_both_meet(hpo: Ontology) -> None:
    shared = match(bank(hpo, case("a", KYPHOSIS)), profile(SCOLIOSIS))[0].shared[0]
    assert shared.kind is SharedKind.RELATED
    assert shared.through not in (KYPHOSIS, SCOLIOSIS)
    above = {hpo.ids[int(i)] for i in hpo.ancestors(at(hpo, KYPHOSIS))}
    assert shared.through in above & {hpo.ids[int(i)] for i in hpo.ancestors(at(hpo, SCOLIOSIS))}


def test_findings_that_only_share_an_organ_are_missing_and_extra(hpo: Ontology) -> None:
    found = match(bank(hpo, case("a", "HP:0001251", SCOLIOSIS)), profile(SEIZURE, SCOLIOSIS))[0]
    assert found.missing == (SEIZURE,)
    assert found.extra == ("HP:0001251",)


def test_opposites_are_conflicting_and_never_shared(hpo: Ontology) -> None:
    found = match(bank(hpo, case("a", LARGE_HEAD, SCOLIOSIS)), profile(SMALL_HEAD, SCOLIOSIS))[0]
    assert [(one.patient, one.case, one.kind) for one in found.conflicting] == [
        (SMALL_HEAD, LARGE_HEAD, ConflictKind.OPPOSITE)
    ]
    assert found.missing == (SMALL_HEAD,)


def test_absence_passes_down_and_presence_up(hpo: Ontology) -> None:
    absent = match(bank(hpo, case("a", SCOLIOSIS, excluded=(SEIZURE,))), profile(SCOLIOSIS, FOCAL))[0]
    assert [(one.patient, one.case, one.kind) for one in absent.conflicting] == [
        (FOCAL, SEIZURE, ConflictKind.EXCLUDED_IN_CASE)
    ]
    shown = match(bank(hpo, case("a", SCOLIOSIS, FOCAL)), profile(SCOLIOSIS, excluded=(SEIZURE,)))[0]
    assert [one.kind for one in shown.conflicting] == [ConflictKind.EXCLUDED_IN_PATIENT]
    below = match(bank(hpo, case("a", SCOLIOSIS, excluded=(FOCAL,))), profile(SCOLIOSIS, SEIZURE))[0]
    assert below.conflicting == ()


def test_a_patient_without_findings_resembles_nobody(hpo: Ontology) -> None:
    cases = bank(hpo, case("a", SEIZURE))
    assert match(cases, Profile()) == ()
    assert match(cases, profile(excluded=(SEIZURE,))) == ()
    assert match(cases, profile("HP:0000005", "HP:9999999")) == ()
    assert match(cases, profile(SEIZURE), limit=0) == ()


def test_an_empty_bank_answers_with_nothing(hpo: Ontology) -> None:
    empty = CaseBank.empty(hpo)
    assert empty.size == 0
    assert match(empty, profile(SEIZURE)) == ()
    assert len(similarities(empty, np.array([hpo.index(SEIZURE)]))) == 0
    assert empty.citing({"PMID:1"}).tolist() == []


def test_every_finding_at_once_does_not_overflow(hpo: Ontology) -> None:
    everything = np.flatnonzero(hpo.findings)
    cases = bank(hpo, case("all", *(hpo.ids[int(i)] for i in everything)), case("one", SEIZURE))
    found = similarities(cases, everything)
    assert found[cases.index("all")] == 1.0
    assert 0 < found[cases.index("one")] < 0.1


def test_the_top_holds_the_highest_and_breaks_ties_by_position() -> None:
    values = np.array([0.5, 0.0, 0.9, 0.5, 0.5, 0.9], dtype=np.float32)
    assert top(values, 3).tolist() == [2, 5, 0]
    assert top(values, 99).tolist() == [2, 5, 0, 3, 4]
    assert top(values[:0], 3).tolist() == []
