"""What the planner is shown of the questions that were computed, and what stands of its choice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.panel.questions import Computed
from retrieval.ranking.examination_table import Examination
from retrieval.ranking.examinations import BEDSIDE, burden_of
from tests.agents.conftest import patient
from tests.agents.investigating import TALL, Investigation, asked_of
from tests.agents.panel.scripted import Scripted
from tests.agents.panel.test_panel import SEARCHES, acting, got, investigated, said
from tests.agents.small_world import SmallWorld


def test_the_planner_chooses_among_what_was_computed(world: SmallWorld) -> None:
    one = investigated(world, {"planner": said({"questions": ["Q2", "Q1", "Q2"], "stop": "no"})})
    one.go()
    computed = [each.term for each in world.ranker.next_questions(patient()).questions]
    step = got(one, "planner")
    assert [each["term"] for each in step["next"]] == [computed[1], computed[0]]
    assert not step["stop"] and step["refused"] == 0


def test_the_planner_sees_what_an_answer_tells_and_what_it_takes(world: SmallWorld) -> None:
    one = investigated(world, {})
    one.go()
    [prompt] = one.model.of("planner")  # type: ignore[union-attr]
    found = world.ranker.next_questions(patient())
    for group in found.groups:
        for each in group.questions:
            line = next(line for line in prompt.user.splitlines() if f" {each.label}: " in line)
            assert f": {each.gain:.2f} bits, " in line
            bedside = burden_of(group.examination) == BEDSIDE
            assert ("needs an examination" in line) is not bedside
    assert "needs an examination (endoscopy), burden: invasive" in prompt.user and "seen at the bedside" in prompt.user


@pytest.mark.parametrize(
    ("examination", "takes"),
    [
        (Examination.HISTORY, "asked of the patient or the family"),
        (Examination.PREGNANCY, "asked of the patient or the family"),
        (Examination.LOOK, "seen at the bedside"),
        (Examination.BLOOD, "needs an examination (blood), burden: blood"),
        (Examination.RADIOGRAPH, "needs an examination (radiograph), burden: low dose"),
        (Examination.OTHER, "needs an examination"),
    ],
)
def test_a_question_says_in_our_words_what_it_takes(world: SmallWorld, examination: Examination, takes: str) -> None:
    question = world.ranker.next_questions(patient()).questions[0]
    assert str(Computed(question, examination)) == f"{question.label}: {question.gain:.2f} bits, {takes}"


def test_the_planner_may_say_that_nothing_more_is_worth_its_burden(world: SmallWorld) -> None:
    one = investigated(world, {"planner": said({"questions": [], "stop": "yes"})})
    one.go()
    best = world.ranker.next_questions(patient()).questions[0]
    step = got(one, "planner")
    assert step["stop"] and step["next"] == [] and step["refused"] == 0
    assert step["best"] == {"term": best.term, "label": best.label, "gain": round(best.gain, 3)}


def test_who_chooses_questions_does_not_stop(world: SmallWorld) -> None:
    one = investigated(world, {"planner": said({"questions": ["Q1"], "stop": "yes"})})
    one.go()
    step = got(one, "planner")
    assert not step["stop"] and len(step["next"]) == 1 and step["refused"] == 1


def test_what_nobody_could_answer_is_no_question_of_the_planner(world: SmallWorld) -> None:
    asks = {**SEARCHES, "verb": "ask", "diseases": [], "findings": [], "question": ["Q1"]}
    request = replace(asked_of(TALL, asks=True), budget=replace(asked_of(TALL).budget, tokens=1_000_000))
    one = Investigation(world, request, model=Scripted({"policy": acting(asks)}))
    one.through()
    [unknown] = one.record.questions()
    [prompt] = one.model.of("planner")  # type: ignore[union-attr]
    assert unknown.label in one.model.of("policy")[0].user  # type: ignore[union-attr]
    assert unknown.label not in prompt.user.split("THE QUESTIONS")[1]
