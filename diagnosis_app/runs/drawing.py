"""Draws the parts of a run's page: all of it for a request, and for each event the parts that it changes.

One set of templates for both, so a page that was open all along and one just loaded are the same.
"""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from agents.contract import EventType
from diagnosis_app.runs.model_words import outside_words
from diagnosis_app.runs.models import Run
from diagnosis_app.runs.narration import line
from diagnosis_app.runs.result import leaders_of
from diagnosis_app.runs.spending import Spent, cost_words, run_words, spent_on
from diagnosis_app.runs.stream import Draw
from diagnosis_app.runs.thread import Thread, Told
from frontend.tags import thousands
from frontend.words import duration

STEPS = (EventType.STEP_STARTED, EventType.STEP_DONE, EventType.STEP_FAILED)


def live_parts(run: Run) -> Draw:
    """What an event changes on the page, by the id of the element it replaces."""
    budget, reference = dict(run.manifest["budget"]), run.reference
    case_url, modelled = reverse("case", kwargs={"case_id": run.case_id}), bool(run.manifest.get("model"))

    def draw(thread: Thread, told: Told) -> dict[str, str]:
        if told.type == EventType.ENDED:
            return {}  # the page asks for the result, which is another page
        if told.type == EventType.THOUGHT:
            return _thought(thread, told)
        shown = {"thread": thread, "budget": budget, "reference": reference}
        parts: dict[str, str] = {"run-state": render_to_string("runs/_state.html", shown)}
        if told.type == EventType.ASKED:
            key = told.payload["key"]
            here = {"case_id": run.case_id, "run_id": run.pk, "key": key}
            step = next(step for step in thread.steps if step.key == key)
            shown = {"step": line(step), "question_url": reverse("run_question", kwargs=here)}
            parts[f"step-{key}"] = render_to_string("runs/_step.html", shown)
        if told.type in (*STEPS, EventType.ANSWERED):
            key = told.payload["key"]
            step = next(step for step in thread.steps if step.key == key)
            parts[f"step-{key}"] = render_to_string("runs/_step.html", {"step": line(step), "case_url": case_url})
            parts["run-budget"] = render_to_string("runs/_budget.html", budget_of(thread, budget, modelled=modelled))
        if told.type == EventType.RANKED:
            parts["so-far"] = render_to_string("runs/_so_far.html", {"leaders": leaders_of(thread.leaders)})
        return parts

    return draw


def thread_context(thread: Thread, run: Run) -> dict[str, Any]:
    return {
        "thread": thread,
        "steps": [line(step) for step in thread.steps],
        "leaders": leaders_of(thread.leaders),
        "reference": run.reference,
        "case_url": reverse("case", kwargs={"case_id": run.case_id}),
        "outside_calls": outside_words(run.manifest.get("model")),
        **budget_of(thread, run.manifest["budget"], modelled=bool(run.manifest.get("model"))),
    }


def _thought(thread: Thread, told: Told) -> dict[str, str]:
    """The last lines of what the model thinks; nothing else on the page changes by it."""
    key = told.payload["key"]
    step = next((one for one in thread.steps if one.key == key), None)
    if step is None:
        return {}
    return {f"thought-{key}": render_to_string("runs/_thinking.html", {"step": line(step)})}


def budget_of(thread: Thread, budget: dict[str, Any], *, modelled: bool = False) -> dict[str, Any]:
    spent = spent_on(step.got for step in thread.steps)
    steps, seconds = int(budget["steps"]), float(budget["seconds"])
    return {
        "meters": [
            {
                "name": _("Steps"),
                "used": _("%(n)s of %(of)s") % {"n": thread.done, "of": steps},
                "width": min(100 * thread.done / max(steps, 1), 100),
            },
            {
                "name": _("Working time"),
                "used": _("%(n)s of %(of)s s") % {"n": f"{thread.seconds:.1f}", "of": f"{seconds:.0f}"},
                "width": min(100 * thread.seconds / max(seconds, 1), 100),
            },
            *([_tokens(spent, int(budget.get("tokens") or 0))] if modelled else []),
        ],
        "modelled": modelled,
        "tokens": run_words(spent) if spent.calls else "",
        "model_seconds": duration(spent.seconds) if spent.calls else "",
        "cost": cost_words(spent),
    }


def _tokens(spent: Spent, allowed: int) -> dict[str, Any]:
    return {
        "name": _("Tokens"),
        "used": _("%(n)s of %(of)s") % {"n": thousands(spent.tokens), "of": thousands(allowed)},
        "width": min(100 * spent.tokens / max(allowed, 1), 100),
    }
