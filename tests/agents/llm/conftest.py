from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agents.llm.asking import FITS
from tests.model_server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(FITS) as running:
        yield running
