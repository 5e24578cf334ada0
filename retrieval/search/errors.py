"""What can go wrong with search by meaning; each has a code that documentation names."""

from __future__ import annotations

from retrieval.errors import RetrievalError


class EmbedderMissing(RetrievalError):
    """The packages or the model of the embedder are not on this machine, or the model is not usable."""

    code = "search.no_embedder"


class IndexUnknown(RetrievalError):
    """No index of this kind can be built here."""

    code = "search.index"


class StoreAway(RetrievalError):
    """The engine that keeps the vectors does not answer, or does not have them any more."""

    code = "search.store_away"
    retryable = True


class EmbeddingsStopped(RetrievalError):
    """Embedding or indexing a snapshot was interrupted; what was done is kept and the next try goes on."""

    code = "search.stopped"
    retryable = True


class EmbeddingsBusy(RetrievalError):
    """Another process is embedding the same snapshot at this moment."""

    code = "search.busy"
    retryable = True


class ServiceRunning(RetrievalError):
    """Another retrieval process already answers at this socket."""

    code = "search.running"
