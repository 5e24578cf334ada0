from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.corpus_ingest.literature.conftest import listening
from tests.corpus_ingest.literature.eutils import Server

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from retrieval.snapshot import Snapshot

__all__ = ["listening"]
LENS, AORTA, FINGERS = "HP:0001083", "HP:0002616", "HP:0001166"
NOTE = "Anna Svensson, born 12 May 1990, seen at St Elsewhere."
CONTENT: dict[str, Any] = {
    "note": NOTE,
    "findings": [
        {"term": LENS, "quote": "lens of Anna out of place", "label": "Anna's lens"},
        {"term": AORTA},
        {"term": FINGERS},
        {"term": "HP:0001250", "status": "excluded"},
    ],
    "unmapped": ["sees badly since the accident in Uppsala"],
    "sex": "female",
    "age": "P34Y",
}


@pytest.fixture
def case(snapshot: Snapshot, actor: Actor, team: Any) -> Case:
    from diagnosis_app.accounts.policy import Verb
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content

    return actions.find(actor, Verb.CASE_READ, actions.create_case(actor, team.pk, read_content(CONTENT)).pk)


@pytest.fixture
def pubmed(listening: Callable[..., Server], settings: Any, tmp_path: Any) -> Callable[..., Server]:
    """pubmed(search=..., fetch=...): the door is open, and leads to this server."""

    def open_door(**ways: Any) -> Server:
        server = listening(**ways)
        settings.LITERATURE = server.base
        settings.LITERATURE_EMAIL = "operator@clinic.example"
        settings.VAR_DIR = tmp_path
        return server

    return open_door


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody sleeps in a test; the limits of the door are those of the product."""
    from corpus_ingest.literature import pubmed

    monkeypatch.setattr(pubmed.time, "sleep", lambda _seconds: None)
    yield
