"""Decides by rules, without any model: the first rule that has something to do wins.

In their order: find published cases, and again with a wider question where the first were weak; read the leaders;
search what separates those that are hard to tell apart; look at what the sceptic sent us back to; ask the clinician
where the leaders are close and an answer would tell; stop where nothing would change the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from agents.actions import Ask, Conclude, Decision, Lookup, Match, Search, Verb, key_of
from agents.policies.situation import CLOSE, Situation
from retrieval.ranking.discriminate import NOT_ASKED

WEAK = 0.6  # likeness of the nearest case below which 1 in 10 of such cases has the patient's diagnosis
LEADERS = 3  # read one by one
WIDER = 4  # expected findings of each of the first two leaders, with which cases are looked for again
FELL = 3.0  # the same once a leader fell: an objection moves as much, and it was the sceptic's alone
MIMICS = 2  # pairs that passages are searched for
NAMED = 3  # findings in a search
QUESTIONS = 3  # put in one investigation at the most
GAIN = 0.1  # bits below which an answer would hardly narrow the list

Rule = Callable[[Situation], Decision | None]


class Rules:
    """The policy that needs no model."""

    name = "rules"

    def decide(self, situation: Situation) -> Decision:
        if not situation.leaders:
            return Decision(Conclude(), "nothing_ranked")
        if situation.steps_left <= 0:
            return Decision(Conclude(), "no_steps_left")
        for rule in RULES:
            if (found := rule(situation)) is not None:
                return found
        return _enough(situation)


def _first_match(s: Situation) -> Decision | None:
    if not s.cases or s.of(Verb.MATCH):
        return None
    return Decision(Match(), "first_look", {"findings": len(s.present)})


def _second_match(s: Situation) -> Decision | None:
    """The first cases were weak: what the leaders would lead one to expect widens the question."""
    matched = s.of(Verb.MATCH)
    if len(matched) != 1 or matched[0].key in s.failed:
        return None
    best = float(matched[0].got.get("nearest", matched[0].got.get("best", 0.0)))
    if best >= WEAK:
        return None
    more = _expected_of(s, [one.disease for one in s.leaders[:2]])
    names = [one.name for one in s.leaders[:2]]
    return Decision(Match(more), "weak_match", {"best": best, "leaders": names}) if more else None


def _read_leaders(s: Situation) -> Decision | None:
    for place, one in enumerate(s.leaders[:LEADERS]):
        other = s.leaders[0] if place else (s.leaders[1] if len(s.leaders) > 1 else None)
        if _was_read(s, one.disease):
            continue
        about = _decisive(s, one.disease, other.disease) if other else ""
        behind = s.leaders[0].score - one.score
        facts = {"rank": one.rank, "name": one.name, "other": other.name if other else ""}
        facts |= {"behind": round(behind, 1), "close": behind < CLOSE}
        return Decision(Lookup(one.disease, about), "mimic" if place else "leader", facts)
    return None


def _search_mimics(s: Situation) -> Decision | None:
    """Passages on what separates the leader from each candidate close behind it."""
    if not s.passages:
        return None
    first = s.leaders[0]
    for other in s.leaders[1 : 1 + MIMICS]:
        if other.rank > 2 and first.score - other.score > CLOSE:
            continue
        action = Search(tuple(sorted((first.disease, other.disease))), _telling(s, first.disease, other.disease))
        if not _was_searched(s, action.diseases):
            return Decision(action, "separates", {"one": first.name, "other": other.name})
    return None


def _look_at_targets(s: Situation) -> Decision | None:
    """What fell, and what took its place: read, and searched for what was held against it."""
    for target in s.targets:
        name = s.knowledge.diseases.name_of(target)
        if not _was_read(s, target):
            return Decision(Lookup(target, ""), "sent_back", {"name": name, "round": s.round})
        action = Search((target,), _objected(s, target))
        if s.passages and action.findings and key_of(action) not in s.done:
            return Decision(action, "sent_back", {"one": name, "other": "", "round": s.round})
    return None


def _ask(s: Situation) -> Decision | None:
    if not s.asks or len(s.questions) >= QUESTIONS or s.gap is None:
        return None
    near = s.gap < (FELL if s.targets else CLOSE)
    question = s.question if near else None
    if question is None or question.gain < GAIN:
        return None
    names = [one.name for one in s.leaders[:2]]
    facts = {"gap": round(s.gap, 1), "leaders": names, "gain": round(question.gain, 3)}
    return Decision(Ask(question.term), "sent_back_ask" if s.targets and s.gap >= CLOSE else "close", facts)


RULES: tuple[Rule, ...] = (_first_match, _second_match, _read_leaders, _search_mimics, _look_at_targets, _ask)


def _enough(s: Situation) -> Decision:
    """Why nothing more is done, as it stands in the thread."""
    gap = None if s.gap is None else round(s.gap, 1)
    facts = {"gap": gap, "asked": len(s.questions), "name": s.leaders[0].name}
    if s.gap is None or s.gap >= CLOSE:
        return Decision(Conclude(), "nothing_would_change", facts)
    if not s.asks:
        return Decision(Conclude(), "nobody_to_ask", facts)
    return Decision(Conclude(), "asked_enough" if len(s.questions) >= QUESTIONS else "no_telling_question", facts)


# --- what the rules read ------------------------------------------------------------


def _was_read(s: Situation, disease: str) -> bool:
    """Also one that could not be carried out: it is not tried again."""
    return any(step.why["action"].get("disease") == disease for step in s.of(Verb.LOOKUP))


def _was_searched(s: Situation, diseases: tuple[str, ...]) -> bool:
    return any(set(step.why["action"].get("diseases", ())) >= set(diseases) for step in s.of(Verb.SEARCH))


def _expected_of(s: Situation, diseases: list[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for disease in diseases:
        found.update(dict.fromkeys(one.term for one in s.explained(disease).expected[:WIDER]))
    return tuple(sorted(found))


def _decisive(s: Situation, one: str, other: str) -> str:
    """The finding of this patient, or else the open one, that tells the two apart best."""
    return next(_apart(s, one, other), "")


def _telling(s: Situation, one: str, other: str) -> tuple[str, ...]:
    return tuple(sorted(islice(_apart(s, one, other), NAMED)))


def _apart(s: Situation, one: str, other: str) -> Iterator[str]:
    compared = s.separating(one, other).findings
    yield from (finding.term for finding in compared if finding.status != NOT_ASKED)
    yield from (finding.term for finding in compared if finding.status == NOT_ASKED)


def _objected(s: Situation, disease: str) -> tuple[str, ...]:
    """The findings that the sceptic held against a candidate."""
    one = next((one for one in s.leaders if one.disease == disease), None)
    if one is None:
        return ()
    return tuple(sorted({term.finding for term in one.contributions if term.kind == "objection" and term.finding}))
