"""The embeddings of a snapshot on disk: made once, kept by content, finished or not there.

A directory belongs to one snapshot and one embedder; in it each collection is a folder that appears
by one rename when it is whole. Work in progress is kept in parts, so that a process that was killed
loses seconds; a text that any snapshot has had before is never embedded again. The directory is a
cache: it may be deleted at any time, and whatever is damaged in it is made again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from retrieval.search.embedder import Embedder
from retrieval.search.errors import EmbeddingsBusy, EmbeddingsStopped
from retrieval.search.texts import Texts
from retrieval.search.vectors.index import MARK, Contents

PART = 96_000  # characters embedded between two writes: a few seconds' work on two cores
KEY = 16  # bytes of a text's hash: no two of a billion texts share one
META, KEYS, VECTORS = "collection.json", "keys.npy", "vectors.npy"
_FORMAT = 1
_PARTS = ".parts"

Progress = Callable[[str, int, int], None]  # collection, texts done, texts in all


class Embeddings:
    """The embeddings of one snapshot with one embedder, under `root`."""

    def __init__(self, root: Path, snapshot: str, embedder: Embedder) -> None:
        self._root = root
        self._embedder = embedder
        self._snapshot = snapshot
        self.mark = embedder.digest[:MARK]
        self.directory = root / f"{snapshot}-{self.mark}"

    def ready(self, texts: Texts) -> np.ndarray | None:
        """The vectors of this collection in its order, memory-mapped; None unless they are whole and fit the texts."""
        found = _open(self.directory / texts.name)
        if found is None or found[1].shape[1] != self._embedder.dimension:
            return None
        keys, vectors = found
        return vectors if np.array_equal(keys, _keys(texts.texts)) else None

    def make(self, texts: Texts, progress: Progress | None = None, stop: threading.Event | None = None) -> np.ndarray:
        """As `ready`, and embeds what is missing first. EmbeddingsStopped, EmbeddingsBusy, OSError end it early."""
        with self._alone():
            found = self.ready(texts)
            if found is None:
                self._make(texts, progress or _silent, stop or threading.Event())
                found = self.ready(texts)
        if found is None:
            raise OSError(f"{self.directory / texts.name} is not what was written to it")
        return found

    def contents(self, texts: Texts) -> Contents:
        """What a store of vectors is to know these by: they need not be looked at to tell whether it has them."""
        digest = hashlib.blake2b(_keys(texts.texts).tobytes(), digest_size=KEY).hexdigest()
        return Contents(self._snapshot, self.mark, texts.name, digest)

    def others(self, snapshots: Collection[str]) -> list[str]:
        """Of which snapshots, beside these and its own, there are embeddings of this embedder."""
        found = (folder.name.removesuffix(f"-{self.mark}") for folder in self._root.glob(f"*-{self.mark}"))
        return sorted(name for name in found if name not in snapshots and name != self._snapshot)

    def forget_others(self, snapshots: Collection[str]) -> None:
        """Removes the embeddings of this embedder that belong to none of these snapshots."""
        for name in self.others(snapshots):
            shutil.rmtree(self._root / f"{name}-{self.mark}", ignore_errors=True)

    # --- inside ----------------------------------------------------------

    def _make(self, texts: Texts, progress: Progress, stop: threading.Event) -> None:
        parts = self.directory / f"{texts.name}{_PARTS}"
        parts.mkdir(parents=True, exist_ok=True)
        wanted = _keys(texts.texts)
        vectors = np.empty((len(wanted), self._embedder.dimension), dtype=np.float32)
        missing = np.ones(len(wanted), dtype=np.bool_)
        for keys, known in self._known(texts.name):
            _take(wanted, missing, vectors, keys, known)
        _, first = np.unique(_sortable(wanted), return_index=True)
        todo = np.sort(first[missing[first]])  # each text once
        done = len(wanted) - int(missing.sum())
        progress(texts.name, done, len(wanted))
        for rows in portions(todo, texts.texts):
            if stop.is_set():
                raise EmbeddingsStopped("The embedding was interrupted.", hint="It goes on from here at the next try.")
            made = self._embedder.embed([texts.texts[i] for i in rows.tolist()])
            _write_part(parts, wanted[rows], made)
            _take(wanted, missing, vectors, wanted[rows], made)
            progress(texts.name, len(wanted) - int(missing.sum()), len(wanted))
        self._finish(texts.name, wanted, vectors)
        shutil.rmtree(parts, ignore_errors=True)

    def _known(self, name: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """What this embedder has embedded before: for other snapshots, and in the parts of this one."""
        folders = sorted(self._root.glob(f"*-{self.mark}/{name}"))
        folders += sorted(self._root.glob(f"*-{self.mark}/{name}{_PARTS}/*.done"))
        for folder in folders:
            found = _open(folder)
            if found is not None and found[1].shape[1] == self._embedder.dimension:
                yield found

    def _finish(self, name: str, keys: np.ndarray, vectors: np.ndarray) -> None:
        new, final = self.directory / f".{name}.new", self.directory / name
        shutil.rmtree(new, ignore_errors=True)
        _write(new, keys, vectors)
        shutil.rmtree(final, ignore_errors=True)  # only what did not fit the texts stands there
        new.rename(final)
        _sync(self.directory)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time makes one directory; the kernel frees the lock of one that died."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.directory / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EmbeddingsBusy(
                    "Another process is embedding this snapshot.", hint="Wait for it; then try again."
                ) from None
            yield


def portions(rows: np.ndarray, texts: Sequence[str]) -> Iterator[np.ndarray]:
    """The rows in portions of about PART characters, never none."""
    if len(rows):
        before = np.cumsum([len(texts[i]) for i in rows.tolist()]) // PART
        yield from np.split(rows, np.flatnonzero(np.diff(before)) + 1)


def _keys(texts: Sequence[str]) -> np.ndarray:
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=KEY).digest() for text in texts)
    return np.frombuffer(digests, dtype=np.uint8).reshape(len(texts), KEY)


def _sortable(keys: np.ndarray) -> np.ndarray:
    """The same keys as one value each, in a type that numpy sorts fast."""
    return np.ascontiguousarray(keys).view(f"S{KEY}").reshape(len(keys))


def _take(wanted: np.ndarray, missing: np.ndarray, vectors: np.ndarray, keys: np.ndarray, known: np.ndarray) -> None:
    """Fills in every vector that is still missing and whose text is among the known ones."""
    rows = np.flatnonzero(missing)
    if not len(rows) or not len(keys):
        return
    sought, have = _sortable(wanted[rows]), _sortable(keys)
    order = np.argsort(have)
    place = np.minimum(np.searchsorted(have[order], sought), len(have) - 1)
    source = order[place]
    same = have[source] == sought
    vectors[rows[same]] = known[source[same]]
    missing[rows[same]] = False


def _open(folder: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """(keys, vectors) of a finished folder; None where anything about it is wrong."""
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        keys = np.load(folder / KEYS, allow_pickle=False)
        vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    size, dimension = len(keys), vectors.shape[-1]
    if meta != _meta(size, dimension) or keys.shape != (size, KEY) or vectors.shape != (size, dimension):
        return None
    if keys.dtype != np.uint8 or vectors.dtype != np.float32 or not np.isfinite(vectors).all():
        return None
    return keys, vectors


def _write_part(parts: Path, keys: np.ndarray, vectors: np.ndarray) -> None:
    number = 1 + max((int(part.stem) for part in parts.glob("*.done") if part.stem.isdigit()), default=0)
    new = parts / f"{number:06d}.new"
    shutil.rmtree(new, ignore_errors=True)
    _write(new, keys, vectors)
    new.rename(parts / f"{number:06d}.done")


def _write(folder: Path, keys: np.ndarray, vectors: np.ndarray) -> None:
    folder.mkdir(parents=True)
    try:
        for name, array in ((KEYS, keys), (VECTORS, vectors)):
            with (folder / name).open("wb") as file:
                np.save(file, array, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
        (folder / META).write_text(json.dumps(_meta(len(keys), vectors.shape[1])), encoding="utf-8")
    except OSError:  # a full disk: what was written so far is given back
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _meta(size: int, dimension: int) -> dict[str, int]:
    return {"format": _FORMAT, "size": size, "dimension": dimension}


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _silent(name: str, done: int, total: int) -> None:
    pass
