"""Many strings in two arrays, so that a snapshot can be memory-mapped.

The text is one UTF-8 blob; `offsets[i]:offsets[i + 1]` is string i. Nothing is decoded until
it is read, and nothing is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import overload

import numpy as np

Arrays = Mapping[str, np.ndarray]


class StringTable(Sequence[str]):
    """A read-only sequence of strings over the arrays that `build` makes."""

    __slots__ = ("_blob", "_offsets")

    def __init__(self, arrays: Arrays, prefix: str = "") -> None:
        self._blob = arrays[f"{prefix}blob"]
        self._offsets = arrays[f"{prefix}offsets"]

    @staticmethod
    def build(strings: Iterable[str], prefix: str = "") -> dict[str, np.ndarray]:
        encoded = [text.encode("utf-8") for text in strings]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        blob = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        return {f"{prefix}blob": blob, f"{prefix}offsets": offsets}

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        position = i + len(self) if i < 0 else i
        if not 0 <= position < len(self):
            raise IndexError("string index out of range")
        return self._blob[self._offsets[position] : self._offsets[position + 1]].tobytes().decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        """All strings, decoded in one go: far faster than asking for each."""
        whole = self._blob.tobytes()
        edges = self._offsets.tolist()
        for start, end in pairwise(edges):
            yield whole[start:end].decode("utf-8")


class Codes:
    """Collects repeated strings while building: each distinct text once, in first-seen order."""

    def __init__(self) -> None:
        self._code: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._code)

    def code(self, text: str) -> int:
        return self._code.setdefault(text, len(self._code))

    def strings(self) -> list[str]:
        return list(self._code)
