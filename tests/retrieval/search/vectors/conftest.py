"""One store of each implementation, empty, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.search.vectors import VectorIndex, VectorStore
from tests.retrieval.search.vectors.offers import CONTENTS, OFFERS, Offer


@pytest.fixture(params=list(OFFERS))
def offer(request: pytest.FixtureRequest) -> Offer:
    found = OFFERS[request.param]
    if found.missing:
        pytest.skip(found.missing)
    return found


@pytest.fixture
def store(offer: Offer, tmp_path: Path) -> Iterator[VectorStore]:
    opened = offer.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def build(store: VectorStore) -> Callable[[np.ndarray], VectorIndex]:
    return lambda held: store.open(CONTENTS, held)
