"""Ids of findings by their first digits, alternative and obsolete ones included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology

_TYPED = re.compile(r"\s*<?(?:https?://purl\.obolibrary\.org/obo/)?HPO?\s*[:_]?\s*([0-9]{1,7})>?\s*\Z", re.IGNORECASE)
_BARE = re.compile(r"\s*([0-9]{4,7})\s*\Z")


class TermIds:
    """Numbers of all ids that lead to a finding, sorted, each with the index of the current term."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._numbers: np.ndarray = arrays["id_number"]
        self._terms: np.ndarray = arrays["id_term"]

    @staticmethod
    def build(ontology: Ontology) -> dict[str, np.ndarray]:
        known = sorted(
            (int(term_id.removeprefix("HP:")), term)
            for term_id, term in ontology.known_ids().items()
            if ontology.is_finding(term)
        )
        return {
            "id_number": np.array([number for number, _ in known], dtype=np.int32),
            "id_term": np.array([term for _, term in known], dtype=np.int32),
        }

    @staticmethod
    def digits(text: str) -> str | None:
        """The digits typed, if the text is the beginning of an id."""
        match = _TYPED.match(text) or _BARE.match(text)
        return match[1] if match and match[1].isascii() else None

    def starting_with(self, digits: str, limit: int) -> Iterator[tuple[int, int]]:
        """(number, term): the id that the digits abbreviate (1250 for 0001250), then those they begin."""
        whole = int(digits)
        short = len(digits) < 7 and digits[0] != "0"  # with a leading zero it is a beginning
        if short:
            at = int(np.searchsorted(self._numbers, whole))
            if at < len(self._numbers) and self._numbers[at] == whole:
                yield whole, int(self._terms[at])
                limit -= 1
        scale = 10 ** (7 - len(digits))
        first, last = np.searchsorted(self._numbers, [whole * scale, (whole + 1) * scale]).tolist()
        for at in range(first, min(last, first + limit)):
            if not short or self._numbers[at] != whole:
                yield int(self._numbers[at]), int(self._terms[at])
