"""What a candidate opens to: explains, does not explain, against, expected; and how steady it leads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

import pytest

from retrieval.diseases import DiseaseTable, Quoted
from retrieval.model import Finding, Profile, Sex, Status
from retrieval.ranking import movement, ranking_json
from retrieval.ranking.explain import EXPECTED_AT_LEAST, Sources
from retrieval.ranking.scorer import NOTHING
from retrieval.snapshot import Snapshot
from tests.retrieval.ranking.world import ontology_and_diseases, profile, ranker, term

LIMBS = profile("Arachnodactyly", "Ectopia lentis", "Short stature", "Hearing impairment", excluded=("Microcephaly",))


def test_contributions_fall_into_four_lists() -> None:
    explanation = ranker().explain(LIMBS, "OMIM:100001")
    assert [one.finding for one in explanation.explains] == [term("Arachnodactyly"), term("Ectopia lentis")]
    assert [one.finding for one in explanation.unexplained] == [term("Hearing impairment")]
    assert [one.finding for one in explanation.against] == [term("Short stature")], "tall stature is documented"
    assert explanation.disease.name == "Long limb syndrome"
    assert explanation.candidate.rank == 1


def test_every_contribution_but_silence_is_in_exactly_one_list() -> None:
    explanation = ranker().explain(LIMBS, "OMIM:100003")
    listed = [*explanation.explains, *explanation.unexplained, *explanation.against]
    assert sorted(map(repr, listed)) == sorted(map(repr, explanation.candidate.contributions))


def test_the_explanation_is_the_ranking() -> None:
    ranking = ranker().rank(LIMBS)
    for candidate in ranking.candidates[:5]:
        assert ranker().explain(LIMBS, candidate.id).candidate == candidate


def test_expected_findings_are_frequent_unasked_and_ordered_by_what_they_tell() -> None:
    explanation = ranker().explain(LIMBS, "OMIM:100001")
    assert [one.term for one in explanation.expected] == [term("Aortic root aneurysm")]
    (one,) = explanation.expected
    assert one.frequency.value >= EXPECTED_AT_LEAST
    assert (one.frequency.n, one.frequency.m) == (7, 10)
    assert one.elsewhere < one.frequency.value
    assert one.references == ("PMID:001",)
    empty = ranker().explain(Profile(), "OMIM:100001").expected
    assert [e.gain for e in empty] == sorted((e.gain for e in empty), reverse=True)
    assert len(empty) == 4, "all that it documents is frequent"


@pytest.mark.parametrize("status", list(Status))
def test_what_was_asked_in_any_way_is_not_expected(status: Status) -> None:
    asked = Profile((Finding(term("Aortic root aneurysm"), status), Finding(term("Abnormality of the eye"), status)))
    terms = {one.term for one in ranker().explain(asked, "OMIM:100001").expected}
    assert terms == {term("Arachnodactyly"), term("Tall stature")}, "nor are its relatives"


def test_what_a_patient_cannot_have_is_not_expected(snapshot: Snapshot) -> None:
    """Smith-Lemli-Opitz syndrome documents cryptorchidism, hypospadias and intellectual disability as frequent."""

    def below(branch: str) -> set[str]:
        index = snapshot.ontology.index(branch)
        assert index is not None
        return {snapshot.ontology.ids[i] for i in snapshot.ontology.descendants(index).tolist()}

    male, disability = below("HP:0010461"), below("HP:0001249")

    def expected(**given: Any) -> set[str]:
        asked = Profile((Finding("HP:0004691"),), **given)
        cannot = snapshot.ranker.cannot_have(asked)
        found = {one.term for one in snapshot.ranker.explain(asked, "OMIM:270400").expected}
        assert not found & cannot
        return found

    assert expected() & male and expected(sex=Sex.MALE) & male
    assert not expected(sex=Sex.FEMALE) & male
    assert disability <= snapshot.ranker.cannot_have(Profile(age="P2Y"))
    assert not disability & snapshot.ranker.cannot_have(Profile(age="P9Y"))


@pytest.mark.parametrize("status", list(Status))
def test_a_profile_speaks_of_its_findings_and_their_relatives_and_of_the_opposites_of_what_is_present(
    status: Status,
) -> None:
    spoken = ranker().spoken_of(Profile((Finding(term("Short stature"), status), Finding(term("Seizure"), status))))
    assert {term("Short stature"), term("Focal-onset seizure")} <= spoken
    assert (term("Tall stature") in spoken) is (status is Status.PRESENT)
    assert term("Ectopia lentis") not in spoken


def test_the_nearest_documented_finding_is_named_and_earns_nothing() -> None:
    explanation = ranker().explain(profile("Ataxia"), "OMIM:100003")
    assert explanation.unexplained
    assert explanation.nearest == (), "sharing the nervous system is no nearness"


def test_a_leader_by_one_finding_is_not_steady() -> None:
    steady = ranker().stability(profile("Arachnodactyly", "Ectopia lentis", "Aortic root aneurysm", "Ataxia"))
    assert steady.leader == "OMIM:100001"
    assert steady.kept == len(steady.without) == 4
    shaky = ranker().stability(profile("Arachnodactyly", "Microcephaly"))
    changed = {one.finding: one for one in shaky.without if one.rank_of_leader > 1}
    assert len(changed) == 1
    assert shaky.kept == 1


def test_leaving_a_finding_out_is_ranking_without_it() -> None:
    names = ("Seizure", "Focal-onset seizure", "Microcephaly", "Ataxia")
    stability = ranker().stability(profile(*names, excluded=("Cataract",)))
    assert len(stability.without) == 5
    for one in stability.without:
        rest = tuple(name for name in names if term(name) != one.finding)
        excluded = () if one.finding == term("Cataract") else ("Cataract",)
        again = ranker().rank(profile(*rest, excluded=excluded), limit=400)
        assert again.candidates[0].id == one.leader
        assert next(c.rank for c in again.candidates if c.id == stability.leader) == one.rank_of_leader


def test_nothing_leads_without_findings() -> None:
    assert ranker().stability(Profile()).leader is None


def test_movement_names_who_rose_fell_entered_and_left() -> None:
    before = ranker().rank(profile("Microcephaly"), limit=12)
    after = ranker().rank(profile("Microcephaly", "Arachnodactyly", "Ectopia lentis"), limit=12)
    moves = {move.id: move for move in movement(before, after)}
    assert moves["OMIM:100001"].after == 1
    assert moves["OMIM:100001"].before != 1
    assert moves["OMIM:100003"].before == 1
    assert moves["OMIM:100003"].after == 2
    assert movement(before, before) == ()
    first = {c.id for c in before.candidates[:10]} | {c.id for c in after.candidates[:10]}
    assert set(moves) <= first


def test_the_json_adds_up_and_is_finite() -> None:
    ontology, _ = ontology_and_diseases()
    ranking = ranker().rank(LIMBS)
    text = json.dumps(ranking_json(ontology, ranking, snapshot="abc", case="case-1", citation="HPO"), allow_nan=False)
    read = json.loads(text)
    assert (read["snapshot"], read["case"], read["citation"]) == ("abc", "case-1", "HPO")
    assert (read["outcome"], read["reasons"]) == ("ranked", [])
    first = read["candidates"][0]
    assert set(first) == {
        *("rank", "id", "ids", "name", "score", "prior"),
        *("probability", "strength", "genes", "contributions"),
    }
    assert 0 <= read["none_of_these"] <= 1
    for candidate in read["candidates"]:
        total = candidate["prior"] + sum(one["value"] for one in candidate["contributions"])
        assert total == pytest.approx(candidate["score"], abs=1e-9)
    one = first["contributions"][0]
    assert one["label"] == "Arachnodactyly" or one["finding"] != term("Arachnodactyly")
    assert {"kind", "finding", "value", "matched", "match", "frequency", "background", "references", "evidence"} <= set(
        one
    )


def test_what_another_ranking_forgets_meanwhile_is_still_quoted() -> None:
    """A ranker is shared between threads: one of them may empty the memory while another one reads from it."""

    class Table:
        def quoted(self, rows: Iterable[int]) -> Iterator[Quoted]:
            for row in rows:
                sources.forget()
                yield Quoted(f"HP:{row:07}", None, (), "", None)

    sources = Sources(cast(DiseaseTable, Table()))
    assert [one.term for one in sources([7, 8, 7])] == ["HP:0000007", "HP:0000008", "HP:0000007"]
    assert [one.term for one in sources([NOTHING, 9])] == [None, "HP:0000009"]
