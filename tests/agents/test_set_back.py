"""A passage that colleagues marked as wrong for a disease: it stands behind the others, for that disease alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agents.actions import Search
from agents.contract import EvidenceKind
from agents.performing import FOUND, Outside, Performed, World, perform
from retrieval.model import Profile
from retrieval.snapshot import Snapshot
from tests.agents.conftest import patient
from tests.agents.investigating import Investigation, asked_of
from tests.agents.small_world import APERT, CROUZON, PFEIFFER, TEXTS, SmallWorld, small_world
from tests.retrieval.passages.made import document

THUMB = "HP:0011304"


def searched(world: Any, diseases: tuple[str, ...], marks: Mapping[str, frozenset[str]] | None = None) -> Performed:
    here = World(world, Outside(set_back=marks or {}))
    return perform(Search(diseases, (THUMB,)), here, Profile(()), {})


def read(done: Performed) -> list[tuple[str, str]]:
    """(disease, passage) of what was kept."""
    return [(str(one.body["disease"]), str(one.body["passage"])) for one in done.evidence]


def first_of(world: Any, disease: str) -> str:
    return next(passage for about, passage in read(searched(world, (disease,))) if about == disease)


def test_without_a_mark_nothing_is_said_of_any(world: SmallWorld) -> None:
    got = searched(world, (PFEIFFER, APERT)).got
    assert got["kept"] and "set_back" not in got and "behind" not in got


def test_a_marked_passage_is_not_kept_while_others_about_the_disease_are_found(world: SmallWorld) -> None:
    before = read(searched(world, (PFEIFFER,)))
    wrong = before[0][1]
    after = searched(world, (PFEIFFER,), {PFEIFFER: frozenset({wrong})})
    assert read(after) == before[1:] != []
    assert after.got["set_back"] == 1 and after.got["behind"] == [wrong]
    assert after.got["found"] == searched(world, (PFEIFFER,)).got["found"], "it was found, and stood back"


def test_it_is_kept_where_nothing_else_was_found_about_the_disease(world: SmallWorld) -> None:
    (only,) = [passage for disease, passage in read(searched(world, (CROUZON,))) if disease == CROUZON]
    after = searched(world, (CROUZON,), {CROUZON: frozenset({only})})
    assert read(after) == [(CROUZON, only)] and after.got["set_back"] == 1


def test_a_mark_for_one_disease_changes_nothing_for_another(world: SmallWorld) -> None:
    wrong = first_of(world, PFEIFFER)
    same = searched(world, (PFEIFFER,), {APERT: frozenset({wrong})})
    assert read(same) == read(searched(world, (PFEIFFER,))) and "set_back" not in same.got


def test_a_passage_about_two_diseases_is_read_for_the_one_it_was_not_marked_for(snapshot: Snapshot) -> None:
    both = document("Thumbs of two", "In both syndromes the broad thumb points aside.", diseases=(APERT, PFEIFFER))
    world = SmallWorld(snapshot, (), (*TEXTS, both))
    of_pfeiffer = {passage for _, passage in read(searched(world, (PFEIFFER,)))}
    shared = next(passage for _, passage in read(searched(world, (APERT,))) if passage in of_pfeiffer)
    assert {d for d, passage in read(searched(world, (APERT, PFEIFFER))) if passage == shared} == {APERT}
    after = searched(world, (APERT, PFEIFFER), {APERT: frozenset({shared})})
    assert {d for d, passage in read(after) if passage == shared} == {PFEIFFER}
    assert after.got["set_back"] == 1


class Merged:
    """The same diseases, of which one has a second id."""

    def __init__(self, diseases: Any, other: str) -> None:
        self._diseases, self._other = diseases, other

    def all_ids(self, i: int) -> tuple[str, ...]:
        return (*self._diseases.all_ids(i), self._other)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._diseases, name)


def test_a_mark_under_another_id_of_the_disease_counts(snapshot: Snapshot) -> None:
    world = small_world(snapshot)
    wrong = first_of(world, PFEIFFER)
    marks = {"ORPHA:710": frozenset({wrong})}
    assert "behind" not in searched(world, (PFEIFFER,), marks).got
    world.diseases = Merged(world.diseases, "ORPHA:710")
    assert searched(world, (PFEIFFER,), marks).got["behind"] == [wrong]


def test_marked_passages_take_no_other_ones_place_among_those_looked_at(snapshot: Snapshot) -> None:
    words = ("oak", "elm", "ash", "fir", "yew", "fig", "bay", "box", "nut", "pea", "rye", "oat", "hay", "fern")
    texts = [
        document(word, f"In Pfeiffer syndrome the broad thumb of {word} points aside to {word}.", diseases=(PFEIFFER,))
        for word in words
    ]
    world = SmallWorld(snapshot, (), tuple(texts))
    before = searched(world, (PFEIFFER,))
    assert before.got["found"] == FOUND
    after = searched(world, (PFEIFFER,), {PFEIFFER: frozenset(passage for _, passage in read(before))})
    assert after.got["found"] == FOUND and after.got["kept"] == before.got["kept"]
    assert not set(read(after)) & set(read(before))


def test_the_same_words_keep_their_mark_in_another_snapshot(snapshot: Snapshot) -> None:
    wrong = first_of(small_world(snapshot), PFEIFFER)
    more = document("Another", "Another text speaks of broad thumbs in nobody.")
    later = SmallWorld(snapshot, (), (more, *TEXTS))
    assert wrong in {passage for _, passage in read(searched(later, (PFEIFFER,)))}
    assert searched(later, (PFEIFFER,), {PFEIFFER: frozenset({wrong})}).got["behind"] == [wrong]


def test_a_whole_investigation_ranks_as_before_and_says_what_stood_back(world: SmallWorld) -> None:
    plain = Investigation(world, asked_of(patient()))
    plain.through()
    read_of = [one for one in plain.record.evidence().values() if one.kind is EvidenceKind.PASSAGE]
    wrong = next(one for one in read_of if one.body["disease"] == PFEIFFER)
    marks = {PFEIFFER: frozenset({str(wrong.body["passage"])})}
    marked = Investigation(world, asked_of(patient()), outside=Outside(set_back=marks))
    marked.through()
    ranks = [(one.rank, one.disease, one.score) for one in plain.record.candidates()]
    assert [(one.rank, one.disease, one.score) for one in marked.record.candidates()] == ranks
    assert wrong.key not in marked.record.evidence()
    assert [step.got["set_back"] for step in marked.of("search") if "set_back" in step.got]
    assert not [step for step in plain.of("search") if "set_back" in step.got]


@pytest.mark.parametrize("profile", [patient()])
def test_nothing_is_fetched_twice_in_a_run(world: SmallWorld, profile: Profile) -> None:
    """An action is known by its content: chosen again, also after a worker was lost, it is the same step."""
    one = Investigation(world, asked_of(profile))
    one.through()
    acted = [step for step in one.record.steps() if step.action in ("lookup", "match", "search")]
    assert len({step.key for step in acted}) == len(acted) > 3
    said = [(step.action, step.why["action"]) for step in acted]
    assert all(said.count(each) == 1 for each in said)
    again = one.elsewhere()  # without checkpoints: it begins anew on the same ledger
    searches: list[str] = []

    class Counting:
        def nearest(self, snapshot: str, asks: Any) -> Any:
            searches.append(snapshot)
            raise AssertionError("what was read is read again")

    again.outside = Outside(search=Counting())
    again.through()
    assert not searches
    assert [step.key for step in again.record.steps()] == [step.key for step in one.record.steps()]
