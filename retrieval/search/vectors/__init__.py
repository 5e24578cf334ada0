"""Nearest vectors, behind two Protocols: an index that is asked, and a store that indexes come from.

`CLEW_SEARCH_INDEX` chooses among them and nothing else changes: `exact` (numpy, the measure of the
others), `flat`, `ivf` and `hnsw` (FAISS, in the memory of the retrieval process), `milvus` (a
distributed engine, filled once). One conformance suite holds them all to the same promises. FAISS
and pymilvus are imported when one of theirs is opened, never before.
"""

from retrieval.search.vectors.index import NOTHING, Contents, Kind, Neighbours, VectorIndex, VectorStore
from retrieval.search.vectors.stores import build, open_store

__all__ = ["NOTHING", "Contents", "Kind", "Neighbours", "VectorIndex", "VectorStore", "build", "open_store"]
