"""What an investigation did, in sentences. Steps store facts; the words are made here, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from diagnosis_app.runs.telling import about_of, got_of, why_of
from diagnosis_app.runs.thread import DONE, FAILED, LATER, NOW, StepShown
from frontend.words import duration


@dataclass(frozen=True, slots=True)
class Line:
    """A step as it is read: what was done to what, why, and what came back."""

    key: str
    verb: str
    about: str
    state: str
    why: str
    got: str
    time: str
    sent_back: bool = False
    marks: str = ""  # where the marks are seen that set passages back


def line(step: StepShown) -> Line:
    verb, about = _titles().get(step.action, (step.action, ""))
    about = about_of(step.action, step.why, step.got) or about
    why = why_of(step.action, step.why)
    if step.state == LATER:
        why = _planned(step.action)
    got = got_of(step.action, step.got) if step.state == DONE else ""
    if step.state == FAILED:
        got = str(step.error.get("message") or _("Not finished."))
    back = bool(step.got.get("sent_back"))
    return Line(step.key, verb, about, step.state, why, got, _time(step), back, _marks(step.got.get("behind")))


def _marks(passages: Iterable[str] | None) -> str:
    if not passages:
        return ""
    return f"{reverse('set_back')}?{urlencode([('passage', one) for one in passages])}"


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
