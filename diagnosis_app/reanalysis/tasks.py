"""The queue's task for a pass. It carries an id and nothing else."""

from __future__ import annotations

from diagnosis_app.celery import app


@app.task(name="clew.reanalyse", acks_late=True, ignore_result=True)
def reanalyse(pass_id: str) -> None:
    """Takes the pass if nobody has it and carries it a little further."""
    from diagnosis_app.reanalysis import worker

    worker.work(int(pass_id))
