"""A tiny deployment that really ingests, for tests of the pages: eleven terms, four diseases, a few texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import incoming, library
from corpus_ingest.ingestion import requests, worker
from corpus_ingest.models import Ingestion, State, Then
from diagnosis_app.accounts.models import User
from tests.corpus_ingest import texts_world, tiny


@dataclass(frozen=True)
class Deployment:
    """`carry` does what the worker would."""

    place: Path
    first: str

    def carry(self) -> Ingestion:
        waiting = Ingestion.objects.filter(state=State.QUEUED).latest("created_at")
        assert worker.carry(waiting.pk)
        waiting.refresh_from_db()
        return waiting


def deployed(place: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """With a shelf and knowledge of its own, something small in use, no model and nobody who rings."""
    settings.VAR_DIR = place / "var"
    settings.KNOWLEDGE_DIR = place / "knowledge"
    settings.RETRIEVAL_SOCKET = place / "nobody.sock"
    settings.EMBEDDER = str(place / "no-model")
    tiny.travels(monkeypatch, tiny.write(place / "raw"))
    monkeypatch.setattr("corpus_ingest.ingestion.requests.ring", lambda _id: True)
    library.close_all()
    first = requests.start(then=Then.PUBLISH, inline=True)
    assert worker.carry(first.pk)
    first.refresh_from_db()
    assert first.state == State.DONE, first.error
    Ingestion.objects.all().delete()
    return Deployment(place, first.snapshot)


def drafted(deployment: Deployment, by: User) -> str:
    """The id of a draft that somebody's ingestion built; one of its texts was held back."""
    path = texts_world.medquad(deployment.place / "medquad.zip", texts_world.WITH_A_HOSTILE_ONE)
    file = incoming.receive("medquad", [path.read_bytes()], path.name).as_json()
    requests.start([file], by=by)
    done = deployment.carry()
    assert done.state == State.DONE, done.error
    return done.snapshot
