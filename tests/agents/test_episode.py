"""An episode: reset and step, through the door by which a run goes, with rewards in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agents.actions import Action, Ask, Conclude, Decision, Lookup, Match
from agents.contract import Answer, Waiting
from agents.policies.rules import Rules
from agents.rewards import Judge, Reward, Weights
from retrieval.model import Status
from tests.agents.conftest import PRESENT
from tests.agents.investigating import Investigation, asked_of
from tests.agents.published_patient import clinic_of, episode_of, with_findings
from tests.agents.small_world import APERT, PFEIFFER, SmallWorld


def chosen(action: Action) -> Decision:
    return Decision(action, "chosen")


def held_back(world: SmallWorld) -> str:
    shown = {one.term for one in clinic_of(world, shown=4).start.findings}
    return next(one for one in PRESENT if one not in shown)


def test_it_begins_with_a_differential_of_what_the_clinic_shows(world: SmallWorld) -> None:
    episode = episode_of(world)
    seen = episode.reset()
    assert not episode.done and seen.leaders and seen.asks
    assert {one.term for one in seen.profile.findings} < set(PRESENT) and len(seen.profile.findings) == 4


def test_a_question_is_answered_from_the_record_and_moves_the_differential(world: SmallWorld) -> None:
    episode = episode_of(world)
    before = episode.reset()
    stepped = episode.step(chosen(Ask(held_back(world))))
    assert not stepped.done
    known = {(one.term, one.status) for one in stepped.observation.profile.findings}
    assert (held_back(world), Status.PRESENT) in known
    assert [one.answer for one in stepped.observation.questions] == [Answer.PRESENT]
    assert [one.score for one in stepped.observation.leaders] != [one.score for one in before.leaders]


def test_the_rules_do_in_an_episode_what_they_do_in_a_run(world: SmallWorld) -> None:
    """One door: the same steps with the same contents, told in the same order, and the same end."""
    episode = episode_of(world)
    for _ in episode.play(Rules()):
        pass
    assert episode.done
    clinic = clinic_of(world, shown=4)
    run = Investigation(world, asked_of(clinic.start, run_id="episode", asks=True), policy=Rules())
    while isinstance(stands := run.go(), Waiting):
        asked = next(one for one in run.record.questions() if one.key == stands.key)
        run.record.answer(asked.key, clinic.answer(asked.term))
    assert [(one.key, one.action, one.why, one.got) for one in episode.record.steps()] == [
        (one.key, one.action, one.why, one.got) for one in run.record.steps()
    ]
    assert episode.record.told() == run.record.told()
    assert episode.record.candidates() == run.record.candidates()
    assert {disease: len(claims) for disease, claims in episode.record.claims().items()} == {
        disease: len(claims) for disease, claims in run.record.claims().items()
    }


def test_concluding_ends_it_and_pays_for_where_the_true_disease_stands(world: SmallWorld) -> None:
    episode = episode_of(world)
    episode.reset()
    stepped = concluded(episode)
    rank = next(one.rank for one in episode.record.candidates() if one.disease == PFEIFFER)
    assert stepped.reward.accuracy == pytest.approx(1 / rank)
    assert {"weigh", "challenge", "conclude", "verify"} <= {one.action for one in episode.record.steps()}
    with pytest.raises(ValueError, match="reset"):
        episode.step(chosen(Match()))


def concluded(episode: Any) -> Any:
    """The sceptic may send an episode back: then it concludes again."""
    while not (stepped := episode.step(chosen(Conclude()))).done:
        assert stepped.reward.accuracy == 0
    return stepped


def test_reading_of_the_true_disease_pays_once_and_of_another_never(world: SmallWorld) -> None:
    episode = episode_of(world)
    episode.reset()
    looked = [Lookup(APERT), Lookup(PFEIFFER), Lookup(PFEIFFER, PRESENT[0]), Lookup(PFEIFFER, PRESENT[2])]
    paid = [episode.step(chosen(one)).reward.retrieval for one in looked]
    assert paid == [0, 1, 1, 0], "its profile, a row of it, and another row"
    assert episode.step(chosen(Match())).reward.retrieval == 1, "a published case of it is another kind of evidence"


def test_what_the_steps_moved_adds_up_to_the_whole_way(world: SmallWorld) -> None:
    case = with_findings("HP:0001166", "HP:0001083", "HP:0002616", "HP:0000520", "HP:0010055", "HP:0011304")
    judge = Judge(world.diseases, case.diagnoses)
    episode = episode_of(world, case)
    episode.reset()
    first = judge.standing(episode.record.candidates())
    stepped = [one for _, one in episode.play(Rules())]
    moved = sum(one.reward.reasoning for one in stepped)
    assert moved == pytest.approx(judge.standing(episode.record.candidates()) - first)


@pytest.mark.parametrize(
    "said",
    [None, chosen(Lookup("OMIM:1")), chosen(Ask("HP:0000118")), chosen(Ask(PRESENT[0])), chosen(Ask("nothing"))],
    ids=["no action", "no disease", "what every patient has", "known already", "no finding"],
)
def test_what_cannot_be_done_ends_the_episode_and_earns_nothing(world: SmallWorld, said: Decision | None) -> None:
    episode = episode_of(world, shown=99)
    episode.reset()
    steps = len(episode.record.steps())
    stepped = episode.step(said)
    assert stepped.done and stepped.reward == Reward() and len(episode.record.steps()) == steps


def test_the_budget_of_steps_ends_in_a_conclusion(world: SmallWorld) -> None:
    episode = episode_of(world)
    episode.reset()
    for disease in [one.disease for one in episode.record.candidates()]:
        if (stepped := episode.step(chosen(Lookup(disease)))).done:
            break
    else:
        pytest.fail("it went on for ever")
    assert stepped.reward.accuracy > 0 and "verify" in {one.action for one in episode.record.steps()}


def test_too_little_to_rank_is_an_episode_without_a_step(world: SmallWorld) -> None:
    episode = episode_of(world, shown=1)
    assert not episode.reset().leaders and episode.done


def test_reset_begins_anew(world: SmallWorld) -> None:
    episode = episode_of(world)
    assert plays(episode) == plays(episode)


def plays(episode: Any) -> Sequence[Any]:
    return [(decision, stepped.reward) for decision, stepped in episode.play(Rules())]


def test_nothing_that_a_policy_sees_depends_on_the_diagnosis(world: SmallWorld) -> None:
    judged, alone = episode_of(world), episode_of(world, judged=False)
    with_judge = [(decision.as_json(), stepped.observation.leaders) for decision, stepped in judged.play(Rules())]
    without = [(decision.as_json(), stepped.observation.leaders) for decision, stepped in alone.play(Rules())]
    assert with_judge == without
    assert all(stepped.reward == Reward(format=1.0) for _, stepped in alone.play(Rules()))


def test_parts_are_weighed_as_declared() -> None:
    both = Reward(1, 1, 0.5, 0) + Reward(1, 0, -0.25, 0.5)
    assert both == Reward(2, 1, 0.25, 0.5)
    assert Weights(0.1, 0.2, 2.0, 1.0).of(both) == pytest.approx(0.2 + 0.2 + 0.5 + 0.5)


def test_the_diagnosis_is_meant_by_any_of_its_ids(world: SmallWorld) -> None:
    ids = world.diseases.disease(PFEIFFER).ids
    assert Judge(world.diseases, ids[-1:])._true == Judge(world.diseases, [PFEIFFER])._true
    assert Judge(world.diseases, ["OMIM:999999"])._true == frozenset()
