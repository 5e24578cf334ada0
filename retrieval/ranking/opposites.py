"""Pairs of terms that say the opposite of each other: microcephaly and macrocephaly.

In the graph such terms are siblings, so that a ranking by shared ancestors would take one as
support for the other. The pairs are read from the labels of one ontology release; nothing is
learned and no list is kept by hand. A pair only ever keeps a match from being positive.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Labelled(Protocol):
    """The part of an ontology that is read here."""

    @property
    def size(self) -> int: ...
    def label(self, i: int) -> str: ...
    def parents(self, i: int) -> npt.NDArray[np.int32]: ...
    def is_finding(self, i: int) -> bool: ...


# Two sides of one measure. A label is written with the side cut out ("~cephaly"); two labels with
# the same remainder and different sides of the same measure are opposites.
_PREFIXES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("micro",), ("macro", "mega", "megalo")),
    (("hypo",), ("hyper",)),
    (("brady",), ("tachy",)),
    (("oligo",), ("poly",)),
)
_WORDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("short",), ("long", "tall")),
    (("increased", "elevated", "high", "abnormally high"), ("decreased", "reduced", "low", "abnormally low")),
    (("small",), ("large", "big", "enlarged")),
    (("narrow",), ("wide", "broad")),
    (("thin",), ("thick", "thickened")),
    (("premature", "early", "precocious", "accelerated", "advanced"), ("delayed", "late")),
    (("upslanted",), ("downslanted",)),
    (("shallow",), ("deep",)),
    (("sparse",), ("thick", "dense")),
    (("low-set",), ("high-set",)),
    (("anteverted",), ("depressed",)),
    (("concave",), ("convex",)),
    (("aplasia", "absent"), ("supernumerary", "duplicated")),
    (("underdeveloped",), ("prominent",)),
)
# Words in which the prefix tells how it was seen or made, or names a form that may stand beside the
# other (mixed cirrhosis) or become it (an adenoma grows), not how much of it there is.
_NO_MEASURE = ("scopic", "clonal", "nodular", "vesicular", "follicular", "adenoma", "prolactinoma")
# Words of measure that are part of a name before these: the large intestine is not a small intestine
# that is too large, and long-term memory is no more of short-term memory.
_NAMING = ("small", "large", "short", "long", "early", "late")
_NAMED = ("intestine", "intestinal", "vessel", "arterie", "cell", "joint", "peripheral", "term", "inspiratory")
_TOKEN = re.compile(r"[a-z0-9]+(?:-[a-z]+)?")

Side = tuple[int, int]  # which measure, which side


def _sides_of(measures: Iterable[tuple[tuple[str, ...], ...]], start: int = 0) -> dict[str, list[Side]]:
    found: dict[str, list[Side]] = {}
    for measure, sides in enumerate(measures, start):
        for side, words in enumerate(sides):
            for word in words:
                found.setdefault(word, []).append((measure, side))
    return found


_OF_WORD = _sides_of(_WORDS)
_OF_PREFIX = _sides_of(_PREFIXES, start=len(_WORDS))
_EVERY_PREFIX = tuple(_OF_PREFIX)


def opposite_pairs(ontology: Labelled, *, among: Iterable[int] | None = None) -> npt.NDArray[np.int32]:
    """Pairs (i < j) of findings with opposite labels that share a parent or a grandparent."""
    forms: dict[str, list[tuple[int, Side]]] = defaultdict(list)
    for i in range(ontology.size) if among is None else among:
        if ontology.is_finding(i):
            for remainder, side in _cut(ontology.label(i).lower()):
                forms[remainder].append((i, side))
    pairs = {
        (min(i, j), max(i, j))
        for members in forms.values()
        for i, j in _facing(members)
        if i != j and _near(ontology, i) & _near(ontology, j)
    }
    return np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)


def _cut(label: str) -> Iterator[tuple[str, Side]]:
    """Every way to cut one word of measure, or one prefix of measure, out of a label."""
    tokens = [_singular(token) for token in _TOKEN.findall(label)]
    for at, token in enumerate(tokens):
        if token in _NAMING and "".join(tokens[at + 1 : at + 2]) in _NAMED:
            continue
        for side in _OF_WORD.get(token, ()):
            yield " ".join([*tokens[:at], "~", *tokens[at + 1 :]]), side
        for prefix in _EVERY_PREFIX if token.startswith(_EVERY_PREFIX) else ():
            if token.startswith(prefix) and _is_measured(token[len(prefix) :]):
                for side in _OF_PREFIX[prefix]:
                    yield " ".join([*tokens[:at], "~" + token[len(prefix) :], *tokens[at + 1 :]]), side


def _is_measured(rest: str) -> bool:
    return len(rest) > 2 and rest not in _NO_MEASURE


def _singular(token: str) -> str:
    return token[:-1] if token.endswith("s") and not token.endswith(("ss", "us", "is")) else token


def _facing(members: list[tuple[int, Side]]) -> Iterator[tuple[int, int]]:
    for i, (measure, side) in members:
        if side == 0:
            for j, other in members:
                if other == (measure, 1):
                    yield i, j


def _near(ontology: Labelled, i: int) -> set[int]:
    parents = _ints(ontology.parents(i))
    return parents | {g for parent in parents for g in _ints(ontology.parents(parent))}


def _ints(indices: Iterable[int]) -> set[int]:
    return {int(i) for i in indices}
