"""What can be done with an investigation. Page, API and command come through these functions."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.contract import EventType, Outcome, OutcomeCode
from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.actions import save_version
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.runs import events
from diagnosis_app.runs.bell import ring
from diagnosis_app.runs.manifest import manifest_for
from diagnosis_app.runs.models import Run, State
from diagnosis_app.runs.store import end


def request_run(actor: Actor, case: Case, *, asks: bool = True, background: bool = False) -> Run:
    """Starts an investigation of the case as it is now. While one is under way, that one comes back.

    Unsaved changes become a version first, so the run speaks of something that cannot change. `asks`: whether it may
    put a question and wait for the answer. In the `background` it asks nothing, and workers take it when no other
    investigation waits.
    """
    actor.require(Verb.RUN_START, case)
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    if (active := active_run(case)) is not None:
        return active if background else _hurried(active)
    knowledge = library.current()  # before anything is written: without knowledge there is nothing to start
    try:
        with transaction.atomic():
            version = save_version(actor, case)
            run = Run.objects.create(
                team_id=case.team_id,
                case=case,
                version=version,
                manifest=manifest_for(version, knowledge, asks=asks and not background),
                requested_by_id=actor.user_id,
                background=background,
            )
            events.append(run.pk, EventType.QUEUED, "run.queued", {"version": version.number})
            detail = {"case": str(case.pk), "version": version.number, "snapshot": knowledge.id}
            detail |= {"background": True} if background else {}
            log.record(actor, Verb.RUN_START, object=f"run:{run.pk}", team_id=case.team_id, detail=detail)
            transaction.on_commit(lambda: ring(run.pk))
    except IntegrityError:
        if (active := active_run(case)) is None:  # pressed twice at the same moment: the other press won
            raise
        return active
    return run


def read_run(actor: Actor, run_id: UUID | str, *, part: str = "run") -> Run:
    """The run with case, version and team loaded. Every read is one row of the trail."""
    run = find(actor, Verb.RUN_READ, run_id)
    log.record(
        actor,
        Verb.RUN_READ,
        object=f"run:{run.pk}",
        team_id=run.team_id,
        detail={"case": str(run.case_id), "part": part},
    )
    return run


def cancel(actor: Actor, run: Run) -> Run:
    """Ends the run now, wherever it is. A worker that still carries it can write nothing more."""
    actor.require(Verb.RUN_CANCEL, run)
    with transaction.atomic():
        changed = (
            Run.objects.filter(pk=run.pk)
            .exclude(state=State.ENDED)
            .update(fence=F("fence") + 1, cancel_asked_at=timezone.now())
        )
        if changed == 1:
            end(run.pk, Outcome(OutcomeCode.CANCELLED))
            detail = {"case": str(run.case_id)}
            log.record(actor, Verb.RUN_CANCEL, object=f"run:{run.pk}", team_id=run.team_id, detail=detail)
    run.refresh_from_db()
    return run


def runs_of(actor: Actor, case: Case) -> list[Run]:
    """The investigations of a case, newest first. The caller has read the case."""
    actor.require(Verb.RUN_READ, case)
    return list(case.runs.select_related("version", "requested_by").order_by("-created_at"))


def find(actor: Actor, verb: Verb, run_id: UUID | str) -> Run:
    """The run, if this actor may do `verb` with it; otherwise there is no such run."""
    actor.require(verb)
    try:
        run = Run.objects.select_related("case", "case__draft", "case__team", "version", "requested_by").get(pk=run_id)
    except (Run.DoesNotExist, ValidationError, ValueError, TypeError):
        raise Hidden() from None  # the same words as for one of another team
    actor.require(verb, run)
    return run


def _hurried(run: Run) -> Run:
    """Somebody waits for it now: a worker takes it before what runs in the background."""
    if Run.objects.filter(pk=run.pk, background=True, state=State.QUEUED).update(background=False) == 1:
        run.background = False
        ring(run.pk)
    return run


def active_run(case: Case) -> Run | None:
    return case.runs.exclude(state=State.ENDED).select_related("version").first()
