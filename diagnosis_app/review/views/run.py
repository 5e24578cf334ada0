"""The run that a page of the review is about, and the way back to its result."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases.actions import content_of
from diagnosis_app.errors import Hidden
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run
from frontend.words import who


def run_of(actor: Actor, verb: Verb, case_id: UUID, run_id: UUID) -> Run:
    found = runs.find(actor, verb, run_id)
    if found.case_id != case_id:
        raise Hidden()
    return found


def read_run_of(actor: Actor, verb: Verb, case_id: UUID, run_id: UUID, part: str) -> Run:
    """The same for a page that shows something of it: the reading is a row of the trail."""
    run_of(actor, verb, case_id, run_id)
    return runs.read_run(actor, run_id, part=part)


def back(run: Run, place: str) -> HttpResponseRedirect:
    url = reverse("run", kwargs={"case_id": run.case_id, "run_id": run.pk})
    return HttpResponseRedirect(f"{url}#{place}")


def is_fragment(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def frame(run: Run) -> dict[str, object]:
    content = content_of(run.version)
    return {
        "case": run.case,
        "run": run,
        "who": who(content.sex, content.age),
        "tab": "investigation",
        "saved": _("Version %(version)s, run %(run)s") % {"version": run.version.number, "run": run.reference},
    }
