"""Who reads a letter: a lease in its row, taken by a conditional UPDATE on the database's clock.

A reading is short and bounded, so the lease is longer than any reading and is not renewed.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import DateTimeField, Expression, ExpressionWrapper, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from diagnosis_app.attachments.models import Attachment, State

ATTEMPTS = 3  # workers that may be lost over one letter
LEASE = 150  # seconds: longer than the parsers may take


def waiting() -> Q:
    """Nobody reads it, or whoever did has been silent for longer than a lease."""
    return Q(state=State.READING) & (Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))


def claim(attachment_id: UUID) -> bool:
    free = Attachment.objects.filter(waiting(), pk=attachment_id, attempts__lt=ATTEMPTS)
    return free.update(lease_until=_until(), attempts=F("attempts") + 1) == 1


def end(attachment_id: UUID, **fields: object) -> None:
    Attachment.objects.filter(pk=attachment_id, state=State.READING).update(lease_until=None, **fields)


def give_up(attachment_id: UUID) -> bool:
    """Ends a reading over which workers were lost too often. False if somebody reads it again."""
    gone = Attachment.objects.filter(waiting(), pk=attachment_id, attempts__gte=ATTEMPTS)
    failed = gone.update(
        state=State.FAILED,
        code="attachment.gave_up",
        message=_("The reading was begun several times and each time cut off."),
        hint=_("Save the letter again as PDF or text, or paste its words into the note."),
        lease_until=None,
    )
    return failed == 1


def _until() -> Expression:
    return ExpressionWrapper(Now() + timedelta(seconds=LEASE), output_field=DateTimeField())
