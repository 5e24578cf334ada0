"""A tiny deployment with its own shelf and knowledge, and no model: what is embedded is tested where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.corpus_ingest import tiny

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from corpus_ingest.models import Ingestion


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.RETRIEVAL_SOCKET = tmp_path / "nobody.sock"
    settings.EMBEDDER = str(tmp_path / "no-model")
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    return tmp_path


@pytest.fixture
def file(places: Path) -> Callable[..., dict[str, Any]]:
    """A file that an ingestion is to bring in, as the upload page names it."""

    def make(path: Path, kind: str = "medquad", **about: str) -> dict[str, Any]:
        from corpus_ingest import incoming

        return incoming.receive(kind, [path.read_bytes()], path.name, about=about).as_json()

    return make


@pytest.fixture
def carried() -> Callable[..., Ingestion]:
    """Asks for an ingestion and carries it here; comes back as the row says it is."""

    def carry(*files: dict[str, Any], **options: Any) -> Ingestion:
        from corpus_ingest.ingestion import requests, worker

        asked = requests.start(files, inline=True, **options)
        assert worker.carry(asked.pk)
        asked.refresh_from_db()
        return asked

    return carry
