"""The queue's task for a search. It carries an id and nothing else."""

from __future__ import annotations

from uuid import UUID

from diagnosis_app.celery import app


@app.task(name="clew.papers", acks_late=True, ignore_result=True)
def look_for_papers(search_id: str) -> None:
    """Takes the search if nobody has it and carries it out."""
    from diagnosis_app.literature import worker

    worker.look(UUID(search_id))
