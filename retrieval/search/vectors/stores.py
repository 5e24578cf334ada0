"""Makes an index of the kind that CLEW_SEARCH_INDEX names, or says why it cannot be had here."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from retrieval.search.errors import IndexUnknown
from retrieval.search.vectors.exact import ExactIndex
from retrieval.search.vectors.index import Kind, VectorIndex, checked_vectors


def build(vectors: np.ndarray, kind: Kind | str = Kind.FLAT) -> VectorIndex:
    """An index in memory over float32[n, dimension]; IndexUnknown where the kind cannot be had here."""
    try:
        wanted = Kind(kind)
    except ValueError:
        raise IndexUnknown(f"There is no index of the kind {kind}.", hint=f"One of {', '.join(Kind)}.") from None
    checked_vectors(vectors)
    if wanted is Kind.EXACT:
        return ExactIndex(vectors)
    if find_spec("faiss") is None:
        raise IndexUnknown("FAISS is not installed.", hint="Install faiss-cpu (./run does), or use the index exact.")
    from retrieval.search.vectors.with_faiss import FaissIndex

    return FaissIndex(vectors, wanted)
