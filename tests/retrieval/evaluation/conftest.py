"""The small world, built once."""

from __future__ import annotations

import pytest

from retrieval.snapshot import Snapshot
from tests import evaluation_world


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return evaluation_world.build(tmp_path_factory.mktemp("small"))
