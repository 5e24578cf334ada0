"""Notices that other knowledge came into use, and that a pass has no worker.

Called by the reaper, every two seconds. It compares the pointer with the last pass, so no bell can be lost: however
the snapshot came into use, by a command, a page, another host or a rollback, one pass follows. It
holds no state and any number may run.
"""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from agents.contract import Failure
from corpus_ingest import publish
from diagnosis_app.leases import ATTEMPTS, ending, free_to_take, unheard
from diagnosis_app.reanalysis.models import Pass, Reranking
from diagnosis_app.reanalysis.worker import again, in_use, note_end

log = logging.getLogger("clew.reanalysis")
LOST = Failure(
    "reanalysis.worker_lost",
    f"The worker was lost {ATTEMPTS} times one after the other.",
    "The log of the workers names the time; the next publication tries again.",
)


def watch() -> bool:
    """One round; whether a bell was rung."""
    last = _current(Pass.objects.order_by("-number").first())
    if last is None or last.state == Pass.State.ENDED:
        return False
    if Pass.objects.filter(free_to_take(), pk=last.pk, attempts__gte=ATTEMPTS).exists():
        _pass_over(last)
    return Pass.objects.filter(unheard(), pk=last.pk).exists() and again(last)


def _current(last: Pass | None) -> Pass | None:
    """The pass for what is in use: the last one, or a new one that takes its place."""
    target = in_use()
    if target is None or (last is not None and last.target == target and last.outcome != Pass.Outcome.SUPERSEDED):
        return last  # one that a worker ended, when the pointer was elsewhere for a moment, is made again
    if target not in publish.finished(Path(settings.KNOWLEDGE_DIR)):
        return last  # a pointer to nothing: whatever needs knowledge says so
    try:
        with transaction.atomic():
            if last is not None:
                _supersede(last)
            number, source = (last.number + 1, last.target) if last else (1, "")
            made = Pass.objects.create(number=number, source=source, target=target)
    except IntegrityError:
        return Pass.objects.order_by("-number").first()  # another reaper was first
    log.info("pass %s: open cases are ranked with %s", made.number, target)
    return made


def _supersede(last: Pass) -> None:
    """What it has not looked at is compared by the next pass, with what the teams last saw."""
    running = Pass.objects.filter(pk=last.pk).exclude(state=Pass.State.ENDED)
    if running.update(fence=F("fence") + 1, outcome=Pass.Outcome.SUPERSEDED, at=None, **ending()) == 1:
        note_end(last, Pass.Outcome.SUPERSEDED)


def _pass_over(row: Pass) -> None:
    """The worker was lost three times in a row: at one case, which is left out, or before any, which ends the pass."""
    with transaction.atomic():
        row.refresh_from_db()
        gone = Pass.objects.filter(free_to_take(), pk=row.pk, fence=row.fence, attempts__gte=ATTEMPTS)
        if row.at is None:
            error = row.error or LOST.as_json()
            if gone.update(fence=F("fence") + 1, outcome=Pass.Outcome.FAILED, error=error, **ending()) == 1:
                note_end(row, Pass.Outcome.FAILED)
            return
        if gone.update(fence=F("fence") + 1, attempts=0, at=None, state=Pass.State.QUEUED, rung_at=None) != 1:
            return
        from diagnosis_app.cases.models import Case

        if Case.objects.filter(pk=row.at).exists():
            Reranking.objects.get_or_create(
                during=row, case_id=row.at, defaults={"result": Reranking.Result.FAILED, "code": LOST.code}
            )
    log.error("pass %s leaves out case %s: its worker was lost there %s times", row.number, row.at, ATTEMPTS)
