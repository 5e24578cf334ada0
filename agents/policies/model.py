"""Lets the model choose what is done next, from the same situation that the rules see.

Its choice is an action of the five verbs over ids that it was given, or it is none: what was done already, what
brought nothing twice and what names nothing here is set aside, and the rules decide in its place. Rules also decide
whenever no answer comes. What an action may move is the same, whoever chose it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents.actions import Action, Ask, Conclude, Decision, Lookup, Match, Search, Verb, decision_of, key_of
from agents.llm.asking import Model
from agents.panel.briefing import Briefing, numbered, term_named
from agents.panel.fence import Fence
from agents.panel.questions import computed
from agents.panel.schemas import NAME, REASON, ids, many, obj, one_of, text
from agents.panel.table import CALL, Kept, Table, composed
from agents.policies.rules import GAIN, QUESTIONS, Rules
from agents.policies.situation import Situation

if TYPE_CHECKING:
    from agents.environment import Environment

AT_ONCE = 3  # actions that do not depend on each other
OFFERED = 5  # questions
EMPTY = 2  # actions in a row that brought nothing, after which the rules decide
GAINS = ("much", "some", "little")
ACTED = (Verb.LOOKUP, Verb.MATCH, Verb.SEARCH)


def choose(environment: Environment, table: Table, situation: Situation) -> list[Decision]:
    """One decision, or several that do not depend on each other; empty where the rules are to decide."""
    if situation.steps_left <= 0 or not situation.leaders or _empty_handed(situation):
        return []
    offer = _offer(situation)
    n = sum(step.action in (*ACTED, Verb.ASK) for step in situation.steps)
    key = f"policy-{situation.round}-{n}"
    got = table.ask(environment, "policy", key, offer.text, offer.schema, lambda data: _kept(offer, situation, data))
    return [decision_of(one) for one in got["chosen"]] if got else []


class Reasoned:
    """The same choice where there is no record to file it in, as in a measurement. Raises `ModelError` where no answer
    comes; where nothing of the answer stands, the rules decide."""

    name = "model"

    def __init__(self, model: Model, *, tokens: int, seconds: float = CALL) -> None:
        self._model, self._tokens, self._seconds = model, tokens, seconds
        self._fence = Fence()

    def decide(self, situation: Situation) -> Decision:
        if situation.steps_left <= 0 or not situation.leaders or _empty_handed(situation):
            return Rules().decide(situation)
        offer = _offer(situation)
        prompt = composed(self._fence, offer.brief, "policy", offer.text)
        reply = self._model.ask(prompt, offer.schema, tokens=self._tokens, seconds=self._seconds)
        self._tokens -= reply.usage.tokens
        chosen = _kept(offer, situation, reply.data).got["chosen"]
        return decision_of(chosen[0]) if chosen else Rules().decide(situation)


@dataclass(frozen=True)
class Offer:
    """What the model may choose from, and the ids by which it names it."""

    brief: Briefing
    diseases: Mapping[str, str]
    questions: Mapping[str, str]
    text: str

    @property
    def schema(self) -> Mapping[str, Any]:
        verbs = [str(verb) for verb in Verb if verb is not Verb.ASK or self.questions]
        action = obj(
            verb=one_of(verbs),
            diseases=ids(list(self.diseases), 2),
            findings=ids(list(self.brief.findings), 3),
            more=many(text(NAME), 8),
            question=ids(list(self.questions), 1),
            why=text(REASON),
            gain=one_of(GAINS),
        )
        return obj(actions={**many(action, AT_ONCE), "minItems": 1})


def _offer(s: Situation) -> Offer:
    brief = Briefing(s.knowledge, s.profile)
    diseases = numbered("D", [one.disease for one in s.leaders])
    put = {one.term for one in s.questions}
    found = computed(s.knowledge.ranker.next_questions(s.profile)) if _may_ask(s) else []
    open_ = [one for one in found if one.question.term not in put and one.question.gain >= GAIN][:OFFERED]
    questions = numbered("Q", [one.question.term for one in open_])
    lines = ["THE DIFFERENTIAL, by arithmetic"]
    lines += [f"{key} {one.disease} {one.name}" for key, one in zip(diseases, s.leaders, strict=True)]
    lines += ["", "QUESTIONS THAT MAY BE ASKED", *(f"{key} {one}" for key, one in zip(questions, open_, strict=True))]
    lines += ["", "DONE SO FAR", *(_done(s) or ["nothing"])]
    if s.targets:
        lines += ["", "AN OBJECTION MOVED: " + ", ".join(s.knowledge.diseases.name_of(one) for one in s.targets)]
    return Offer(brief, diseases, questions, "\n".join(lines))


def _may_ask(s: Situation) -> bool:
    return s.asks and len(s.questions) < QUESTIONS


def _done(s: Situation) -> list[str]:
    """In words made here: nothing that a source wrote is among them."""
    lines = []
    for step in s.steps:
        given = step.why.get("action", {})
        if step.action == Verb.LOOKUP:
            lines.append(f"lookup {given.get('disease')}")
        elif step.action == Verb.MATCH:
            lines.append(f"match: {step.got.get('cases', 0)} cases")
        elif step.action == Verb.SEARCH:
            lines.append(f"search {' '.join(given.get('diseases', ()))}: {step.got.get('kept', 0)} passages kept")
        elif step.action == Verb.ASK:
            lines.append(f"ask {given.get('finding')}: {step.got.get('answer')}")
    return lines


def _empty_handed(s: Situation) -> bool:
    """The last actions brought nothing: another of the kind is not expected to."""
    acted = [step for step in s.steps if step.action in ACTED][-EMPTY:]
    return len(acted) == EMPTY and all(_brought_nothing(step.action, step.got) for step in acted)


def _brought_nothing(action: str, got: Mapping[str, Any]) -> bool:
    if action == Verb.MATCH:
        return not got.get("cases")
    return action == Verb.SEARCH and not got.get("kept")


def _kept(offer: Offer, s: Situation, data: Mapping[str, Any]) -> Kept:
    chosen: list[Decision] = []
    repeated = refused = 0
    for said in data["actions"]:
        action = _action(offer, s, said)
        if action is None:
            refused += 1
        elif key_of(action) in s.done or any(one.action == action for one in chosen):
            repeated += 1
        else:
            chosen.append(Decision(action, _because(action), {**_facts(s, action), "gain": said["gain"]}))
    kept = _independent(chosen)[: max(s.steps_left, 1)]
    return Kept({"chosen": [one.as_json() for one in kept], "repeated": repeated}, refused)


def _independent(chosen: Sequence[Decision]) -> list[Decision]:
    """Reading may be done side by side; a question and the end stand alone."""
    reading = [one for one in chosen if one.action.verb in ACTED]
    return reading or list(chosen[:1])


def _action(offer: Offer, s: Situation, said: Mapping[str, Any]) -> Action | None:
    diseases = [offer.diseases[key] for key in said["diseases"] if key in offer.diseases]
    terms = offer.brief.terms(said["findings"])
    match Verb(said["verb"]):
        case Verb.LOOKUP:
            return Lookup(diseases[0], terms[0] if terms else "") if diseases else None
        case Verb.MATCH:
            return _match(s, said["more"])
        case Verb.SEARCH:
            return Search(tuple(sorted(diseases)), tuple(sorted(terms))) if diseases and s.passages else None
        case Verb.ASK:
            asked = [offer.questions[key] for key in said["question"] if key in offer.questions]
            return Ask(asked[0]) if asked else None
        case Verb.CONCLUDE:
            return Conclude()


def _match(s: Situation, more: Sequence[str]) -> Match | None:
    """The rewritten question: names that resolve, beside the patient's own."""
    terms = {term for name in more if (term := term_named(s.knowledge, name))} - set(s.present)
    return Match(tuple(sorted(terms))) if s.cases else None


def _because(action: Action) -> str:
    return "model_stops" if isinstance(action, Conclude) else "model"


def _facts(s: Situation, action: Action) -> dict[str, Any]:
    """What the thread tells of it; the same facts as the rules give, as far as a sentence needs them."""
    gap = None if s.gap is None else round(s.gap, 1)
    names = s.knowledge.diseases.name_of
    match action:
        case Lookup():
            return {"name": names(action.disease), "by": "model"}
        case Search():
            found = [names(one) for one in action.diseases]
            return {"one": found[0], "other": found[1] if len(found) > 1 else "", "by": "model"}
        case Match():
            return {"findings": len(s.present), "wider": len(action.more), "by": "model"}
        case Ask():
            return {"gap": gap, "leaders": [one.name for one in s.leaders[:2]], "by": "model"}
        case Conclude():
            return {"gap": gap, "asked": len(s.questions), "name": s.leaders[0].name, "by": "model"}
