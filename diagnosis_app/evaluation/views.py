"""The page Evaluation, and its table as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.errors import Hidden
from diagnosis_app.evaluation import actions, files, page, words
from diagnosis_app.evaluation.investigations import groups
from diagnosis_app.evaluation.models import EvaluationRun

LISTED = 30  # runs


@performs(Verb.EVALUATION_READ)
@require_safe
def evaluation(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    newest = list(actions.runs(actor)[:LISTED])
    run = _asked(actor, request.GET.get("run", "")) or (newest[0] if newest else None)
    if run is None:
        return render(request, "evaluation/evaluation.html", {"run": None, "investigations": groups(actor)})
    other = _asked(actor, request.GET.get("with", ""))
    if other is not None and other.pk == run.pk:
        other = None
    by = request.GET.get("by", page.DEFAULT)
    if by not in {one.key for one in words.weightings()}:
        by = page.DEFAULT
    context = {**_shown(run, other, by, newest), "investigations": groups(actor)}
    return render(request, "evaluation/evaluation.html", context)


@performs(Verb.EVALUATION_READ)
@require_safe
def evaluation_table(request: HttpRequest) -> HttpResponse:
    """?run=ID&form=csv, or json for all that a run holds."""
    actor = actor_of(request)
    newest = actions.runs(actor).first()
    run = _asked(actor, request.GET.get("run", "")) or (actions.find(actor, newest.pk) if newest else None)
    if run is None:
        return HttpResponse(f"{','.join(files.HEADER)}\n", content_type="text/csv; charset=utf-8")
    if request.GET.get("form") == "json":
        response: HttpResponse = JsonResponse(files.as_json(run))
        name = f"clew-evaluation-{run.pk}.json"
    else:
        response = HttpResponse(files.as_csv(run), content_type="text/csv; charset=utf-8")
        name = f"clew-evaluation-{run.pk}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(actor: Actor, text: str) -> EvaluationRun | None:
    """The run of this id; nothing asked, nothing found."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Hidden(_("There is no such run."), hint=_("Choose one from the list of runs."))
    return actions.find(actor, int(text))


def _shown(run: EvaluationRun, other: EvaluationRun | None, by: str, newest: list[EvaluationRun]) -> dict[str, Any]:
    return {
        "run": run,
        "other": other,
        "by": by,
        "weighting": next(one for one in words.weightings() if one.key == by),
        "weightings": words.weightings(),
        "protocol": words.protocol(run.protocol),
        "rows": page.rows(run, by, other),
        "changes": page.changes(run, other, by) if other else (),
        "lists": page.lists(run, by),
        "unblindable": page.has_unblindable(run),
        "how_far": page.how_far(run, by, other),
        "first_ten": page.first_ten(run, by),
        "reliability": page.reliability(run),
        "systems": page.by_system(run),
        "findings": page.by_findings(run),
        "misses": page.misses(run),
        "missed": sum(count for _reason, count in page.misses(run)),
        "adding": page.adding(run),
        "versions": run.versions,
        "runs": [(one, words.protocol(one.protocol), page.rows(one, by)) for one in newest],
        "others": [one for one in newest if one.pk != run.pk],
    }
