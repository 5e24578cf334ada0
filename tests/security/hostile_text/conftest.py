"""The runs without an attack: one for each carrier and the disease that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from retrieval.passages import names
from retrieval.passages.findings import _Names
from retrieval.snapshot import Snapshot
from tests.security.hostile_text.attack import Attack, Carrier
from tests.security.hostile_text.running import Ran, ran

Without = Callable[[Attack], Ran]


@pytest.fixture(scope="session")
def without(snapshot: Snapshot) -> Without:
    @cache
    def kept(carrier: Carrier, about: str) -> Ran:
        return ran(snapshot, None, carrier, about)

    return lambda attack: kept(attack.carrier, attack.about)


@pytest.fixture(scope="module", autouse=True)
def _names_are_read_once() -> Iterator[None]:
    """The names of diseases and findings, which every store of texts holds again, are the same in all worlds here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "build", cache(names.build))
        patch.setattr(_Names, "build", staticmethod(cache(_Names.build)))
        yield
