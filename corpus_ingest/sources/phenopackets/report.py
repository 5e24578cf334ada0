"""What reading cases gave: the cases, those that could not be used, and what was left out of the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from corpus_ingest.source import Reject
from retrieval.model import PublishedCase

__all__ = ["Read", "Reject", "Unusable"]


@dataclass(frozen=True, slots=True)
class Read:
    cases: tuple[PublishedCase, ...]
    rejects: tuple[Reject, ...]
    left_out: Counter[str] = field(default_factory=Counter)  # what was wrong with parts of usable cases


class Unusable(Exception):
    """Raised inside a parser: this case is rejected, the others go on."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


MALFORMED = "is malformed"
NO_DIAGNOSIS = "has no diagnosis of OMIM, Orphanet, Mondo or DECIPHER"
NO_FINDING = "has no finding that was present"
NOT_JSON = "is not JSON"
NESTED = "is an archive inside the archive; unpack it and bring it in by itself"
VERSION_1 = "is a phenopacket of version 1; convert it to version 2"
NO_CASE = "holds neither a phenopacket nor a case"
TWICE = "is the same case as another one here"
