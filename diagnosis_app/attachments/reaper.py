"""Finds letters that nobody reads and rings for them again. It holds no state; any number may run."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from diagnosis_app.attachments.bell import ring
from diagnosis_app.attachments.models import Attachment
from diagnosis_app.attachments.reading_state import ATTEMPTS, give_up, waiting

log = logging.getLogger("clew.reaper")
QUIET = 10.0  # seconds a letter that was rung for is left alone: it may only be in the line


def sweep() -> tuple[int, int]:
    """One round: how many were rung for, how many given up."""
    left = Attachment.objects.filter(waiting())
    given_up = sum(give_up(found) for found in list(left.filter(attempts__gte=ATTEMPTS).values_list("pk", flat=True)))
    before = Now() - timedelta(seconds=QUIET)
    quiet = left.filter(attempts__lt=ATTEMPTS).filter(Q(rung_at__isnull=True) | Q(rung_at__lt=before))
    rung = 0
    for found in list(quiet.order_by("created_at").values_list("pk", flat=True)[:200]):
        if not ring(found):
            break  # the broker is down: the next round tries again
        rung += 1
    return rung, given_up


def watch() -> None:
    """The same, told in the log."""
    rung, given_up = sweep()
    if rung or given_up:
        log.info("rang for %d letters, gave up %d", rung, given_up)
