"""Carries one ingestion from its claim to its end, in the queue's process or inline."""

from __future__ import annotations

from uuid import UUID


def work(ingestion_id: UUID) -> bool:
    """Takes the ingestion if nobody has it and carries it as far as it goes; False if somebody has it."""
    raise NotImplementedError
