"""What the retrieval process knows and how far it is: loading, ready, or without an embedder.

One thread prepares (the model, then the collections of the snapshot in use and of those that were
asked about); any thread may ask at any time and gets an answer at once: hits, or why there are none
yet. Texts that are asked about are embedded and forgotten; none reaches a log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from retrieval.errors import RetrievalError
from retrieval.manifest import ID_PATTERN
from retrieval.passages.filters import EVERYTHING, FilterInvalid, Filters, allowed
from retrieval.passages.store import PassageStore
from retrieval.search import embeddings, wire
from retrieval.search.embedder import Embedder
from retrieval.search.errors import EmbedderMissing, EmbeddingsBusy, EmbeddingsStopped, StoreAway
from retrieval.search.shelf import Indexed, Questions
from retrieval.search.texts import CASES, PASSAGES, TERMS, Texts, case_texts, passage_texts, term_texts
from retrieval.search.vectors import Kind, VectorStore, open_store
from retrieval.snapshot import open_snapshot

logger = logging.getLogger(__name__)

KEPT = 2  # snapshots held in memory: the one in use, and one that an older result refers to
EVERY = 1.0  # seconds between looks at what is in use
PAUSE = 30.0  # seconds before something that failed is tried again
COLLECTIONS: dict[str, Callable[[Any], Texts]] = {
    CASES: lambda snapshot: case_texts(snapshot.cases),
    TERMS: lambda snapshot: term_texts(snapshot.ontology),
    PASSAGES: lambda snapshot: passage_texts(snapshot.passages),
}


class State(StrEnum):
    LOADING = "loading"
    READY = "ready"
    NO_EMBEDDER = "no_embedder"
    AWAY = "away"  # of one answer: the engine that keeps the vectors did not give any


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are. `current` says which snapshot is in use, or None."""

    knowledge: Path
    embeddings: Path
    current: Callable[[], str | None]
    embedder: Callable[[], Embedder]
    kind: str = Kind.FLAT
    milvus: str = ""  # its address, where that is the kind
    milvus_public: bool = False  # whether it may be outside the house


class BadRequest(Exception):
    """The request is not one that the engine answers; the words name the field, never its content."""


class Engine:
    def __init__(self, places: Places) -> None:
        self._places = places
        self._embedder: Embedder | None = None
        self._questions: Questions | None = None
        self._why = ""
        self._indexed: OrderedDict[str, dict[str, Indexed]] = OrderedDict()
        self._passages: dict[str, PassageStore] = {}
        self._progress: dict[str, tuple[int, int]] = {}
        self._trouble: dict[str, str] = {}
        self._store: VectorStore | None = None
        self._asked_about: str | None = None
        self._not_before: dict[str, float] = {}
        self._stop = threading.Event()
        self._wake = threading.Event()

    # --- asking ----------------------------------------------------------

    def answer(self, message: wire.Message, received: float) -> wire.Message:
        """The answer to one request; BadRequest where it is none. `received`: time.monotonic() of its arrival."""
        match message.get("op"):
            case "status":
                return self.status()
            case "nearest":
                return self._nearest(message, received)
        raise BadRequest("op: expected status or nearest")

    def status(self) -> wire.Message:
        embedder = self._embedder
        said: wire.Message = {"state": self._state(), "index": str(self._places.kind)}
        if self._why:
            said["why"] = self._why
        if trouble := self._trouble.get(self._current() or ""):
            said["trouble"] = trouble
        if embedder is not None:
            said["embedder"] = {
                "name": embedder.name,
                "dimension": embedder.dimension,
                "digest": embedder.digest,
                "device": embedder.device,
            }
        said["snapshots"] = {
            name: {part: len(one.texts.ids) for part, one in parts.items()}
            for name, parts in list(self._indexed.items())
        }
        said["progress"] = {name: list(counts) for name, counts in list(self._progress.items())}
        return said

    def _nearest(self, message: wire.Message, received: float) -> wire.Message:
        snapshot, asks, patience = _read(message)
        if self._why:
            return {"state": State.NO_EMBEDDER}
        questions, parts = self._questions, self._indexed.get(snapshot)
        if questions is None or parts is None or any(ask["collection"] not in parts for ask in asks):
            self._asked_about = snapshot
            self._wake.set()
        if questions is None or parts is None:
            return {"state": State.LOADING}
        if time.monotonic() - received > patience:
            return {"state": State.LOADING, "late": True}  # nobody waits for it any more
        try:
            found = [_ask(questions, parts.get(ask["collection"]), ask, self._passages.get(snapshot)) for ask in asks]
        except StoreAway as error:
            self._lose(snapshot, error)
            return {"state": State.AWAY}
        return {"state": State.LOADING if None in found else State.READY, "answers": found}

    def _state(self) -> State:
        if self._why:
            return State.NO_EMBEDDER
        current = self._current()
        parts = self._indexed.get(current) if current else None
        return State.READY if parts is not None and set(parts) == set(COLLECTIONS) else State.LOADING

    # --- preparing -------------------------------------------------------

    def prepare(self) -> None:
        """Runs until `stop`: loads the model, then keeps what is in use embedded and indexed."""
        try:
            self._embedder = self._places.embedder()
        except EmbedderMissing as error:
            self._why = f"{error.message} {error.hint}".strip()
            logger.warning("search by meaning is off: %s", self._why)
            return
        self._questions = Questions(self._embedder)
        logger.info("embedder %s on %s", self._embedder.name, self._embedder.device)
        while not self._stop.is_set():
            for snapshot in dict.fromkeys(name for name in (self._current(), self._asked_about) if name):
                self._prepare(snapshot, self._embedder, self._questions)
            self._wake.wait(EVERY)
            self._wake.clear()
        if self._store is not None:
            self._store.close()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()

    def _prepare(self, snapshot: str, embedder: Embedder, questions: Questions) -> None:
        parts = self._indexed.get(snapshot, {})
        if set(parts) == set(COLLECTIONS) or time.monotonic() < self._not_before.get(snapshot, 0.0):
            return
        try:
            self._load(snapshot, embedder, questions)
        except EmbeddingsStopped:
            return
        except EmbeddingsBusy:
            self._not_before[snapshot] = time.monotonic() + EVERY
        except (RetrievalError, OSError, ValueError) as error:  # no such snapshot, a damaged one, a full disk
            why = f"{error.message} {error.hint}".strip() if isinstance(error, RetrievalError) else type(error).__name__
            logger.error("snapshot %s could not be prepared: %s", snapshot, why)
            self._trouble = {snapshot: why}
            self._not_before[snapshot] = time.monotonic() + PAUSE
            if snapshot == self._asked_about:
                self._asked_about = None

    def _load(self, snapshot: str, embedder: Embedder, questions: Questions) -> None:
        opened = open_snapshot(self._places.knowledge / snapshot)
        store = embeddings.Embeddings(self._places.embeddings, snapshot, embedder)
        vector_store = self._vectors()
        for name, read in COLLECTIONS.items():
            if name in self._indexed.get(snapshot, {}):
                continue
            texts, began = read(opened), time.monotonic()
            vectors = store.ready(texts)
            if vectors is None:
                vectors = store.make(texts, self._note, self._stop)
            index = vector_store.open(store.contents(texts), vectors, self._note, self._stop)
            self._passages[snapshot] = opened.passages
            self._keep(snapshot, name, Indexed.over(texts, index, questions))
            self._progress.pop(name, None)
            logger.info("%s of %s: %d, %.1f s", name, snapshot, len(texts.ids), time.monotonic() - began)
        self._trouble.pop(snapshot, None)
        if snapshot == self._current():
            vector_store.forget(store.mark, store.others(self._snapshots()))  # first: it finds them by what is here
            store.forget_others(self._snapshots())

    def _keep(self, snapshot: str, name: str, indexed: Indexed) -> None:
        parts = {**self._indexed.get(snapshot, {}), name: indexed}  # whoever is asking keeps the old one
        self._indexed[snapshot] = parts
        self._indexed.move_to_end(snapshot)
        current = self._current()
        for old in [old for old in self._indexed if old not in (snapshot, current)][
            : max(0, len(self._indexed) - KEPT)
        ]:
            del self._indexed[old]
            self._passages.pop(old, None)

    def _vectors(self) -> VectorStore:
        if self._store is None:
            places = self._places
            self._store = open_store(places.kind, places.embeddings, places.milvus, public=places.milvus_public)
        return self._store

    def _lose(self, snapshot: str, error: StoreAway) -> None:
        """What is kept elsewhere has gone away: opened again as soon as it answers, filled again if it must be."""
        logger.error("snapshot %s cannot be searched: %s", snapshot, error.message)
        self._trouble = {snapshot: f"{error.message} {error.hint}".strip()}
        self._indexed.pop(snapshot, None)
        self._wake.set()

    def _note(self, name: str, done: int, total: int) -> None:
        self._progress[name] = (done, total)

    def _current(self) -> str | None:
        try:
            return self._places.current()
        except (RetrievalError, OSError):
            return None

    def _snapshots(self) -> set[str]:
        return {path.name for path in self._places.knowledge.iterdir() if ID_PATTERN.match(path.name)}


def _ask(
    questions: Questions, indexed: Indexed | None, ask: dict[str, Any], passages: PassageStore | None
) -> list[list[dict[str, Any]]] | None:
    if indexed is None:
        return None
    if not ask["texts"] or not len(indexed.texts.ids):
        return [[] for _ in ask["texts"]]
    mask = None
    if ask["filters"] and passages is not None:
        try:
            mask = allowed(passages, ask["filters"])
        except FilterInvalid as error:
            raise BadRequest(error.message) from None
    found = indexed.nearest(questions.vectors(ask["texts"]), ask["limit"], mask)
    return [[asdict(hit) for hit in hits] for hits in found]


def _read(message: wire.Message) -> tuple[str, list[dict[str, Any]], float]:
    """(snapshot, asks, patience in seconds) of a request, every field looked at."""
    snapshot, asks, patience = message.get("snapshot"), message.get("asks"), message.get("patience", 1.0)
    if not isinstance(snapshot, str) or not ID_PATTERN.match(snapshot):
        raise BadRequest("snapshot: expected the id of a snapshot")
    if not isinstance(asks, list) or not 1 <= len(asks) <= wire.MOST_ASKS:
        raise BadRequest(f"asks: expected a list of 1 to {wire.MOST_ASKS}")
    if isinstance(patience, bool) or not isinstance(patience, int | float) or not 0 < patience <= 60:
        raise BadRequest("patience: expected seconds, at most 60")
    return snapshot, [_read_ask(ask, at) for at, ask in enumerate(asks)], float(patience)


def _read_ask(ask: Any, at: int) -> dict[str, Any]:
    if not isinstance(ask, dict):
        raise BadRequest(f"asks[{at}]: expected an object")
    collection, texts, limit = ask.get("collection"), ask.get("texts"), ask.get("limit")
    if collection not in COLLECTIONS:
        raise BadRequest(f"asks[{at}].collection: expected one of {', '.join(COLLECTIONS)}")
    if not isinstance(texts, list) or len(texts) > wire.MOST_TEXTS:
        raise BadRequest(f"asks[{at}].texts: expected a list of at most {wire.MOST_TEXTS}")
    if not all(isinstance(text, str) and text.strip() and len(text) <= wire.LONGEST_TEXT for text in texts):
        raise BadRequest(f"asks[{at}].texts: expected texts of 1 to {wire.LONGEST_TEXT} characters")
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= wire.MOST_HITS:
        raise BadRequest(f"asks[{at}].limit: expected 1 to {wire.MOST_HITS}")
    return {"collection": collection, "texts": texts, "limit": limit, "filters": _filters(ask.get("filters"), at)}


def _filters(said: Any, at: int) -> Filters:
    if said is None:
        return EVERYTHING
    values = {"sources": list, "diseases": list, "languages": list, "since": str, "until": str}
    if not isinstance(said, dict) or not said.keys() <= values.keys():
        raise BadRequest(f"asks[{at}].filters: expected any of {', '.join(values)}")
    for name, kind in values.items():
        one = said.get(name, kind())
        if not isinstance(one, kind) or (kind is list and not all(isinstance(item, str) for item in one)):
            raise BadRequest(f"asks[{at}].filters.{name}: expected {'texts' if kind is list else 'a text'}")
    return Filters(
        sources=tuple(said.get("sources", ())),
        diseases=tuple(said.get("diseases", ())),
        since=said.get("since", ""),
        until=said.get("until", ""),
        languages=tuple(said.get("languages", ())),
    )
