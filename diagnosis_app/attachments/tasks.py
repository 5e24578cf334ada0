"""The queue's task for a letter: it carries an id and nothing else."""

from __future__ import annotations

from uuid import UUID

from diagnosis_app.celery import app


@app.task(name="clew.read_letter", acks_late=True, ignore_result=True)
def read_letter(attachment_id: str) -> None:
    from diagnosis_app.attachments import reading  # loads the parsers, which the web process must not

    reading.read_letter(UUID(attachment_id))
