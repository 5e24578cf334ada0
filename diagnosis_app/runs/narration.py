"""What an investigation did, in sentences. Steps store facts; the words are made here, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from diagnosis_app.runs import panel_telling
from diagnosis_app.runs.spending import spent_on, step_words
from diagnosis_app.runs.telling import about_of, got_of, why_of
from diagnosis_app.runs.thread import DONE, FAILED, LATER, NOW, PANEL, StepShown
from frontend.words import duration

TAIL = 600  # characters of what the model is thinking that are shown while it does


@dataclass(frozen=True, slots=True)
class Line:
    """A step as it is read: what was done to what, why, and what came back.

    The fields from `aside` on are of a step for which the reasoning model was asked.
    """

    key: str
    verb: str
    about: str
    state: str
    why: str
    got: str
    time: str
    sent_back: bool = False
    marks: str = ""  # where the marks are seen that set passages back
    aside: str = ""  # what was said and stood on nothing
    withheld: str = ""  # why a text was not shown to the model
    failed: str = ""  # why no answer came
    spent: str = ""
    found: tuple[Mapping[str, Any], ...] = ()  # in the note, not in the case: term, label, quote
    asks_model: bool = False
    thinking: str = ""  # the last of it, while it is under way: checked by nobody
    thought: str = ""  # all of it, when it has ended: checked by nobody


def line(step: StepShown) -> Line:
    known = {**_titles(), **panel_telling.titles()}
    verb, about = known.get(step.action, (step.action, ""))
    about = about_of(step.action, step.why, step.got) or panel_telling.about(step.action, step.why) or about
    told = Line(step.key, verb, about, step.state, "", "", _time(step), bool(step.got.get("sent_back")))
    if step.action in PANEL:
        return _of_model(told, step)
    why = _planned(step.action) if step.state == LATER else why_of(step.action, step.why)
    got = got_of(step.action, step.got) if step.state == DONE else ""
    marks = _marks(step.got.get("behind"))
    return replace(told, why=why, got=_broken(step) if step.state == FAILED else got, marks=marks)


def _marks(passages: Iterable[str] | None) -> str:
    if not passages:
        return ""
    return f"{reverse('set_back')}?{urlencode([('passage', one) for one in passages])}"


def _of_model(told: Line, step: StepShown) -> Line:
    got = step.got
    ended = step.state != NOW
    return replace(
        told,
        why=panel_telling.asked_for(step.action, step.why),
        got=_broken(step) if step.state == FAILED else panel_telling.kept(step.action, got) if got else "",
        aside=panel_telling.set_aside(got),
        withheld=panel_telling.withheld(step.action, got),
        failed=panel_telling.failed(got),
        spent=step_words(spent_on([got])),
        found=tuple(got.get("found", ())),
        asks_model=True,
        thinking="" if ended else step.thought[-TAIL:],
        thought=str(got.get("reasoning") or step.thought) if ended else "",
    )


def _broken(step: StepShown) -> str:
    return str(step.error.get("message") or _("Not finished."))


def reason(code: str) -> str:
    """Why a result is partial or insufficient."""
    return _reasons().get(code, code)


def removal(code: str) -> str:
    """Why a statement is not shown."""
    return _removals().get(code, code)


def _titles() -> dict[str, tuple[str, str]]:
    return {
        "intake": (_("Read"), _("the case")),
        "rank": (_("Rank"), _("all diseases")),
        "lookup": (_("Look up"), ""),
        "match": (_("Match"), _("published cases")),
        "search": (_("Search"), _("passages")),
        "ask": (_("Ask"), ""),
        "weigh": (_("Weigh"), _("the leading candidates")),
        "challenge": (_("Challenge"), _("the leaders")),
        "conclude": (_("Conclude"), _("the differential")),
        "verify": (_("Verify"), _("every statement")),
    }


def _planned(action: str) -> str:
    return {
        "intake": _("what of the case is used"),
        "rank": _("compares the findings with every disease"),
        "weigh": _("writes what speaks for and against each"),
        "challenge": _("tries to break each leader"),
        "conclude": _("the order, and how it came about"),
        "verify": _("each statement is checked against its source"),
    }.get(action, _("planned"))


def _time(step: StepShown) -> str:
    if step.seconds is not None:
        return duration(step.seconds)
    if step.state != NOW:
        return ""
    return _("asked") if step.action == "ask" else _("under way")


def _reasons() -> dict[str, str]:
    return {
        "no_reasoning_model": _(
            "No reasoning model is set up. The ranking and the statements are complete; the words come from templates."
        ),
        "model_away": _(
            "The reasoning model stopped answering. From then on the rules decided; the ranking does not depend on it."
        ),
        "model_spent": _(
            "The tokens or the time allowed for the reasoning model were used up. From then on the rules "
            "decided; the ranking does not depend on it."
        ),
        "model_failed": _(
            "The reasoning model gave an answer that could not be used. The thread says where; that part was done "
            "without it."
        ),
        "out_of_time": _("The time ran out. What was ranked by then stands."),
        "run.out_of_steps": _("The steps allowed were used up. What was ranked by then stands."),
        "search_away": _(
            "The search by meaning did not answer. Passages were found by their words and findings; the ranking does "
            "not depend on it."
        ),
        "step_failed": _(
            "A part of the knowledge could not be read. The thread says which; what was read stands, and the ranking "
            "is complete."
        ),
        "two_diseases": _("No single disease explains the findings well; they may be those of two."),
        "not_checked": _("The statements were not checked against their sources, so none is shown."),
        "no_findings": _("The case has no finding that is present, so there is nothing to compare."),
        "too_few_findings": _("Fewer than three findings are present: too many diseases fit equally well."),
        "too_few_specific_findings": _(
            "The findings are common ones. Too many diseases fit them equally well, so no list is shown."
        ),
    }


def _removals() -> dict[str, str]:
    return {
        "no_evidence": _("it named no source"),
        "unknown_evidence": _("its source is not among what was read"),
        "evidence_altered": _("its source was altered after it was read"),
        "evidence_not_in_source": _("its source does not hold what was quoted"),
        "quote_not_in_source": _("the words it quoted do not stand in its source"),
        "number_not_in_evidence": _("it gave a number that its source does not give"),
        "id_not_in_evidence": _("it named an entry that its source does not name"),
        "strength_not_in_evidence": _("it said how often more strongly or weakly than its source"),
        "other_disease": _("its source speaks of another disease"),
        "other_finding": _("its source speaks of another finding"),
        "not_stated": _("its source does not state it"),
        "direction_reversed": _("it turned round what its source says"),
        "finding_not_recorded": _("it spoke of a finding that is not recorded for this patient"),
        "beyond_evidence": _("it went beyond what its source states"),
    }
