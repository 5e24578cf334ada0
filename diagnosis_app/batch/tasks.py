"""The queue's task that begins what waits in batches. It carries nothing: what is to be done stands in the rows."""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import task_postrun
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from diagnosis_app.celery import app
from diagnosis_app.leases import LOW
from diagnosis_app.runs.bell import IMPATIENT
from diagnosis_app.runs.tasks import investigate

log = logging.getLogger("clew.batch")


@app.task(name="clew.batch", acks_late=True, ignore_result=True)
def feed_batches() -> None:
    """Begins as many runs of batches as there is room for."""
    _feed()


@task_postrun.connect
def _after_a_run(task: Any = None, **_: Any) -> None:
    """A run has ended, or was given back: there may be room for the next file of a batch."""
    if getattr(task, "name", "") == investigate.name:
        _feed()


def _feed() -> None:
    from diagnosis_app.batch import feeding
    from diagnosis_app.runs import shutdown

    if shutdown.asked():
        return
    close_old_connections()
    try:
        feeding.give()
    except (OperationalError, InterfaceError) as error:
        log.warning("batches wait: %s", type(error).__name__)  # the reaper rings again
    finally:
        connection.close()


def ring() -> bool:
    """Tells the workers, after everything that somebody waits for. Only a bell: the reaper rings again."""
    try:
        with app.connection(transport_options=IMPATIENT) as broker:
            feed_batches.apply_async(retry=False, producer=app.amqp.Producer(broker), priority=LOW)
    except (BrokerError, RedisError, OSError) as error:
        log.warning("batches wait: the broker did not answer (%s)", type(error).__name__)
        return False
    return True
