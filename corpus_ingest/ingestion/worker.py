"""Carries one ingestion from its claim to its end, in the queue's process or inline.

Each stage can be done again: what was finished before is found by its content and not done twice. This
is the border at which an unforeseen error becomes a state. No text of a source is logged: of such an
error only the type and the places in the code are written down.
"""

from __future__ import annotations

import errno
import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from corpus_ingest.errors import CannotWrite, Crashed, DiskFull
from corpus_ingest.ingestion import claim, control, steps
from corpus_ingest.ingestion.bell import ring
from corpus_ingest.ingestion.claim import Lease
from corpus_ingest.ingestion.control import Control, Interrupted
from corpus_ingest.ingestion.record import Record, Seen
from corpus_ingest.models import Ingestion, State
from retrieval.errors import RetrievalError

log = logging.getLogger("clew.ingest")


def work(ingestion_id: UUID) -> None:
    """As the queue's process does it."""
    close_old_connections()
    try:
        carry(ingestion_id)
    except (DatabaseError, InterfaceError) as error:
        # The database went away. The lease runs out by itself, and the reaper tells a worker.
        log.warning("ingestion %s was left where it is: %s", ingestion_id, type(error).__name__)
    finally:
        connection.close()


def carry(ingestion_id: UUID, seen: Seen | None = None) -> bool:
    """Takes the ingestion and carries it as far as it goes; False if somebody else has it or another one runs."""
    lease = claim.claim(ingestion_id)
    if lease is None:
        return False
    watching, began = Control(), time.monotonic()
    with control.alive(lease, watching):
        try:
            _carried(lease, lambda: steps.run(Ingestion.objects.get(pk=ingestion_id), Record(lease, watching, seen)))
        except Interrupted as stopped:
            _stopped(lease, stopped.reason)
        except KeyboardInterrupt:  # inline: whoever pressed it may resume
            claim.release(lease, State.PAUSED)
            raise
    log.info("ingestion %s left after %.1f s", ingestion_id, time.monotonic() - began)
    return True


def _carried(lease: Lease, run: Callable[[], steps.Result]) -> None:
    try:
        result = run()
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        failure = failure_of(error)
        places = "" if isinstance(error, RetrievalError) else f" at {_places(error)}"
        log.error("ingestion %s failed: %s (%s)%s", lease.ingestion_id, failure.code, type(error).__name__, places)
        claim.end(lease, State.FAILED, failure)
        return
    if claim.end(lease, State.DONE, snapshot=result.snapshot, unchanged=result.unchanged):
        log.info("ingestion %s is done: snapshot %s", lease.ingestion_id, result.snapshot)


def _stopped(lease: Lease, reason: str) -> None:
    if reason == control.PAUSE and claim.release(lease, State.PAUSED):
        log.info("ingestion %s is paused", lease.ingestion_id)
    elif reason == control.SHUTDOWN and claim.release(lease, State.QUEUED):
        log.info("ingestion %s was given back for another worker", lease.ingestion_id)
        ring(lease.ingestion_id)
    else:
        log.info("ingestion %s was ended, or has another worker", lease.ingestion_id)


def failure_of(error: Exception) -> RetrievalError:
    """What a person reads: the error's own words, or those for a disk, or that it is our fault."""
    if isinstance(error, RetrievalError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            "The disk is full. Nothing was published, and what was finished is kept.",
            hint="Free some space in CLEW_VAR and CLEW_KNOWLEDGE (manage.py knowledge prune), then resume.",
        )
    if isinstance(error, OSError):
        name = Path(str(error.filename)).name if error.filename else "A file"
        return CannotWrite(
            f"{name}: {error.strerror or type(error).__name__}. Nothing was published.",
            hint="CLEW_VAR and CLEW_KNOWLEDGE must name directories that can be written. Then resume.",
        )
    return Crashed(
        "An unforeseen error. Nothing was published.", hint="Resume it; if it stops again, the log names the place."
    )


def _places(error: Exception) -> str:
    return " <- ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
