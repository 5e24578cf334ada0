"""Cuts documents into passages that can be quoted."""

from corpus_ingest.chunking.cut import MOST, SMALL, TARGET, chunk

__all__ = ["MOST", "SMALL", "TARGET", "chunk"]
