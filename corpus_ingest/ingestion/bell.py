"""Tells the worker that an ingestion is waiting. Only a bell: the row waits, and the reaper rings again."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db.models.functions import Now
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from corpus_ingest.errors import QueueDown
from corpus_ingest.models import Ingestion, State

PATIENCE = 1.0  # seconds: a person waits for the page while the bell is rung
IMPATIENT = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
DOWN = QueueDown(
    "The queue does not answer: this waits and starts by itself when it does.",
    hint="Start ./run; in a hospital: docker compose up -d redis.",
)
log = logging.getLogger("clew.ingest")


def ring(ingestion_id: UUID) -> bool:
    """True if the broker took it. Never raises for a broker that is down, and does not wait for it."""
    from corpus_ingest.tasks import ingest
    from diagnosis_app.celery import app

    waiting = Ingestion.objects.filter(pk=ingestion_id, state=State.QUEUED)
    try:
        with app.connection(transport_options=IMPATIENT) as connection:
            ingest.apply_async(args=(str(ingestion_id),), retry=False, producer=app.amqp.Producer(connection))
    except (OperationalError, RedisError, OSError) as error:
        log.warning("ingestion %s stays queued: the broker did not answer (%s)", ingestion_id, type(error).__name__)
        waiting.update(error={"code": DOWN.code, "message": DOWN.message, "hint": DOWN.hint})
        return False
    waiting.update(error={})
    Ingestion.objects.filter(pk=ingestion_id).update(rung_at=Now())
    return True
