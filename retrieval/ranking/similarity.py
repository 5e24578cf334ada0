"""Resnik's similarity: how telling the most telling ancestor is that two findings share.

The likelihood does not use it. An explanation does, to name the documented finding that comes
nearest to one the disease does not explain.
Resnik, Using information content to evaluate semantic similarity in a taxonomy, IJCAI 1995.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology


class Nearest(NamedTuple):
    """The best match of a finding among others: its index, the ancestor they share, how telling that is."""

    term: int
    shared: int
    similarity: float


def nearest(
    ontology: Ontology, term: int, others: Iterable[int], *, content: np.ndarray | None = None
) -> Nearest | None:
    """The one of `others` most similar to `term`; None if nothing shares more than the root of all findings."""
    telling = ontology.information_content if content is None else content
    mine = np.zeros(ontology.size)
    above = ontology.ancestors(term)
    mine[above] = telling[above]
    best: Nearest | None = None
    for other in sorted(set(others)):
        theirs = ontology.ancestors(other)
        shared = int(theirs[np.argmax(mine[theirs])])
        similarity = float(mine[shared])
        if similarity > (best.similarity if best else 0.0):
            best = Nearest(other, shared, similarity)
    return best


def resnik(ontology: Ontology, one: int, other: int, *, content: np.ndarray | None = None) -> float:
    """0 for findings of different organ systems; a finding's own information content with itself."""
    found = nearest(ontology, one, [other], content=content)
    return found.similarity if found else 0.0
