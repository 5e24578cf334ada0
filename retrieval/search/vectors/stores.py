"""The store that CLEW_SEARCH_INDEX names; in memory, it makes indexes of FAISS or of plain arithmetic.

An index that takes long to build (`ivf`, `hnsw` over many vectors) is written beside the embeddings
it is made of, and read again at the next start. Like them it is a cache: it may be deleted at any
time, and one that is damaged is built again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import threading
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.search import milvus_address
from retrieval.search.errors import IndexUnknown
from retrieval.search.vectors.exact import ExactIndex
from retrieval.search.vectors.index import Contents, Kind, Progress, VectorIndex, VectorStore, checked_vectors

logger = logging.getLogger(__name__)

KEPT_FROM = 20_000  # vectors; what is smaller is built in a second
_FORMAT = 1  # raised when an index of the same vectors would be built otherwise
_INDEX, _META = "index.faiss", "index.json"


def open_store(kind: str, kept: Path | None = None, milvus: str = "", *, public: bool = False) -> VectorStore:
    """The store of this kind. `kept`: where indexes are written, beside the embeddings; `milvus`: its address.

    IndexUnknown: there is no such kind, or what it needs is not installed. StoreAway: Milvus does not answer.
    """
    wanted = known(kind)
    if wanted is not Kind.MILVUS:
        return LocalStore(wanted, kept)
    from retrieval.search.vectors.with_milvus import MilvusStore

    try:
        address = milvus_address.read(milvus)
    except ValueError as error:
        raise IndexUnknown(f"CLEW_MILVUS: {error}.", hint=f"An address is {milvus_address.FORM}.") from None
    return MilvusStore(address, public=public)


def known(kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise IndexUnknown(f"There is no index of the kind {kind}.", hint=f"One of {', '.join(Kind)}.") from None


def build(vectors: np.ndarray, kind: Kind | str = Kind.FLAT, stop: threading.Event | None = None) -> VectorIndex:
    """An index in memory over float32[n, dimension]; IndexUnknown where the kind cannot be had here."""
    wanted = known(kind)
    checked_vectors(vectors)
    if wanted is Kind.EXACT:
        return ExactIndex(vectors)
    if wanted is Kind.MILVUS:
        raise IndexUnknown("Milvus keeps its vectors itself.", hint="Open its store.")
    if find_spec("faiss") is None:
        raise IndexUnknown("FAISS is not installed.", hint="Install faiss-cpu (./run does), or use the index exact.")
    from retrieval.search.vectors.with_faiss import FaissIndex

    return FaissIndex.over(vectors, wanted, stop)


class LocalStore:
    """Indexes in the memory of this process, over vectors that may be memory-mapped."""

    def __init__(self, kind: Kind, kept: Path | None = None, kept_from: int = KEPT_FROM) -> None:
        self.kind = kind
        self._kept, self._kept_from = kept, kept_from

    def open(
        self,
        contents: Contents,
        vectors: np.ndarray,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> VectorIndex:
        if self._kept is None or self.kind not in (Kind.IVF, Kind.HNSW) or len(vectors) < self._kept_from:
            return build(vectors, self.kind, stop)
        folder = self._kept / f"{contents.snapshot}-{contents.embedder}" / f"{contents.name}.{self.kind}"
        meta = {"format": _FORMAT, "digest": contents.digest, "shape": list(vectors.shape)}
        return self._read(folder, meta, vectors) or self._write(folder, meta, build(vectors, self.kind, stop))

    def forget(self, embedder: str, snapshots: Iterable[str]) -> None:
        if self._kept is None:
            return
        for snapshot in snapshots:
            for kind in (Kind.IVF, Kind.HNSW):
                for folder in (self._kept / f"{snapshot}-{embedder}").glob(f"*.{kind}"):
                    shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        pass

    def _read(self, folder: Path, meta: dict[str, Any], vectors: np.ndarray) -> VectorIndex | None:
        try:
            said = json.loads((folder / _META).read_text(encoding="utf-8"))
            if said != meta | {"sha256": _sha256(folder / _INDEX)}:
                return None
            from retrieval.search.vectors.with_faiss import FaissIndex

            return FaissIndex.read(folder / _INDEX, vectors, self.kind)
        except (OSError, ValueError, ImportError):
            return None

    def _write(self, folder: Path, meta: dict[str, Any], index: Any) -> VectorIndex:
        """Written whole or not at all; a full disk costs the next start its time, and nothing else."""
        made: VectorIndex = index
        if index.on_gpu:  # is built there in seconds
            return made
        new = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir(parents=True)
            index.write(new / _INDEX)
            (new / _META).write_text(json.dumps(meta | {"sha256": _sha256(new / _INDEX)}), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            new.rename(folder)
        except OSError as error:
            logger.warning("the index %s could not be kept: %s", folder.name, type(error).__name__)
            shutil.rmtree(new, ignore_errors=True)
        return made


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
