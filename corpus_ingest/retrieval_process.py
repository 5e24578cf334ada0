"""Where this installation keeps what the retrieval process needs; shared by the commands that embed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from django.conf import settings

from corpus_ingest import publish
from retrieval.search.embedder import Embedder, Precision, open_embedder
from retrieval.search.engine import Places


def embedder() -> Embedder:
    """The model of CLEW_EMBEDDER, loaded."""
    models = Path(settings.VAR_DIR) / "models"
    return open_embedder(settings.EMBEDDER, models, Precision(settings.EMBEDDER_PRECISION))


def places() -> Places:
    knowledge = Path(settings.KNOWLEDGE_DIR)
    return Places(
        knowledge=knowledge,
        embeddings=embeddings(),
        current=partial(publish.in_use, knowledge),
        embedder=embedder,
        kind=settings.SEARCH_INDEX,
        milvus=settings.MILVUS,
        milvus_public=settings.MILVUS_PUBLIC,
    )


def embeddings() -> Path:
    """A cache: it may be deleted, and is made again."""
    return Path(settings.VAR_DIR) / "embeddings"
