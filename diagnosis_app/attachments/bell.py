"""Tells the workers that a letter waits to be read. If nobody hears it, the row still waits and the page says so."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db.models.functions import Now
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from diagnosis_app.attachments.models import Attachment
from diagnosis_app.runs.bell import IMPATIENT

log = logging.getLogger("clew.letters")


def ring(attachment_id: UUID) -> bool:
    """True if the broker took it. Never raises for a broker that is down, and does not wait for it."""
    from diagnosis_app.attachments.tasks import read_letter
    from diagnosis_app.celery import app

    try:
        with app.connection(transport_options=IMPATIENT) as connection:
            read_letter.apply_async(args=(str(attachment_id),), retry=False, producer=app.amqp.Producer(connection))
    except (OperationalError, RedisError, OSError) as error:
        log.warning("letter %s waits: the broker did not answer (%s)", attachment_id, type(error).__name__)
        return False
    Attachment.objects.filter(pk=attachment_id).update(rung_at=Now())
    return True
