"""What is done with runs: stored by the command, read by everybody who is signed in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import Hidden
from diagnosis_app.evaluation.models import EvaluationRun

STORED = "evaluation.store"


def store(who: str, document: dict[str, Any]) -> EvaluationRun:
    """Keeps a finished run; `document` is what OUT holds."""
    versions = document["versions"]
    with transaction.atomic():
        run = EvaluationRun.objects.create(
            created_by=who[:120],
            name=versions["cases"]["name"][:120],
            snapshot=versions["snapshot"],
            protocol=versions["protocol"],
            cases=document["summary"]["cases"],
            seconds=document["seconds"],
            summary=document["summary"],
            versions=versions,
            ranks=document["cases"],
        )
        actor = Actor(None, who[:120], "command", frozenset())
        log.record(actor, STORED, object=f"evaluation:{run.pk}", detail={"cases": run.cases, "snapshot": run.snapshot})
    return run


def runs(actor: Actor) -> QuerySet[EvaluationRun]:
    """The newest first, without the ranks, which are large."""
    actor.require(Verb.EVALUATION_READ)
    return EvaluationRun.objects.defer("ranks")


def find(actor: Actor, run_id: int) -> EvaluationRun:
    actor.require(Verb.EVALUATION_READ)
    try:
        return EvaluationRun.objects.get(pk=run_id)
    except EvaluationRun.DoesNotExist:
        raise Hidden("There is no such run.", hint="Choose one from the list of runs.") from None
