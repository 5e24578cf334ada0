"""Tells the workers that a run is waiting. Only a bell: if nobody hears it, the row still waits and the reaper
rings again.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db.models.functions import Now
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from diagnosis_app.runs.models import Run

PATIENCE = 1.0  # seconds: a person waits for the page while the bell is rung
# Workers wait long for a message; whoever rings does not wait for a broker that hangs, and does not try again.
IMPATIENT = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
log = logging.getLogger("clew.runs")


def ring(run_id: UUID) -> bool:
    """True if the broker took it. Never raises for a broker that is down, and does not wait for it."""
    from diagnosis_app.celery import app
    from diagnosis_app.leases import LOW
    from diagnosis_app.runs.tasks import investigate

    priority = LOW if Run.objects.filter(pk=run_id, background=True).exists() else 0
    try:
        with app.connection(transport_options=IMPATIENT) as connection:
            producer = app.amqp.Producer(connection)
            investigate.apply_async(args=(str(run_id),), retry=False, producer=producer, priority=priority)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("run %s stays queued: the broker did not answer (%s)", run_id, type(error).__name__)
        return False
    Run.objects.filter(pk=run_id).update(rung_at=Now())
    return True
