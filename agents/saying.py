"""What a policy that speaks reads of a situation, and how an action is read from what it says.

One JSON object and nothing around it: {"verb": "ask", "given": {"finding": "HP:0001166"}}. Whatever else is said is no
action; nothing is repaired or guessed, so that the reward for form means what it says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agents.actions import Action, Ask, Conclude, Decision, Lookup, Match, Search, decision_of
from agents.contract import Answer
from agents.evidence import label_of
from agents.policies.situation import Situation
from retrieval.model import Status

LEADERS = 5  # candidates that are told
PROPOSED = 6  # questions that are proposed
CHOSEN = "chosen"  # why: a policy that speaks gives no reason beside its choice
FORM = """Answer with one JSON object and nothing else:
{"verb": "lookup", "given": {"disease": "OMIM:154700"}}
{"verb": "match", "given": {}}
{"verb": "search", "given": {"diseases": ["OMIM:154700"], "findings": ["HP:0001166"]}}
{"verb": "ask", "given": {"finding": "HP:0001166"}}
{"verb": "conclude", "given": {}}"""


class NotAnAction(ValueError):
    """What was said is no action. It names the rule that was broken and repeats nothing of what was said."""


def told(situation: Situation) -> str:
    """The situation in plain words. Only ids, labels and counts: no note and no text of a source is in it."""
    return "\n".join((*_patient(situation), *_leading(situation), *_done(situation), "", FORM))


def read(said: str) -> Decision:
    """The action, or `NotAnAction`. Whether it may be done here is asked of `permitted`."""
    try:
        found = json.loads(said, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotAnAction("not one JSON object") from error
    if not isinstance(found, dict) or set(found) != {"verb", "given"}:
        raise NotAnAction('not an object of "verb" and "given" alone')
    if not isinstance(found["verb"], str) or not isinstance(found["given"], dict):
        raise NotAnAction('"verb" is no word, or "given" no object')
    if not all(_is_id(value) or _are_ids(value) for value in found["given"].values()):
        raise NotAnAction("an argument is neither an id nor a list of ids")
    try:
        decision = decision_of({**found, "because": CHOSEN, "facts": {}})
    except ValueError as error:
        raise NotAnAction("no such verb, or not its arguments") from error
    if not _typed(decision.action):
        raise NotAnAction("a list where one id is meant, or one id where a list is")
    return decision


def permitted(action: Action, situation: Situation) -> bool:
    """Whether it names what is known here, and may be done now."""
    match action:
        case Lookup():
            return _disease(situation, action.disease) and (not action.about or _finding(situation, action.about))
        case Match():
            return situation.cases and all(_finding(situation, one) for one in action.more)
        case Search():
            findings = all(_finding(situation, one) for one in action.findings)
            return situation.passages and findings and all(_disease(situation, one) for one in action.diseases)
        case Ask():
            return situation.asks and _open(situation, action.finding)
        case Conclude():
            return True


# --- telling ---------------------------------------------------------------------


def _patient(s: Situation) -> Iterator[str]:
    yield f"Patient: {s.profile.sex}, {s.profile.age or 'age not known'}"
    for status, word in ((Status.PRESENT, "Present"), (Status.EXCLUDED, "Absent")):
        named = [_named(s, one.term) for one in s.profile.findings if one.status is status]
        if named:
            yield f"{word}: {'; '.join(named)}"
    unknown = [_named(s, one.term) for one in s.questions if one.answer in (Answer.UNKNOWN, Answer.UNCERTAIN)]
    if unknown:
        yield f"Asked, not known: {'; '.join(unknown)}"


def _leading(s: Situation) -> Iterator[str]:
    yield "Leading diseases:"
    for one in s.leaders[:LEADERS]:
        yield f"{one.rank}. {one.disease} {one.name} {one.score:.1f}"
    if s.asks:
        skip = [one.term for one in s.questions]
        questions = s.knowledge.ranker.next_questions(s.profile, skip=skip, limit=PROPOSED).questions
        yield f"Telling questions: {'; '.join(f'{one.term} {one.label}' for one in questions) or 'none'}"


def _done(s: Situation) -> Iterator[str]:
    done = [step.action for step in s.steps if "action" in step.why]
    yield f"Done: {', '.join(done) or 'nothing'}. Steps left: {max(s.steps_left, 0)}."


def _named(s: Situation, term: str) -> str:
    return f"{term} {label_of(s.knowledge, term)}"


# --- reading ---------------------------------------------------------------------


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(_: str) -> None:
    raise ValueError("no number of JSON")


def _is_id(value: object) -> bool:
    return isinstance(value, str)


def _are_ids(value: object) -> bool:
    return isinstance(value, list) and all(_is_id(one) for one in value)


def _typed(action: Action) -> bool:
    match action:
        case Lookup():
            return isinstance(action.disease, str) and isinstance(action.about, str)
        case Match():
            return isinstance(action.more, tuple)
        case Search():
            return isinstance(action.diseases, tuple) and isinstance(action.findings, tuple)
        case Ask():
            return isinstance(action.finding, str)
        case Conclude():
            return True


def _disease(s: Situation, id: str) -> bool:
    return s.knowledge.diseases.index(id) is not None


def _finding(s: Situation, term: str) -> bool:
    return s.knowledge.ontology.index(term) is not None


def _open(s: Situation, term: str) -> bool:
    """Neither known nor implied by what is known: such an answer would tell nothing."""
    ontology = s.knowledge.ontology
    asked = ontology.index(term)
    if asked is None or not ontology.is_finding(asked):
        return False
    below, above = set(ontology.descendants(asked).tolist()), set(ontology.ancestors(asked).tolist())
    for one in s.profile.findings:
        index = ontology.index(one.term)
        if (one.status is Status.PRESENT and index in below) or (one.status is Status.EXCLUDED and index in above):
            return False
    return True
