"""Indexes of FAISS that are written beside the embeddings: used again, built again when damaged, never in the way."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.search.vectors import Contents, Kind, stores
from retrieval.search.vectors.stores import LocalStore
from tests.retrieval.search.vectors.offers import CONTENTS, NO_FAISS, vectors

HELD = vectors(2000, 80)


@pytest.fixture(params=[Kind.IVF, Kind.HNSW])
def store(request: pytest.FixtureRequest, tmp_path: Path, built: list[Kind]) -> LocalStore:
    pytest.importorskip("faiss", reason=NO_FAISS)
    return LocalStore(request.param, tmp_path, kept_from=1)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Kind]]:
    """What was built anew."""
    seen: list[Kind] = []
    real = stores.build

    def noting(held: np.ndarray, kind: Kind, stop: object = None) -> object:
        seen.append(kind)
        return real(held, kind)

    monkeypatch.setattr(stores, "build", noting)
    yield seen


def folder(store: LocalStore, tmp_path: Path, contents: Contents = CONTENTS) -> Path:
    return tmp_path / f"{contents.snapshot}-{contents.embedder}" / f"{contents.name}.{store.kind}"


def finds(store: LocalStore, contents: Contents = CONTENTS) -> None:
    assert store.open(contents, HELD).search(HELD[[77]], 1).positions.tolist() == [[77]]


def test_it_is_built_once(store: LocalStore, built: list[Kind]) -> None:
    finds(store)
    finds(store)
    assert len(built) == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "no index", "no words", "other words"])
def test_one_that_is_damaged_is_built_again(store: LocalStore, built: list[Kind], tmp_path: Path, damage: str) -> None:
    finds(store)
    index, words = folder(store, tmp_path) / "index.faiss", folder(store, tmp_path) / "index.json"
    content = bytearray(index.read_bytes())
    if damage == "cut":
        os.truncate(index, len(content) // 2)
    elif damage == "flipped":
        content[len(content) // 2] ^= 255
        index.write_bytes(content)
    elif damage == "empty":
        index.write_bytes(b"")
    elif damage == "no index":
        index.unlink()
    elif damage == "no words":
        words.write_text("{")
    else:
        words.write_text(json.dumps({**json.loads(words.read_text()), "digest": "0" * 32}))
    finds(store)
    finds(store)
    assert len(built) == 2


def test_what_is_not_an_index_at_all_is_no_crash(store: LocalStore, built: list[Kind], tmp_path: Path) -> None:
    """Even where its sum fits: whoever may write here could have written anything."""
    finds(store)
    index, words = folder(store, tmp_path) / "index.faiss", folder(store, tmp_path) / "index.json"
    index.write_bytes(b"not FAISS")
    words.write_text(json.dumps({**json.loads(words.read_text()), "sha256": stores._sha256(index)}))
    finds(store)
    assert len(built) == 2


def test_other_texts_mean_another_index(store: LocalStore, built: list[Kind]) -> None:
    finds(store)
    finds(store, replace(CONTENTS, digest="a" * 32))
    finds(store, replace(CONTENTS, name="cases"))
    assert len(built) == 3


def test_a_full_disk_costs_the_keeping_and_nothing_else(
    store: LocalStore, built: list[Kind], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retrieval.search.vectors.with_faiss import FaissIndex

    def full(self: FaissIndex, file: Path) -> None:
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FaissIndex, "write", full)
    finds(store)
    assert not list(tmp_path.rglob("*.faiss")), "nothing half-written stays"


def test_what_is_forgotten_gives_its_room_back(store: LocalStore, tmp_path: Path) -> None:
    finds(store)
    finds(store, replace(CONTENTS, snapshot="f" * 16))
    store.forget(CONTENTS.embedder, [CONTENTS.snapshot])
    assert not folder(store, tmp_path).exists()
    assert folder(store, tmp_path, replace(CONTENTS, snapshot="f" * 16)).exists()


def test_small_ones_and_flat_ones_are_not_written(tmp_path: Path) -> None:
    pytest.importorskip("faiss", reason=NO_FAISS)
    LocalStore(Kind.HNSW, tmp_path).open(CONTENTS, HELD)
    LocalStore(Kind.FLAT, tmp_path, kept_from=1).open(CONTENTS, HELD)
    LocalStore(Kind.EXACT, tmp_path, kept_from=1).open(CONTENTS, HELD)
    assert not list(tmp_path.iterdir())
