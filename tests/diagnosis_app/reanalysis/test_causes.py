"""Two small snapshots that differ in one thing: the reason names exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from diagnosis_app.reanalysis.causes import Compared, compare
from diagnosis_app.reanalysis.reasons import Kind, Reason
from retrieval.model import Profile
from retrieval.ranking import Ranker
from retrieval.snapshot import Snapshot, open_snapshot
from retrieval.vocabularies import OrphanetEntry
from tests.diagnosis_app.reanalysis.small import (
    AORTA,
    ARACHNODACTYLY,
    CLEFT,
    DEAF,
    DISEASES,
    ECTOPIA,
    LISTED,
    MYOPIA,
    PATIENT,
    TALL,
    World,
    patient,
    published,
    same_in_mondo,
)
from tests.retrieval.ranking.world import PLAIN, TERMS

SIXTH = "OMIM:300006"
Between = Callable[..., Compared]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[World], Snapshot]:
    """built(world): each world once."""
    folder, known = tmp_path_factory.mktemp("knowledge"), {}

    def build(world: World) -> Snapshot:
        key = repr(world)
        if key not in known:
            known[key] = world.build(folder)
        return known[key]

    return build


@pytest.fixture
def between(built: Callable[[World], Snapshot]) -> Between:
    def look(before: World, after: World, profile: Profile | None = None) -> Compared:
        return compare(built(before), built(after), profile or patient())

    return look


def names(compared: Compared) -> tuple[list[str], list[str]]:
    return [one.name for one in compared.before], [one.name for one in compared.after]


def only(compared: Compared) -> Reason:
    assert compared.changed
    assert len(compared.reasons) == 1, [(one.kind, one.name, one.about) for one in compared.reasons]
    return compared.reasons[0]


def stated(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(row["frequency"]["n"], row["frequency"]["m"]) for row in rows]


def test_the_same_knowledge_gives_the_same_list_and_no_reason(between: Between) -> None:
    found = between(World(), World())
    assert names(found) == (LISTED, LISTED)
    assert not found.changed and found.reasons == ()


def test_other_knowledge_that_leaves_the_list_as_it_was_gives_no_reason(between: Between) -> None:
    found = between(World(), World().with_rows("OMIM:200001", (MYOPIA, "3/10")))
    assert not found.changed and found.reasons == ()


def test_an_annotation_that_came(between: Between) -> None:
    found = between(World(), World().with_rows(SIXTH, (CLEFT, "9/10")))
    reason = only(found)
    assert (reason.kind, reason.disease, reason.name) == (Kind.ANNOTATION_ADDED, SIXTH, "Sixth")
    assert (reason.about["term"], reason.about["label"]) == (CLEFT, "Cleft palate")
    assert reason.about["before"] == [] and stated(reason.about["after"]) == [(9, 10)]
    assert reason.about["references"] == ["PMID:0006"]
    assert reason.change > 2
    assert [one.other for one in found.after] == [1, 2, 6, 3, 4]
    assert [one.other for one in found.before] == [1, 2, 4, 5, 6]


def test_an_annotation_that_went(between: Between) -> None:
    reason = only(between(World(), World().without_row("OMIM:300002", ARACHNODACTYLY)))
    assert (reason.kind, reason.name, reason.about["term"]) == (Kind.ANNOTATION_GONE, "Second", ARACHNODACTYLY)
    assert stated(reason.about["before"]) == [(8, 10)] and reason.about["after"] == []
    assert reason.change < -1


def test_an_annotation_with_another_frequency(between: Between) -> None:
    reason = only(between(World(), World().with_rows("OMIM:300004", (AORTA, "1/10"))))
    assert (reason.kind, reason.name, reason.about["term"]) == (Kind.ANNOTATION_CHANGED, "Fourth", AORTA)
    assert stated(reason.about["before"]) == [(8, 10)] and stated(reason.about["after"]) == [(1, 10)]


def test_a_published_case_that_came_and_one_that_went(between: Between) -> None:
    # Another case is there already, so that the fitted weights are those for knowledge with cases on both sides.
    before = replace(World(), cases=(published("c001", "OMIM:300001", DEAF),))
    after = replace(before, cases=(*before.cases, published("c002", SIXTH, *PATIENT, pmid="PMID:4242")))
    came, went = only(between(before, after)), only(between(after, before))
    assert (came.kind, came.disease, went.kind) == (Kind.CASE_ADDED, SIXTH, Kind.CASE_GONE)
    (case,) = came.about["cases"]
    assert case["id"] == "c002" and case["label"] == "Patient 2"
    assert case["publications"] == [{"id": "PMID:4242", "title": "A patient with long limbs"}]
    assert came.change > 0 > went.change


def test_entries_that_became_one_disease_and_that_ceased_to_be(between: Between) -> None:
    apart = World().with_rows("ORPHA:9", (CLEFT, "9/10"), (TALL, "9/10"), name="Sixth of Orphanet")
    together = replace(apart, mondo=(same_in_mondo("6", SIXTH, "ORPHA:9"),))
    merged, split = only(between(apart, together)), only(between(together, apart))
    assert (merged.kind, split.kind) == (Kind.MERGED, Kind.SPLIT)
    assert merged.disease == split.disease == SIXTH
    assert merged.about["ids"] == split.about["ids"] == [{"id": "ORPHA:9", "name": "Sixth of Orphanet"}]
    assert merged.change > 2 and split.change < -2


def test_two_of_the_first_five_that_became_one_disease_leave_a_place_to_the_next(between: Between) -> None:
    listed = replace(World(), orphanet=(OrphanetEntry("ORPHA:7", "Twin", "Disease"),))
    twins = listed.with_rows("ORPHA:7", (ARACHNODACTYLY, "8/10"), (ECTOPIA, "8/10"), (AORTA, "8/10"), name="Twin")
    together = replace(twins, mondo=(same_in_mondo("7", "OMIM:300002", "ORPHA:7"),))
    found = between(twins, together)
    assert names(found) == (["First", "Second", "Twin", "Third", "Fifth"], LISTED)
    reason = only(found)
    assert (reason.kind, reason.name, reason.about["ids"]) == (
        Kind.MERGED, "Second", [{"id": "ORPHA:7", "name": "Twin"}],
    )  # fmt: skip
    parted = only(between(together, twins))
    assert (parted.kind, parted.about["ids"]) == (Kind.SPLIT, [{"id": "ORPHA:7", "name": "Twin"}])


def test_a_disease_that_is_new_and_one_that_is_gone(between: Between) -> None:
    more = World().with_rows("OMIM:300009", *DISEASES["OMIM:300001"][1], name="New one")
    new, gone = only(between(World(), more)), only(between(more, World()))
    assert (new.kind, new.name) == (Kind.DISEASE_NEW, "New one")
    assert (gone.kind, gone.name) == (Kind.DISEASE_GONE, "New one")


def test_a_gene_that_is_linked_now_and_one_that_no_longer_is(between: Between) -> None:
    others = tuple((f"G{i}", f"OMIM:{200000 + i}") for i in range(200))
    known = replace(World(), genes=(("HERE", "OMIM:200299"), *others))
    linked = replace(known, genes=(*known.genes, ("HERE", SIXTH)))
    asked = patient(genes=("HERE",))
    came, went = only(between(known, linked, asked)), only(between(linked, known, asked))
    assert (came.kind, came.disease, came.about["genes"]) == (Kind.GENE_ADDED, SIXTH, ["HERE"])
    assert (went.kind, went.disease, went.about["genes"]) == (Kind.GENE_GONE, SIXTH, ["HERE"])


def test_a_term_that_stands_elsewhere_in_the_ontology(between: Between) -> None:
    moved = {**TERMS, ARACHNODACTYLY: ("Arachnodactyly", ("HP:0000118",))}
    asked = patient("HP:0001167", ECTOPIA, AORTA, TALL, CLEFT)  # an abnormal finger, of which arachnodactyly was one
    low = World().with_rows("OMIM:300004", (ECTOPIA, "5/10"))
    found = between(low, replace(low, terms=moved), asked)
    assert found.changed, names(found)
    assert {one.kind for one in found.reasons} <= {Kind.ONTOLOGY, Kind.BACKGROUND}
    assert found.reasons[0].disease == "", "it speaks of no single disease"


def test_what_became_common_everywhere_is_named_where_nothing_else_explains(between: Between) -> None:
    common = World()
    for i in range(60):
        rows = ((AORTA, "9/10"), (DEAF, "9/10"), ("HP:0000518", "9/10"), ("HP:0001513", "9/10"))
        common = common.with_rows(f"OMIM:{400000 + i}", *rows, name=f"Heart {i}")
    found = between(World(), common)
    assert found.changed
    assert {one.kind for one in found.reasons} == {Kind.BACKGROUND}
    assert "Aortic root aneurysm" in {one.about.get("label") for one in found.reasons}


def test_weights_that_were_fitted_anew(built: Callable[[World], Snapshot]) -> None:
    before = built(World().with_rows("OMIM:300003", ("HP:0001251", "9/10"), ("HP:0001263", "9/10")))
    after = open_snapshot(before.directory)
    whole = replace(PLAIN, name="other", weights=replace(PLAIN.weights, profile=-90.0))  # what fits best is last
    after.__dict__["ranker"] = after._part(
        "ranker", lambda arrays: Ranker(after.ontology, after.diseases, arrays, fitted=whole)
    )
    found = compare(before, after, patient())
    assert found.changed, names(found)
    reason = only(found)
    assert reason.kind is Kind.WEIGHTS and not reason.disease
    assert reason.about == {"before": before.ranker.version, "after": "other-"}


def test_findings_that_are_no_longer_specific_enough_for_a_list(between: Between) -> None:
    common = World()
    for i in range(80):
        rows = ((ARACHNODACTYLY, "9/10"), (ECTOPIA, "9/10"), (AORTA, "9/10"), (DEAF, "9/10"))
        common = common.with_rows(f"OMIM:{400000 + i}", *rows, name=f"Limb {i}")
    three = patient(ARACHNODACTYLY, ECTOPIA, AORTA)
    gone, back = only(between(World(), common, three)), only(between(common, World(), three))
    assert (gone.kind, back.kind) == (Kind.NOT_ENOUGH_NOW, Kind.ENOUGH_NOW)
    assert gone.about["before"] == 3 and gone.about["after"] < 3


def test_a_reason_is_plain_data_with_what_it_moved(between: Between) -> None:
    import json

    data = only(between(World(), World().with_rows(SIXTH, (CLEFT, "9/10")))).as_json()
    assert json.loads(json.dumps(data)) == data
    assert set(data) == {"kind", "disease", "name", "change", "about"}


def test_the_order_of_the_findings_changes_nothing(between: Between) -> None:
    after = World().with_rows(SIXTH, (CLEFT, "9/10"))
    one, other = between(World(), after), between(World(), after, patient(*reversed(PATIENT)))
    assert (one.before, one.after) == (other.before, other.after)
    assert [reason.as_json() for reason in one.reasons] == [reason.as_json() for reason in other.reasons]
