"""The verdict on one disease: its panel, which the page of the result holds, and the diagnosis that is another one.

With a script the panel is replaced in place; without one each form leads back to the result.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.review import verdicts
from diagnosis_app.review.blinding import NoLongerOpen, blind
from diagnosis_app.review.diseases import offered
from diagnosis_app.review.models import Verdict
from diagnosis_app.review.panel import Panel, panel_of, sheet_of
from diagnosis_app.review.views.run import back, frame, is_fragment, read_run_of, run_of
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run

FEW = (Verdict.Value.CONFIRMED, Verdict.Value.PLAUSIBLE)  # of a disease that somebody names themselves


@require_safe
@performs(Verb.REVIEW_READ)
def candidate(request: HttpRequest, case_id: UUID, run_id: UUID, disease: str) -> HttpResponse:
    """The verdicts on one disease of the result, on a page of its own."""
    actor = actor_of(request)
    run = read_run_of(actor, Verb.REVIEW_READ, case_id, run_id, "review")
    return _page(request, run, _panel(actor, run, disease))


@require_POST
@performs(Verb.VERDICT_GIVE)
def give(request: HttpRequest, case_id: UUID, run_id: UUID, disease: str) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.VERDICT_GIVE, case_id, run_id)
    value, comment = request.POST.get("verdict", ""), request.POST.get("comment", "")
    try:
        verdicts.give(actor, run, disease, value, comment, reading=_reading(request))
    except (Invalid, NoLongerOpen) as error:
        return _refused(request, actor, run, disease, error)
    return _after(request, actor, run, disease)


@require_POST
@performs(Verb.VERDICT_GIVE)
def take_back(request: HttpRequest, case_id: UUID, run_id: UUID, disease: str) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.VERDICT_GIVE, case_id, run_id)
    try:
        verdicts.take_back(actor, run, disease, reading=_reading(request))
    except NoLongerOpen as error:
        return _refused(request, actor, run, disease, error)
    return _after(request, actor, run, disease)


@require_http_methods(["GET", "HEAD", "POST"])
@performs(Verb.VERDICT_GIVE)
def another(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    """Diseases by name or id; a POST gives a verdict on the one that was chosen."""
    actor = actor_of(request)
    run = read_run_of(actor, Verb.VERDICT_GIVE, case_id, run_id, "review")
    problem: Invalid | NoLongerOpen | None = None
    if request.method == "POST":
        try:
            given = verdicts.give_another(
                actor,
                run,
                request.POST.get("disease", "")[:40],
                request.POST.get("verdict", ""),
                request.POST.get("comment", ""),
                reading=_reading(request),
            )
        except (Invalid, NoLongerOpen) as error:
            problem = error
        else:
            return redirect("review_candidate", case_id=case_id, run_id=run_id, disease=given.disease)
    open_reading = blind(actor, run.case_id)
    text = request.POST.get("q", "") or request.GET.get("q", "")
    context = {
        **frame(run),
        "text": text[:200],
        "offered": offered(run, text),
        "values": [(value, value.label) for value in FEW],
        "comment": request.POST.get("comment", ""),
        "limit": verdicts.COMMENT_LIMIT,
        "problem": problem,
        "reading": open_reading.pk if open_reading else "",
    }
    template = "review/_offered.html" if is_fragment(request) else "review/another.html"
    return render(request, template, context, status=problem.status if problem else 200)


def _reading(request: HttpRequest) -> str:
    """The second reading that the form was shown for."""
    return request.POST.get("reading", "")


def _refused(request: HttpRequest, actor: Actor, run: Run, disease: str, error: Invalid | NoLongerOpen) -> HttpResponse:
    """The panel with what was typed, and what is wrong."""
    run = runs.read_run(actor, run.pk, part="review")
    typed = {"verdict": request.POST.get("verdict", ""), "comment": request.POST.get("comment", "")}
    panel = panel_of(actor, run, disease, problem=error, typed=typed)
    if panel is None:
        raise error
    if is_fragment(request):
        return _fragment(request, actor, run, panel)
    return _page(request, run, panel, status=error.status)


def _panel(actor: Actor, run: Run, disease: str) -> Panel:
    panel = panel_of(actor, run, disease)
    if panel is None:
        raise Hidden()
    return panel


def _after(request: HttpRequest, actor: Actor, run: Run, disease: str) -> HttpResponse:
    if is_fragment(request):
        run = runs.read_run(actor, run.pk, part="review")  # the answer shows what colleagues gave
        return _fragment(request, actor, run, panel_of(actor, run, disease))
    panel = panel_of(actor, run, disease)
    if panel is not None and request.POST.get("from") == "page":
        return redirect("review_candidate", case_id=run.case_id, run_id=run.pk, disease=disease)
    return back(run, f"v-{panel.slug}" if panel is not None and panel.listed else "review")


def _fragment(request: HttpRequest, actor: Actor, run: Run, panel: Panel | None) -> HttpResponse:
    """The panel, and beside it the sheet, which counts and compares what was given."""
    context = {
        "case": run.case,
        "run": run,
        "panel": panel,
        "review": sheet_of(actor, run),
        "from": request.POST.get("from", ""),
    }
    return render(request, "review/_after.html", context)


def _page(request: HttpRequest, run: Run, panel: Panel, *, status: int = 200) -> HttpResponse:
    return render(request, "review/candidate.html", {**frame(run), "panel": panel, "from": "page"}, status=status)
