"""The engine and the store of its vectors: one that goes away is said to be away, and opened again once it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from retrieval.search import engine as engine_module
from retrieval.search.engine import Engine, Places
from retrieval.search.errors import IndexUnknown, StoreAway
from retrieval.search.vectors import Contents, Kind, Neighbours, VectorIndex
from retrieval.search.vectors.stores import LocalStore
from retrieval.snapshot import Snapshot
from tests.retrieval.search.words_embedder import WordsEmbedder


@dataclass
class Elsewhere:
    """A store as a server is one: plain arithmetic that can be switched off."""

    kind: Kind = Kind.MILVUS
    off: bool = False
    opened: list[Contents] = field(default_factory=list)
    forgotten: list[tuple[str, list[str]]] = field(default_factory=list)
    closed: bool = False

    def open(
        self, contents: Contents, vectors: np.ndarray, progress: object = None, stop: object = None
    ) -> VectorIndex:
        self.reach()
        self.opened.append(contents)
        return Asked(self, LocalStore(Kind.EXACT).open(contents, vectors))

    def forget(self, embedder: str, snapshots: Iterable[str]) -> None:
        self.forgotten.append((embedder, list(snapshots)))

    def close(self) -> None:
        self.closed = True

    def reach(self) -> None:
        if self.off:
            raise StoreAway("Milvus at http://10.0.0.9:19530 did not search.", hint="Look whether it runs.")


@dataclass
class Asked:
    store: Elsewhere
    index: VectorIndex
    kind: Kind = Kind.MILVUS

    @property
    def size(self) -> int:
        return self.index.size

    @property
    def dimension(self) -> int:
        return self.index.dimension

    def search(self, questions: np.ndarray, limit: int, among: np.ndarray | None = None) -> Neighbours:
        self.store.reach()
        return self.index.search(questions, limit, among)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    made = Elsewhere()
    monkeypatch.setattr(engine_module, "open_store", lambda *given, **more: made)
    return made


@pytest.fixture
def places(tmp_path: Path, knowledge_with_cases: Path) -> Places:
    current = (knowledge_with_cases / "current").read_text().strip()
    return Places(knowledge_with_cases, tmp_path / "cache", lambda: current, WordsEmbedder, "milvus", "10.0.0.9")


@pytest.fixture
def engine(places: Places) -> Iterator[Engine]:
    made = Engine(places)
    preparing = threading.Thread(target=made.prepare)
    preparing.start()
    yield made
    made.stop()
    preparing.join(30)


def ask(engine: Engine, snapshot: Snapshot) -> dict[str, object]:
    asks = [{"collection": "terms", "texts": ["curved spine"], "limit": 1}]
    return engine.answer({"op": "nearest", "snapshot": snapshot.id, "asks": asks}, time.monotonic())


def eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def test_a_store_that_goes_away_is_said_to_be_away_and_comes_back(
    elsewhere: Elsewhere, engine: Engine, searched: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PAUSE", 0.2)
    eventually(lambda: engine.status()["state"] == "ready")
    assert ask(engine, searched)["state"] == "ready"
    elsewhere.off = True
    assert ask(engine, searched) == {"state": "away"}
    assert ask(engine, searched)["state"] == "loading", "nobody waits for it again"
    eventually(lambda: "10.0.0.9" in str(engine.status().get("trouble")))
    assert engine.status()["state"] == "loading"
    elsewhere.off = False
    eventually(lambda: ask(engine, searched)["state"] == "ready")
    assert "trouble" not in engine.status()


def test_collections_are_named_by_snapshot_embedder_and_texts(
    elsewhere: Elsewhere, engine: Engine, searched: Snapshot
) -> None:
    eventually(lambda: engine.status()["state"] == "ready")
    assert {contents.name for contents in elsewhere.opened} >= {"cases", "terms", "passages"}
    assert {contents.snapshot for contents in elsewhere.opened} == {searched.id}
    assert {contents.embedder for contents in elsewhere.opened} == {"d" * 16}
    assert len({contents.digest for contents in elsewhere.opened}) == len(elsewhere.opened)


def test_what_a_snapshot_leaves_behind_is_forgotten_with_it(
    elsewhere: Elsewhere, places: Places, searched: Snapshot
) -> None:
    """Only what was embedded here: another host may have snapshots of its own in the same store."""
    (places.embeddings / f"{'a' * 16}-{'d' * 16}" / "cases").mkdir(parents=True)
    (places.embeddings / f"{'b' * 16}-{'e' * 16}").mkdir()
    engine = Engine(places)
    preparing = threading.Thread(target=engine.prepare)
    preparing.start()
    eventually(lambda: bool(elsewhere.forgotten))
    engine.stop()
    preparing.join(30)
    assert elsewhere.forgotten == [("d" * 16, ["a" * 16])]
    assert not (places.embeddings / f"{'a' * 16}-{'d' * 16}").exists()
    assert (places.embeddings / f"{'b' * 16}-{'e' * 16}").exists(), "another embedder's"
    assert elsewhere.closed


def test_a_store_that_cannot_be_had_is_said_with_its_remedy(
    places: Places, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(*given: object, **more: object) -> None:
        raise IndexUnknown("pymilvus is not installed.", hint="Install requirements/milvus.txt.")

    monkeypatch.setattr(engine_module, "open_store", none)
    engine = Engine(places)
    preparing = threading.Thread(target=engine.prepare)
    preparing.start()
    eventually(lambda: "requirements/milvus.txt" in str(engine.status().get("trouble")))
    assert engine.status()["state"] == "loading"
    engine.stop()
    preparing.join(30)
    assert "pymilvus is not installed" in caplog.text
