from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest.literature.address import read_address
from corpus_ingest.literature.door import Limits
from corpus_ingest.literature.pace import Pace
from corpus_ingest.literature.pubmed import PubMed
from tests.corpus_ingest.literature.eutils import Server, speaking

QUICK = Limits(bytes=200_000, silence=0.4, seconds=1.2)


@pytest.fixture
def listening() -> Iterator[Callable[..., Server]]:
    """listening(search=..., fetch=...): a server that runs until the test ends."""
    with ExitStack() as stack:
        yield lambda **ways: stack.enter_context(speaking(Server(**ways)))


@pytest.fixture
def client(tmp_path: Path) -> Callable[..., tuple[PubMed, list[float]]]:
    """client(server): impatient, and what it would have slept."""

    def make(server: Server, **more: Any) -> tuple[PubMed, list[float]]:
        slept: list[float] = []
        pace = Pace(tmp_path / "pace", apart=0.0)
        return PubMed(read_address(server.base), pace, limits=QUICK, sleep=slept.append, **more), slept

    return make
