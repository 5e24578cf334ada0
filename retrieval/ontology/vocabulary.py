"""A sorted table of words that answers "which begin with this" and "which nearly begin with this".

Arrays only, so it opens without work; every answer is bounded by the size of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

_LONGEST_NEAR = 24  # characters of a query that the edit distance looks at


class Vocabulary:
    """Distinct words, sorted by their UTF-8 bytes; a word is named by its row."""

    def __init__(self, arrays: Mapping[str, np.ndarray], prefix: str = "word_") -> None:
        self._bytes: np.ndarray = arrays[f"{prefix}bytes"]
        self._letters: np.ndarray = arrays[f"{prefix}letters"]
        self._width = int(self._bytes.shape[1])
        self._words: np.ndarray = self._bytes.view(f"S{self._width}")[:, 0]

    @staticmethod
    def build(words: Iterable[str], prefix: str = "word_") -> tuple[dict[str, np.ndarray], dict[str, int]]:
        """The arrays, and the row of each word."""
        ordered = sorted({word.encode() for word in words if word})
        width = max((len(word) for word in ordered), default=1)
        table = np.array(ordered, dtype=f"S{width}")
        arrays: dict[str, np.ndarray] = {
            f"{prefix}bytes": table.view(np.uint8).reshape(len(ordered), width),
            f"{prefix}letters": np.array([_letters(word) for word in ordered], dtype=np.uint64),
        }
        return arrays, {word.decode(): row for row, word in enumerate(ordered)}

    def __len__(self) -> int:
        return len(self._words)

    def row(self, word: str) -> int | None:
        """The row of exactly this word."""
        first, last = self.range(word, whole=True)
        return first if first < last else None

    def rows(self, words: list[str]) -> np.ndarray:
        """The row of each word, -1 for unknown ones."""
        encoded = [word.encode() for word in words]
        sought = np.array([word if len(word) <= self._width else b"" for word in encoded], dtype=f"S{self._width}")
        if len(self) == 0 or not words:
            return np.full(len(words), -1, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self._words, sought), len(self) - 1)
        return np.where((self._words[rows] == sought) & (sought != b""), rows, -1)

    def range(self, word: str, *, whole: bool = False) -> tuple[int, int]:
        """Rows first..last (exclusive) of the words that begin with this one; `whole`: that equal it."""
        sought = word.encode()
        if not sought or len(sought) > self._width or b"\0" in sought:
            return 0, 0
        first = int(np.searchsorted(self._words, np.bytes_(sought), side="left"))
        if whole or len(sought) == self._width:
            return first, int(np.searchsorted(self._words, np.bytes_(sought), side="right"))
        return first, int(np.searchsorted(self._words, np.bytes_(sought + b"\xff"), side="left"))

    def near(self, word: str, edits: int) -> tuple[np.ndarray, np.ndarray]:
        """(rows, distances) of words with a beginning at most `edits` edits away from this one.

        An edit inserts, drops or changes a letter or swaps two neighbours (optimal string
        alignment). Words lacking more than `edits` of the letters are never looked at.
        """
        sought = word.encode()[:_LONGEST_NEAR]
        missing = np.bitwise_count(np.uint64(_letters(sought)) & ~self._letters)
        rows = np.flatnonzero(missing <= edits)
        if not len(rows) or not sought:
            return rows[:0], np.zeros(0, dtype=np.int8)
        columns = np.ascontiguousarray(self._bytes[rows, : len(sought) + edits].T)
        distance = _prefix_distance(sought, columns, edits)
        close = distance <= edits
        return rows[close], distance[close]


def _letters(word: bytes) -> int:
    """The set of characters as bits: a-z, 0-9, and 28 bits shared by all other bytes."""
    mask = 0
    for byte in word:
        if 97 <= byte <= 122:
            mask |= 1 << (byte - 97)
        elif 48 <= byte <= 57:
            mask |= 1 << (byte - 48 + 26)
        else:
            mask |= 1 << (36 + byte % 28)
    return mask


def _prefix_distance(sought: bytes, columns: np.ndarray, edits: int) -> np.ndarray:
    """Edits between `sought` and the nearest beginning of each word; `columns[j]` holds the j-th byte of all.

    Only the band |i - j| <= edits is computed; beyond it every distance exceeds `edits` anyway.
    """
    width, count = columns.shape
    far = np.full(count, edits + 1, dtype=np.int8)
    before: dict[int, np.ndarray] = {}
    previous = {j: np.full(count, j, dtype=np.int8) for j in range(min(edits, width) + 1)}
    for i in range(1, len(sought) + 1):
        current: dict[int, np.ndarray] = {}
        for j in range(max(0, i - edits), min(width, i + edits) + 1):
            if j == 0:
                current[0] = np.full(count, i, dtype=np.int8)
                continue
            same = columns[j - 1] == sought[i - 1]
            best = previous.get(j - 1, far) + ~same
            best = np.minimum(best, np.minimum(previous.get(j, far), current.get(j - 1, far)) + np.int8(1))
            if i > 1 and j > 1 and j - 2 in before:
                swapped = (columns[j - 1] == sought[i - 2]) & (columns[j - 2] == sought[i - 1])
                best = np.where(swapped, np.minimum(best, before[j - 2] + np.int8(1)), best)
            current[j] = best
        before, previous = previous, current
    return np.minimum.reduce(list(previous.values())) if previous else far
