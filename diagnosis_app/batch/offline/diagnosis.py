"""The rank of the diagnosis that an input names, by the benchmark's rule. Looked at after the run, never before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from corpus_ingest.sources.phenopackets import packet
from corpus_ingest.sources.phenopackets.report import Unusable
from retrieval.knowledge import Knowledge
from retrieval.ranking.ranker import expected_rank

NONE_NAMED, UNKNOWN = "", "not in this knowledge"


def rank_of_named(content: bytes, result: Mapping[str, Any], knowledge: Knowledge) -> str:
    """The best rank of a named diagnosis under any of its ids; candidates of one score share their mean rank."""
    named = _named(content)
    if not named:
        return NONE_NAMED
    true = {i for one in named if (i := knowledge.diseases.index(one)) is not None}
    if not true:
        return UNKNOWN
    listed = result["candidates"]
    scores = np.array([one["score"] for one in listed], dtype=float)
    at = [place for place, one in enumerate(listed) if knowledge.diseases.index(one["id"]) in true]
    if not at:
        return f"> {len(listed)}" if listed else "not listed"
    return f"{min(expected_rank(scores, place) for place in at):g}"


def _named(content: bytes) -> tuple[str, ...]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
        if not isinstance(document, dict):
            return ()
        for wrapped in ("proband", "phenopacket"):
            if isinstance(document.get(wrapped), dict):
                document = document[wrapped]
        return packet.read(document, "", Counter()).diagnoses
    except (ValueError, RecursionError, Unusable):
        return ()
