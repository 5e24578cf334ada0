"""The pages of batches: upload, look at what was read, start, watch, take the table away."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app import to_disk
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.models import Team
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.batch import actions
from diagnosis_app.batch.files import Found, uploaded
from diagnosis_app.batch.models import Batch
from diagnosis_app.batch.progress import OUTCOMES, Progress, progress_by_batch, progress_of
from diagnosis_app.batch.summing import as_csv
from diagnosis_app.batch.table import Asked, rows_of, table_of
from diagnosis_app.batch.words import look_of, look_of_batch
from diagnosis_app.cases.views.intake import team_of
from diagnosis_app.errors import ClinicError, Invalid, TooLarge

LARGEST = 60 * 1024**2  # bytes of one form: what the server lets through is 64 MB


@require_safe
@performs(Verb.BATCH_READ)
def batches(request: HttpRequest) -> HttpResponse:
    return _list(request)


@require_POST
@performs(Verb.BATCH_CREATE)
@csrf_exempt  # only until the form may be read: `_received` asks for the token
def upload(request: HttpRequest) -> HttpResponseBase:
    """Files or zips with a form, streamed to the disk and read there; then the page that says what was read."""
    request.upload_handlers = [to_disk.ToDisk(request, LARGEST)]
    try:
        return _received(request)
    except TooManyFilesSent:  # raised where the form is first read: by the check of its token
        return _list(request, actions.too_many())


@csrf_protect
def _received(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    try:
        files = _files(request)
        found = Found()
        name = files[0][0] if len(files) == 1 else ngettext("%d file", "%d files", len(files)) % len(files)
        batch = actions.create(actor, team_of(actor, request), name, uploaded(files, found), found)
    except ClinicError as error:
        return _list(request, error)
    return redirect("batch", batch_id=batch.pk)


def _files(request: HttpRequest) -> list[tuple[str, Path]]:
    files = to_disk.arrived(request, "file")
    if files is None:
        raise TooLarge(
            _("Together the files are larger than %(n)s MB.") % {"n": LARGEST // 1024**2},
            field="file",
            hint=_("Pack them as a zip, or split them into several batches."),
        )
    if not files:
        raise Invalid(_("No file arrived."), field="file", hint=_("Choose a zip, or several files."))
    return [(one.name or _("unnamed file"), to_disk.path_of(one)) for one in files]


@require_safe
@performs(Verb.BATCH_READ)
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The page; asked by its own script, the part of it that changes. That reading was recorded when it opened."""
    actor = actor_of(request)
    if request.headers.get("X-Clew-Page"):
        found = actions.find(actor, Verb.BATCH_READ, batch_id)
        return render(request, "batch/_batch.html", _shown(request, actor, found))
    found = actions.read(actor, batch_id)
    return render(request, "batch/batch.html", _shown(request, actor, found))


@require_safe
@performs(Verb.BATCH_EXPORT)
def summary(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The table with the first five of each file, as CSV."""
    actor = actor_of(request)
    found = actions.find(actor, Verb.BATCH_EXPORT, batch_id)
    rows = list(rows_of(found))
    detail = {"files": len(rows)}
    log.record(actor, Verb.BATCH_EXPORT, object=f"batch:{found.pk}", team_id=found.team_id, detail=detail)
    answer = HttpResponse(as_csv(rows, cases=True), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="clew-batch-{found.reference}.csv"'
    return answer


@require_POST
@performs(Verb.BATCH_START)
def start(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _acted(request, Verb.BATCH_START, batch_id, actions.start)


@require_POST
@performs(Verb.BATCH_CANCEL)
def cancel(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _acted(request, Verb.BATCH_CANCEL, batch_id, actions.cancel)


@require_POST
@performs(Verb.BATCH_START)
def resume(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _acted(request, Verb.BATCH_START, batch_id, actions.resume)


@require_POST
@performs(Verb.BATCH_START)
def retry(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _acted(request, Verb.BATCH_START, batch_id, actions.retry)


@require_POST
@performs(Verb.BATCH_DELETE)
def discard(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    actions.discard(actor, actions.find(actor, Verb.BATCH_DELETE, batch_id))
    return redirect("batches")


@require_POST
@performs(Verb.BATCH_DELETE)
def delete(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _acted(request, Verb.BATCH_DELETE, batch_id, actions.delete)


@require_POST
@performs(Verb.BATCH_DELETE)
def restore(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _acted(request, Verb.BATCH_DELETE, batch_id, actions.restore)


def _acted(request: HttpRequest, verb: Verb, batch_id: UUID, act: Any) -> HttpResponse:
    actor = actor_of(request)
    act(actor, actions.find(actor, verb, batch_id))
    return redirect("batch", batch_id=batch_id)


def _list(request: HttpRequest, error: ClinicError | None = None) -> HttpResponse:
    actor = actor_of(request)
    deleted = request.GET.get("state") == "bin"
    found = actions.listed(actor, deleted=deleted)
    progress = progress_by_batch(found)
    teams = Team.objects.filter(pk__in=actor.teams(Verb.BATCH_CREATE)).order_by("name")
    context = {
        "rows": [(one, progress[one.pk], look_of_batch(progress[one.pk].state)) for one in found],
        "deleted": deleted,
        "binned": Batch.objects.filter(team_id__in=actor.teams(Verb.BATCH_READ), deleted_at__isnull=False).count(),
        "teams": list(teams),
        "most": actions.MOST,
        "largest_mb": LARGEST // 1024**2,
        "problem": error,
    }
    return render(request, "batch/batches.html", context, status=error.status if error else 200)


def _shown(request: HttpRequest, actor: Actor, found: Batch) -> dict[str, Any]:
    asked, progress = Asked.of(request.GET), progress_of(found)
    return {
        "batch": found,
        "progress": progress,
        "look": look_of_batch(progress.state),
        "counts": _counts(found, progress),
        "asked": asked,
        "sort": f"-{asked.sort}" if asked.down else asked.sort,
        "heads": _heads(asked, started=found.started_at is not None),
        "table": table_of(found, asked),
        "cancellable": progress.state == "under_way",
        "resumable": found.deleted_at is None and bool(found.started_at) and bool(progress.counts.get("cancelled")),
        "retriable": found.deleted_at is None and bool(found.started_at) and progress.counts.get("failed", 0),
        "url": reverse("batch", kwargs={"batch_id": found.pk}),
    }


def _counts(found: Batch, progress: Progress) -> list[tuple[str, str, int]]:
    """Outcome, its words and how many, for the filter; before the start all that was read is one."""
    words = {one: look_of("read" if one == "waiting" and not found.started_at else one)[2] for one in OUTCOMES}
    return [(one, words[one], progress.counts[one]) for one in OUTCOMES if progress.counts.get(one)]


def _heads(asked: Asked, *, started: bool) -> list[dict[str, Any]]:
    """The headings of the table, each with the order that pressing it asks for."""
    named = {"file": _("File"), "outcome": _("Outcome") if started else _("Was it read?")}
    if started:
        named |= {"leading": _("Leading"), "score": _("Score"), "seconds": _("Took")}
    heads = []
    for key, label in named.items():
        here = key == asked.sort
        heads.append(
            {
                "key": key,
                "label": label,
                "to": f"-{key}" if here and not asked.down else key,
                "now": ("descending" if asked.down else "ascending") if here else "",
                "num": key in {"score", "seconds"},
            }
        )
    return heads
