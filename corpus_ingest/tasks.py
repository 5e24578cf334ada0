"""The task of the queue `ingest` (CELERY_TASK_ROUTES). It carries an id; what is to be done stands in the row.

A queue of its own, heard by a worker of its own: parsing and building hold the interpreter for
minutes, and an investigation must not wait for them.
"""

from __future__ import annotations

from uuid import UUID

from corpus_ingest.ingestion import shutdown
from diagnosis_app.celery import app

__all__ = ["ingest", "shutdown"]  # the signals of `shutdown` are heard once it is imported


@app.task(name="clew.ingest", acks_late=True, ignore_result=True)
def ingest(ingestion_id: str) -> None:
    """Takes the ingestion if nobody has it and carries it as far as it goes."""
    from corpus_ingest.ingestion import worker

    worker.work(UUID(ingestion_id))
