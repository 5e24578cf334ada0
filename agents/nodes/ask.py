"""Puts a question to the clinician and stands still until it is answered, which may take days.

The question is written before the run stops and the node runs again when it goes on, so writing it twice must be
writing it once. With the answer all diseases are ranked anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agents.actions import Ask, decision_of, key_of
from agents.contract import Answer, QuestionRecord
from agents.environment import SHOWN, Environment
from agents.evidence import frequency_json, frequency_words, label_of
from agents.objections import is_cardinal
from agents.state import Context, State

if TYPE_CHECKING:
    from retrieval.ranking.next_question import Leader, Question


def ask(state: State, runtime: Runtime[Context]) -> State:
    environment = runtime.context.environment
    decision = decision_of(state["decision"])
    if not isinstance(decision.action, Ask):
        raise ValueError(f"no question: {decision.action.verb}")
    term = decision.action.finding
    # By its finding: another version may have named the step otherwise.
    asked = _standing(environment, term)
    if asked is None:
        asked = _put(environment, key_of(decision.action), term, decision.why)
    if asked.answer is None:
        interrupt({"question": asked.key})
        asked = _standing(environment, term)
    if asked is None or asked.answer is None:
        raise ValueError("went on without an answer")
    return _answered(environment, asked, {**decision.why, "action": decision.as_json()["given"]})


def _standing(environment: Environment, term: str) -> QuestionRecord | None:
    return next((one for one in environment.record.questions() if one.term == term), None)


def _put(environment: Environment, key: str, term: str, why: dict[str, Any]) -> QuestionRecord:
    questions = environment.record.questions()
    found = environment.situation([], 0).question
    detail: dict[str, Any] = {"why": why}
    label = label_of(environment.knowledge, term)
    if found is not None and found.term == term:
        label, detail = found.label, {"why": why, **_moves(found)}
    return environment.ask(key, len(questions) + 1, detail, term, label)


def _moves(question: Question) -> dict[str, Any]:
    """What either answer would do, as the ranking gives it."""
    return {
        "gain": round(question.gain, 4),
        "chance": round(question.chance, 3),
        "leaders": [_leader(one) for one in question.leaders],
        "first_if_present": list(question.first_if_present),
        "first_if_absent": list(question.first_if_absent),
    }


def _leader(one: Leader) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "rank": one.rank,
        "if_present": round(one.if_present, 3),
        "if_absent": round(one.if_absent, 3),
        "documented": frequency_words(one.documented) if one.documented else "",
        "cardinal": is_cardinal(frequency_json(one.documented)) if one.documented else False,
        "references": list(one.references),
    }


def _answered(environment: Environment, asked: QuestionRecord, why: dict[str, Any]) -> State:
    with environment.step("ask", why, [asked.key, str(asked.answer)], asked.key) as step:
        step.got = {"answer": str(asked.answer), "label": asked.label, "term": asked.term}
        step.left = [asked.key]
        evidence: list[str] = []
        if asked.answer in (Answer.PRESENT, Answer.EXCLUDED):
            ranking, ranked = environment.rank(asked.key)
            evidence = [ranked]
            leaders = ranking.candidates[:SHOWN]
            before = environment.knowledge.ranker.rank(environment.profile_before(asked.key), limit=SHOWN)
            moved = [one.id for one in leaders] != [one.id for one in before.candidates]
            none_leads = bool(leaders) and ranking.none_leads
            named = [{"id": one.id, "name": one.name} for one in leaders]
            step.got |= {"leaders": named, "moved": moved, "none_leads": none_leads}
            step.left.append(ranked)
    return {"evidence": evidence, "candidates": [one.disease for one in environment.record.candidates()]}
