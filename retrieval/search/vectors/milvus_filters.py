"""How a filter is told to Milvus: as ranges, as a list, as a list of what is not wanted, or in portions.

Pure: a mask comes in, expressions over the field `position` go out. All of them are exact.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

MOST_HITS = 16_384  # of one search; Milvus gives no more
MOST_RANGES = 100  # passages of a source lie together, so a filter is often a few ranges
MOST_NAMED = 10_000  # positions listed in one expression: some 70 kB


def expressions(mask: np.ndarray | None, size: int, wanted: int) -> list[str] | None:
    """Expressions that together select what the mask does, one where that is possible; None: too many to name."""
    if wanted > MOST_HITS:  # each portion is answered whole
        return portions(np.ones(size, dtype=np.bool_) if mask is None else mask)
    if mask is None:
        return [""]
    starts, ends = _ranges(mask)
    if len(starts) <= MOST_RANGES:
        return [" or ".join(_range(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True))]
    selected = int(np.count_nonzero(mask))
    if selected <= MOST_NAMED:
        return [f"position in {_listed(np.flatnonzero(mask))}"]
    if len(mask) - selected <= MOST_NAMED:
        return [f"position not in {_listed(np.flatnonzero(~mask))}"]
    return None


def portions(mask: np.ndarray) -> list[str]:
    """The mask in as many expressions as it takes, each of at most MOST_HITS positions."""
    made: list[str] = []
    starts, ends = _ranges(mask)
    if len(starts) <= MOST_RANGES:
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            made += [_range(at, min(at + MOST_HITS, end)) for at in range(start, end, MOST_HITS)]
        return made
    selected = np.flatnonzero(mask)
    pieces: Iterable[np.ndarray] = np.split(selected, range(MOST_NAMED, len(selected), MOST_NAMED))
    return [f"position in {_listed(piece)}" for piece in pieces]


def _ranges(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(first, one after the last) of each run of what is selected."""
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _range(start: int, end: int) -> str:
    return f"(position >= {start} and position < {end})"


def _listed(positions: np.ndarray) -> str:
    return "[" + ",".join(map(str, positions.tolist())) + "]"
