"""A question that waits: what an answer does, and that nothing is lost or done twice however long it took."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from agents import contract, runner
from agents.actions import Ask, Decision
from agents.contract import Answer, Outcome, OutcomeCode, QuestionRecord, Waiting
from agents.policies.rules import Rules
from agents.policies.situation import Situation
from retrieval.model import Finding, Profile, Status
from tests.agents.investigating import TALL, Investigation, asked_of
from tests.agents.small_world import SmallWorld

DURAL = "HP:0100775"  # dural ectasia: in 112 of 140 patients with Marfan syndrome


@dataclass
class AsksFor:
    """The rules, but its question is always this one, and it puts it once."""

    finding: str
    name: str = "asks for one"

    def decide(self, situation: Situation) -> Decision:
        if not situation.questions:
            return Decision(Ask(self.finding), "close", {"gap": 0.4, "leaders": ["One", "Other"], "gain": 0.3})
        return Rules().decide(replace(situation, asks=False))


def with_(finding: Finding) -> Profile:
    return replace(TALL, findings=(*TALL.findings, finding))


def waiting(world: SmallWorld, finding: str = DURAL) -> Investigation:
    one = Investigation(world, asked_of(TALL, asks=True), policy=AsksFor(finding))
    stands = one.go()
    assert isinstance(stands, Waiting) and stands.key == one.record.questions()[0].key
    return one


def question(one: Investigation) -> QuestionRecord:
    [asked] = one.record.questions()
    return asked


def test_a_run_that_waits_has_told_so_and_done_nothing_more(world: SmallWorld) -> None:
    one = waiting(world)
    told, steps = one.record.told(), one.record.steps()
    assert told[-1] == f"asked:{question(one).key}"
    assert one.go() == Waiting(question(one).key), "asked again it still waits"
    assert (one.record.told(), one.record.steps()) == (told, steps)
    assert "ask" not in one.actions, "the step is done with the answer"


@pytest.mark.parametrize("answer", list(Answer))
def test_each_answer_goes_on_and_is_in_profile_and_ranking(world: SmallWorld, answer: Answer) -> None:
    one = waiting(world)
    before = {candidate.disease: candidate.score for candidate in one.record.candidates()}
    one.record.answer(question(one).key, answer, "words that nobody reads")
    assert isinstance(one.go(), Outcome)
    [step] = one.of("ask")
    assert step.got["answer"] == str(answer) and step.got["term"] == DURAL and step.got["label"] == "Dural ectasia"
    assert "words that nobody reads" not in str(one.record.events) + str(one.record.steps())
    ranked = {candidate.disease: candidate for candidate in one.record.candidates()}
    if answer in (Answer.PRESENT, Answer.EXCLUDED):
        kind = "finding" if answer is Answer.PRESENT else "excluded"
        marfan = ranked["OMIM:154700"]
        assert [term.kind for term in marfan.contributions if term.finding == DURAL] == [kind]
        assert "leaders" in step.got
        said = [claim for claims in one.record.claims().values() for claim in claims if claim.about == DURAL]
        assert said and all(claim.verified for claim in said)
    else:
        assert {disease: candidate.score for disease, candidate in ranked.items()} == pytest.approx(before)
        assert not any(term.finding == DURAL for candidate in ranked.values() for term in candidate.contributions)
    if answer in (Answer.PRESENT, Answer.EXCLUDED):
        asked = Finding(DURAL, Status(str(answer)))
        rank = world.ranker.rank
        first = [[one.id for one in rank(profile, limit=5).candidates] for profile in (TALL, with_(asked))]
        assert step.got["moved"] is (first[0] != first[1])
        assert step.got["none_leads"] is rank(with_(asked), limit=5).none_leads
    else:
        assert "moved" not in step.got


def test_a_question_is_never_put_again(world: SmallWorld) -> None:
    one = Investigation(world, asked_of(TALL, asks=True))
    one.through([Answer.UNCERTAIN, Answer.UNKNOWN, Answer.EXCLUDED])
    terms = [asked.term for asked in one.record.questions()]
    assert len(terms) == len(set(terms)) >= 2
    told = [key for key in one.record.told() if key.startswith("asked:")]
    assert len(told) == len(set(told)) == len(terms)


def test_lost_checkpoints_are_no_loss(world: SmallWorld) -> None:
    """Answered on a host that has the record and not the checkpoints."""
    whole, lost = waiting(world), waiting(world)
    told, evidence = lost.record.told(), dict(lost.record.evidence())
    for one in (whole, lost):
        one.record.answer(question(one).key, Answer.PRESENT)
    outcome = whole.go()
    assert lost.elsewhere().go() == outcome
    assert lost.record.told()[: len(told)] == told, "nothing is told again"
    assert [step.key for step in lost.record.steps()] == [step.key for step in whole.record.steps()]
    assert lost.of("ask")[0].got == whole.of("ask")[0].got, "what the answer moved is told as it was"
    assert evidence.items() <= lost.record.evidence().items()
    assert lost.record.candidates() == whole.record.candidates()
    assert lost.record.claims() == whole.record.claims()


def test_without_checkpoints_and_without_an_answer_it_waits_as_before(world: SmallWorld) -> None:
    one = waiting(world)
    told, steps = one.record.told(), one.record.steps()
    assert one.elsewhere().go() == Waiting(question(one).key)
    assert (one.record.told(), one.record.steps()) == (told, steps)


@pytest.mark.parametrize("mind", ["the same", "another question"])
def test_under_another_version_it_goes_on_with_the_question_that_was_put(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch, mind: str
) -> None:
    one = waiting(world)
    told, steps, evidence = one.record.told(), one.record.steps(), dict(one.record.evidence())
    monkeypatch.setattr(contract, "GRAPH_VERSION", "later")
    if mind == "another question":
        one = replace(one, policy=AsksFor("HP:0001519"))
    assert one.go() == Waiting(question(one).key), "another version waits for the same answer"
    one.record.answer(question(one).key, Answer.PRESENT)
    outcome = one.go()
    assert isinstance(outcome, Outcome) and outcome.code is OutcomeCode.PARTIAL
    assert one.record.told()[: len(told)] == told and len(set(one.record.told())) == len(one.record.told())
    assert one.record.steps()[: len(steps)] == steps
    assert evidence.items() <= one.record.evidence().items()
    assert [asked.term for asked in one.record.questions()] == [DURAL] and len(one.of("ask")) == 1
    assert one.of("ask")[0].got["answer"] == "present"


def test_a_question_without_a_ranking_of_its_own_still_has_its_name(world: SmallWorld) -> None:
    """Another policy may ask for what the ranking would not."""
    one = waiting(world, finding="HP:0000365")
    assert question(one).label == "Hearing impairment"


def test_a_run_without_questions_is_no_longer_asked_anything(world: SmallWorld) -> None:
    one = Investigation(world, asked_of(TALL, asks=True))
    assert isinstance(one.go(), Waiting)
    one.record.answer(question(one).key, Answer.UNKNOWN)
    one.request = replace(one.request, asks=False)  # as the clinician asked for
    assert isinstance(one.go(), Outcome) and len(one.record.questions()) == 1
    assert one.of("conclude")[0].why["because"] == "nobody_to_ask"


def test_a_relative_s_finding_stays_when_the_patient_s_is_answered(world: SmallWorld) -> None:
    from agents.environment import Environment
    from agents.memory import MemoryRecord

    record = MemoryRecord()
    profile = with_(Finding(DURAL, Status.FAMILY))
    record.ask(QuestionRecord("ask-1", 1, DURAL, "Dural ectasia"))
    record.answer("ask-1", Answer.PRESENT)
    now = Environment(asked_of(profile), world, record).profile  # type: ignore[arg-type]
    assert {one.status for one in now.findings if one.term == DURAL} >= {Status.PRESENT}
    assert len([one for one in now.findings if one.status is Status.PRESENT]) == 4


def test_the_scratch_of_a_run_that_waits_is_found_by_its_name(world: SmallWorld) -> None:
    from agents import checkpoints

    one = waiting(world)
    with checkpoints.sqlite_file(one.place / "checkpoints.sqlite3") as saver:
        assert set(runner.remembered(saver)) == {"run-1"}
