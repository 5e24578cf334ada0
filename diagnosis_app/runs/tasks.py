"""The queue's one task. It carries an id and nothing else; what is to be done stands in the row."""

from __future__ import annotations

from uuid import UUID

from diagnosis_app.celery import app
from diagnosis_app.runs import shutdown

__all__ = ["investigate", "shutdown"]  # the signals of `shutdown` are heard once it is imported


@app.task(name="clew.investigate", acks_late=True, ignore_result=True)
def investigate(run_id: str) -> None:
    """Takes the run if nobody has it and carries it as far as it goes."""
    from diagnosis_app.runs import worker  # loads langgraph, which the web process must not

    worker.investigate(UUID(run_id))
