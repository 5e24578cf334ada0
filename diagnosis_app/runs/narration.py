"""What an investigation did, in sentences. Steps store facts; the words are made here, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.runs.thread import DONE, FAILED, LATER, NOW, StepShown
from frontend.tags import thousands
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


def line(step: StepShown) -> Line:
    verb, about = _titles().get(step.action, (step.action, ""))
    why = _why(step)
    if step.state == LATER:
        why = _planned(step.action)
    got = _got(step.action, step.got) if step.state == DONE else ""
    if step.state == FAILED:
        got = str(step.error.get("message") or _("Not finished."))
    return Line(step.key, verb, about, step.state, why, got, _time(step))


def reason(code: str) -> str:
    """Why a result is partial or insufficient."""
    return _reasons().get(code, code)


def removal(code: str) -> str:
    """Why a statement is not shown."""
    return _removals().get(code, code)


def _titles() -> dict[str, tuple[str, str]]:
    return {
        "rank": (_("Rank"), _("all diseases")),
        "conclude": (_("Conclude"), _("the leading candidates")),
        "verify": (_("Verify"), _("every statement")),
    }


def _planned(action: str) -> str:
    return {
        "rank": _("compares the findings with every disease"),
        "conclude": _("writes what speaks for and against each"),
        "verify": _("each statement is checked against its source"),
    }.get(action, _("planned"))


def _why(step: StepShown) -> str:
    why = step.why
    match step.action:
        case "rank":
            present = int(why.get("present", 0))
            absent = int(why.get("excluded", 0))
            said = ngettext("%(n)s finding present", "%(n)s findings present", present) % {"n": present}
            if absent:
                said = _("%(present)s, %(absent)s looked for and absent") % {"present": said, "absent": absent}
            return _("%(findings)s, compared with every disease.") % {"findings": said}
        case "conclude":
            return _(
                "What is documented is read against the patient, for and against, for each of the first %(n)s."
            ) % {"n": why.get("candidates", 0)}
        case "verify":
            return _("Each statement is held against its source by code, not by a model.")
    return ""


def _got(action: str, got: Mapping[str, Any]) -> str:
    match action:
        case "rank":
            return _ranked(got)
        case "conclude":
            return _("%(statements)s statements; %(sources)s sources read.") % {
                "statements": thousands(int(got.get("statements", 0))),
                "sources": thousands(int(got.get("sources", 0))),
            }
        case "verify":
            return _checked(got)
    return ""


def _ranked(got: Mapping[str, Any]) -> str:
    total = thousands(int(got.get("total", 0)))
    leaders = [one["name"] for one in got.get("leaders", [])[:2]]
    if got.get("outcome") != "ranked" or not leaders:
        return _("%(total)s diseases compared; not enough to tell them apart.") % {"total": total}
    if len(leaders) == 1 or got.get("apart") is None:
        return _("%(total)s diseases compared. %(first)s leads.") % {"total": total, "first": leaders[0]}
    return _("%(total)s diseases compared. %(first)s leads, %(apart)s ahead of %(second)s.") % {
        "total": total,
        "first": leaders[0],
        "second": leaders[1],
        "apart": f"{got['apart']:.1f}",
    }


def _checked(got: Mapping[str, Any]) -> str:
    checked, removed = int(got.get("checked", 0)), int(got.get("removed", 0))
    if not removed:
        return _("%(checked)s checked, all of them stand.") % {"checked": thousands(checked)}
    return ngettext(
        "%(checked)s checked, %(removed)s had no support and is not shown.",
        "%(checked)s checked, %(removed)s had no support and are not shown.",
        removed,
    ) % {"checked": thousands(checked), "removed": thousands(removed)}


def _time(step: StepShown) -> str:
    if step.seconds is not None:
        return duration(step.seconds)
    return _("under way") if step.state == NOW else ""


def _reasons() -> dict[str, str]:
    return {
        "no_reasoning_model": _(
            "No reasoning model is set up. The ranking and the statements are complete; the words come from templates."
        ),
        "out_of_time": _("The time ran out. What was ranked by then stands."),
        "run.out_of_steps": _("The steps allowed were used up. What was ranked by then stands."),
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
