"""The reader over the real ontology, and a short way to say what it read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval.phenotype_text import Reader
from retrieval.snapshot import Snapshot


@pytest.fixture(scope="session")
def reader(snapshot: Snapshot) -> Reader:
    return snapshot.reader


@pytest.fixture(scope="session")
def read(reader: Reader) -> Callable[[str], dict[str, str]]:
    """label → status of everything read; a label read twice with different statuses fails."""

    def statuses(text: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for mention in reader.read(text):
            assert found.setdefault(mention.label, mention.status.value) == mention.status.value, text
        return found

    return statuses
