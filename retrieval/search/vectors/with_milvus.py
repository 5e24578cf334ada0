"""Milvus: vectors in an engine of its own, filled once and shared by every host that asks it.

A collection's name says what is in it, so one that exists and is whole is used as it is. It is
filled in order, in portions that may be written twice; where one was left half-filled the next try
goes on. The one place that imports pymilvus, and only when a store is opened.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from retrieval.search import milvus_address
from retrieval.search.errors import EmbeddingsStopped, IndexUnknown, StoreAway
from retrieval.search.milvus_address import Address
from retrieval.search.vectors import milvus_filters
from retrieval.search.vectors.index import (
    MARK,
    NOTHING,
    Contents,
    Kind,
    Neighbours,
    Progress,
    checked_questions,
    checked_vectors,
    mask_of,
    nothing,
    ranked,
)

EXACT_UP_TO = 200_000  # vectors; beyond, Milvus keeps a graph (HNSW) and may miss a neighbour
LINKS, EFFORT, BREADTH, MOST_BREADTH = 32, 200, 96, 4096  # of that graph
PORTION = 4 * 2**20  # bytes of vectors written at a time; a server refuses messages of 64 MB
SAMPLES = 16  # vectors that are read back before a collection is used again
ALIKE = 0.999  # cosine of one vector and what another machine made of the same text
CONNECTING, FILLING, SEARCHING = 10.0, 120.0, 2.0  # seconds
_CONNECTION = {
    "grpc.enable_http_proxy": 0,  # never by way of a proxy
    "grpc.use_local_subchannel_pool": 1,  # one that was away does not make a new one wait
    "grpc.max_reconnect_backoff_ms": 5000,
}
POSITION, VECTOR = "position", "vector"
_OURS = re.compile(r"clew_(?P<snapshot>[0-9a-z]+)_(?P<embedder>[0-9a-z]+)_(?P<name>[a-z]+)_(?P<digest>[0-9a-z]+)\Z")
_LOGS = ("pymilvus", "milvus_lite", "grpc", "faiss.loader")  # of the client, and of the engine in a file
_GONE = {100, 101}  # codes: the collection does not exist, or is not loaded


def name_of(contents: Contents) -> str:
    """What the collection is called: letters, digits and underscores, as Milvus wants it."""
    return f"clew_{contents.snapshot}_{contents.embedder}_{contents.name}_{contents.digest[:MARK]}"


class MilvusStore:
    """Collections of one Milvus database. What is not named as ours is never touched."""

    kind = Kind.MILVUS

    def __init__(
        self,
        address: Address,
        *,
        public: bool = False,
        exact_up_to: int = EXACT_UP_TO,
        portion: int = PORTION,
        patience: float = SEARCHING,
    ) -> None:
        self._address = address
        self._exact_up_to, self._portion, self._patience = exact_up_to, portion, patience
        _refuse_outside(address, public)
        self._pymilvus = load(address)
        if address.file is not None:
            address.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._asked("connect"):
            self._client: Any = self._pymilvus.MilvusClient(
                uri=address.uri,
                token=address.token,
                db_name=address.database,
                timeout=CONNECTING,
                dedicated=True,
                grpc_options=_CONNECTION,
            )

    def open(
        self,
        contents: Contents,
        vectors: np.ndarray,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> MilvusIndex:
        size, dimension = (int(length) for length in checked_vectors(vectors).shape)
        name = name_of(contents)
        if size:
            with self._asked("fill"):
                if self._client.has_collection(name, timeout=FILLING) and not self._fits(name, vectors):
                    self._client.drop_collection(name, timeout=FILLING)
                self._create(name, size, dimension)
                self._fill(contents, vectors, progress or _silent, stop or threading.Event())
                self._drop_others(contents)
        return MilvusIndex(self, name, size, dimension)

    def forget(self, embedder: str, snapshots: Iterable[str]) -> None:
        gone = set(snapshots)
        with self._asked("forget"):
            for name in self._client.list_collections(timeout=FILLING):
                found = _OURS.match(name)
                if found and found["embedder"] == embedder and found["snapshot"] in gone:
                    self._client.drop_collection(name, timeout=FILLING)

    def close(self) -> None:
        with suppress(self._pymilvus.MilvusException, OSError, ValueError, RuntimeError):  # nobody needs it any more
            self._client.close()
        if self._address.file is not None:
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(str(self._address.file))

    def search(self, name: str, asked: np.ndarray, limit: int, expression: str, breadth: int) -> Neighbours:
        """One search of a collection, as Milvus answers it; StoreAway where it does not."""
        with self._asked("search"):
            found = self._client.search(
                name,
                data=list(asked),
                anns_field=VECTOR,
                limit=limit,
                filter=expression,
                output_fields=[POSITION],
                search_params={"metric_type": "IP", "params": {"ef": breadth}},
                consistency_level="Bounded",
                timeout=self._patience,
            )
        answer = nothing(len(asked), limit)
        for row, hits in enumerate(found):
            for place, hit in enumerate(hits):
                answer.positions[row, place] = hit[POSITION]
                answer.scores[row, place] = hit["distance"]
        return answer

    # --- filling ---------------------------------------------------------

    def _create(self, name: str, size: int, dimension: int) -> None:
        if self._client.has_collection(name, timeout=FILLING):
            self._client.load_collection(name, timeout=FILLING)
            return
        types = self._pymilvus.DataType
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(POSITION, types.INT64, is_primary=True)
        schema.add_field(VECTOR, types.FLOAT_VECTOR, dim=dimension)
        index = self._client.prepare_index_params()
        if size <= self._exact_up_to:
            index.add_index(VECTOR, index_type="FLAT", metric_type="IP")
        else:
            graph = {"M": LINKS, "efConstruction": EFFORT}
            index.add_index(VECTOR, index_type="HNSW", metric_type="IP", params=graph)
        self._client.create_collection(
            name, schema=schema, index_params=index, consistency_level="Strong", timeout=FILLING
        )

    def _fits(self, name: str, vectors: np.ndarray) -> bool:
        """Whether what lies in this collection is of these vectors, as far as it is there."""
        fields = {field["name"]: field for field in self._client.describe_collection(name, timeout=FILLING)["fields"]}
        if set(fields) != {POSITION, VECTOR} or int(fields[VECTOR]["params"]["dim"]) != vectors.shape[1]:
            return False
        if not self._client.list_indexes(name):  # its maker was killed before it had one
            return False
        self._client.load_collection(name, timeout=FILLING)
        if self._count(name) > len(vectors):
            return False
        some = np.unique(np.linspace(0, len(vectors) - 1, SAMPLES).astype(np.int64)).tolist()
        found = self._client.get(name, ids=some, output_fields=[POSITION, VECTOR], timeout=FILLING)
        cosines = [float(np.dot(vectors[row[POSITION]], np.asarray(row[VECTOR], np.float32))) for row in found]
        return all(cosine >= ALIKE for cosine in cosines)

    def _fill(self, contents: Contents, vectors: np.ndarray, progress: Progress, stop: threading.Event) -> None:
        name, size = name_of(contents), len(vectors)
        if self._count(name) == size:
            return
        portion = max(1, self._portion // (vectors.itemsize * vectors.shape[1]))
        start = self._whole_portions(name, size, portion) * portion
        for first in range(start, size, portion):
            progress(contents.name, first, size)
            if stop.is_set():
                raise EmbeddingsStopped("The filling was interrupted.", hint="It goes on from here at the next try.")
            rows = range(first, min(first + portion, size))
            self._client.upsert(name, [{POSITION: i, VECTOR: vectors[i]} for i in rows], timeout=FILLING)
        self._client.flush(name, timeout=FILLING)
        progress(contents.name, size, size)
        if (count := self._count(name)) != size:
            raise StoreAway(f"Milvus holds {count} of {size} vectors that it was given.", hint="It is tried again.")

    def _whole_portions(self, name: str, size: int, portion: int) -> int:
        """How many portions from the first on are there in full; they are written in order."""
        known, unknown = 0, -(-size // portion)
        while known < unknown:
            middle = (known + unknown + 1) // 2
            upto = min(middle * portion, size)
            if self._count(name, f"{POSITION} < {upto}") == upto:
                known = middle
            else:
                unknown = middle - 1
        return known

    def _count(self, name: str, expression: str = "") -> int:
        rows = self._client.query(
            name, filter=expression, output_fields=["count(*)"], consistency_level="Strong", timeout=FILLING
        )
        return int(rows[0]["count(*)"])

    def _drop_others(self, contents: Contents) -> None:
        """Earlier contents of the same collection: another order of the texts, or texts that a repair changed."""
        stem = name_of(contents).removesuffix(contents.digest[:MARK])
        for name in self._client.list_collections(timeout=FILLING):
            if name.startswith(stem) and name != name_of(contents) and _OURS.match(name):
                self._client.drop_collection(name, timeout=FILLING)

    @contextmanager
    def _asked(self, what: str) -> Iterator[None]:
        """Whatever goes wrong in the client or the server is StoreAway: its own words may hold what was asked."""
        import grpc

        try:
            yield
        except (self._pymilvus.MilvusException, grpc.RpcError, grpc.FutureTimeoutError, OSError, ValueError) as error:
            code = getattr(error, "code", "")
            words = "no longer has the collection" if code in _GONE else f"did not {what}"
            raise StoreAway(
                f"Milvus at {self._address} {words} ({type(error).__name__} {code if isinstance(code, int) else ''}).",
                hint="Look whether it runs and is reached from here (CLEW_MILVUS); it is tried again.",
            ) from None


class MilvusIndex:
    """One collection, whole when this was made."""

    kind = Kind.MILVUS

    def __init__(self, store: MilvusStore, name: str, size: int, dimension: int) -> None:
        self._store, self._name = store, name
        self.size, self.dimension = size, dimension

    def search(self, questions: np.ndarray, limit: int, among: np.ndarray | None = None) -> Neighbours:
        asked = checked_questions(questions, self.dimension)
        mask = mask_of(among, self.size)
        selected = self.size if mask is None else int(np.count_nonzero(mask))
        wanted = min(limit, selected)
        if wanted <= 0 or not len(asked):
            return nothing(len(asked), limit)
        breadth = max(wanted, min(MOST_BREADTH, int(max(BREADTH, wanted) * self.size / selected)))
        expressions = milvus_filters.expressions(mask, self.size, wanted)
        if expressions is None and mask is not None:  # too many to be named: ask for more, keep what is in the mask
            found = self._beyond(asked, mask, wanted)
            if found is not None:
                return ranked(found.positions, found.scores, limit)
            expressions = milvus_filters.portions(mask)
        parts = [
            self._store.search(self._name, asked, min(wanted, milvus_filters.MOST_HITS), one, breadth)
            for one in expressions or ()
        ]
        return ranked(
            np.concatenate([part.positions for part in parts], axis=1),
            np.concatenate([part.scores for part in parts], axis=1),
            limit,
        )

    def _beyond(self, asked: np.ndarray, mask: np.ndarray, wanted: int) -> Neighbours | None:
        share = np.count_nonzero(mask) / self.size
        ask = min(milvus_filters.MOST_HITS, int(2 * wanted / share) + 50)
        while True:
            found = self._store.search(self._name, asked, ask, "", max(BREADTH, ask))
            outside = (found.positions == NOTHING) | ~mask[found.positions]
            if (np.count_nonzero(~outside, axis=1) >= wanted).all():
                return Neighbours(np.where(outside, NOTHING, found.positions), found.scores)
            if ask == milvus_filters.MOST_HITS:
                return None
            ask = min(milvus_filters.MOST_HITS, 4 * ask)


def load(address: Address) -> Any:
    """pymilvus, kept from reading a .env file and from writing what it was asked into a log."""
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    for name in _LOGS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        import pymilvus

        if address.file is not None:
            import milvus_lite  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise IndexUnknown(
            f"{error.name} is not installed.", hint="Install requirements/milvus.txt, or use the index flat."
        ) from None
    return pymilvus


def _refuse_outside(address: Address, public: bool) -> None:
    try:
        inside = milvus_address.is_inside(address)
    except OSError:
        raise StoreAway(f"There is no host of the name {address.host}.", hint="Check CLEW_MILVUS.") from None
    if inside:
        return
    if not public:
        raise IndexUnknown(
            f"Milvus at {address} is outside: not this machine, not a private network.",
            hint="Vectors of questions would leave the house. CLEW_MILVUS_PUBLIC=on says that they may.",
        )
    if not address.secure:
        raise IndexUnknown(f"Milvus at {address} is outside and not encrypted.", hint="Use https in CLEW_MILVUS.")


def _silent(name: str, done: int, total: int) -> None:
    pass
