"""Asks the retrieval process, and waits 300 milliseconds at most.

Whatever goes wrong there (not started, loading, killed, hung, speaking nonsense) comes back as a
note with a code, never as an exception: whoever asks goes on without and says so. Imports neither
torch nor FAISS, so that pages may use it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from retrieval.passages.filters import EVERYTHING, Filters
from retrieval.search import wire

PATIENCE = 0.3  # seconds
LONGEST = 4000  # characters of a text that are sent; the process reads fewer
REST = 2.0  # seconds without another try after the process did not answer in time: pages must not queue up for it


class Note(StrEnum):
    """Why there is no answer by meaning, or only a part of one."""

    NONE = ""
    AWAY = "search.away"
    LOADING = "search.loading"
    NO_EMBEDDER = "search.no_embedder"


@dataclass(frozen=True, slots=True)
class Ask:
    """For each text its nearest in one collection (`cases`, `terms`, `passages`). A text holds more than blanks.

    `filters` are for passages, and are heeded before the nearest are chosen.
    """

    collection: str
    texts: tuple[str, ...]
    limit: int = 50
    filters: Filters = EVERYTHING


@dataclass(frozen=True, slots=True)
class Near:
    """One answer: an id, its cosine, and the text of it that was near."""

    id: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Per ask a list for each of its texts, or None where it could not be answered; `note` says why."""

    lists: tuple[tuple[tuple[Near, ...], ...] | None, ...]
    note: Note = Note.NONE


class Client:
    """Safe to share between threads: every request has a connection of its own."""

    def __init__(self, address: Path, patience: float = PATIENCE) -> None:
        self._address = str(address)
        self._patience = patience
        self._rest_until = 0.0

    def nearest(self, snapshot: str, asks: Sequence[Ask]) -> Answer:
        nothing: tuple[None, ...] = tuple(None for _ in asks)
        if time.monotonic() < self._rest_until:
            return Answer(nothing, Note.AWAY)
        request = {
            "op": "nearest",
            "snapshot": snapshot,
            "patience": self._patience,
            "asks": [_bounded(ask) for ask in asks],
        }
        try:
            said = self._call(request)
            return _read(said, len(asks))
        except (TimeoutError, BlockingIOError):
            self._rest_until = time.monotonic() + REST
        except (OSError, wire.WireError, KeyError, TypeError, ValueError):
            pass
        return Answer(nothing, Note.AWAY)

    def status(self) -> wire.Message | None:
        """What the process says of itself; None when it does not answer."""
        try:
            return self._call({"op": "status"})
        except (OSError, wire.WireError):
            return None

    def _call(self, request: wire.Message) -> wire.Message:
        deadline = time.monotonic() + self._patience
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._patience)
            connection.connect(self._address)
            wire.send(connection, request, deadline=deadline, largest=wire.LARGEST_REQUEST)
            said = wire.receive(connection, deadline=deadline, largest=wire.LARGEST_ANSWER)
        if said is None:
            raise wire.WireError("it ended without an answer")
        return said


def _bounded(ask: Ask) -> dict[str, Any]:
    texts = [text[:LONGEST] for text in ask.texts[: wire.MOST_TEXTS]]
    said = {"collection": ask.collection, "texts": texts, "limit": min(max(1, ask.limit), wire.MOST_HITS)}
    return said | {"filters": asdict(ask.filters)} if ask.filters else said


def _read(said: wire.Message, asked: int) -> Answer:
    nothing: tuple[None, ...] = (None,) * asked
    if said.get("state") == "no_embedder":
        return Answer(nothing, Note.NO_EMBEDDER)
    if "answers" not in said:
        return Answer(nothing, Note.LOADING if said.get("state") == "loading" else Note.AWAY)
    lists = tuple(None if one is None else tuple(_nears(hits) for hits in one) for one in said["answers"])
    if len(lists) != asked:
        raise ValueError("another number of answers")
    return Answer(lists, Note.LOADING if None in lists else Note.NONE)


def _nears(hits: list[dict[str, Any]]) -> tuple[Near, ...]:
    return tuple(Near(str(hit["id"]), float(hit["score"]), str(hit["text"])) for hit in hits)
