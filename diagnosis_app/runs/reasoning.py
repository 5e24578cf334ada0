"""The reasoning model that the settings name, for whoever investigates: the worker and the commands, never a page.

One for each process and connection, so that all runs share what is known of the server's health. It asks nothing when
it is made.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from agents.llm.address import read
from agents.llm.asking import Model
from agents.llm.client import Price, ServedModel
from agents.llm.line import Line


def reasoning_model() -> Model | None:
    """None where the settings name none: rules then decide alone."""
    if not settings.MODEL:
        return None
    return _connected(settings.MODEL, settings.MODEL_KEY, settings.MODEL_PUBLIC, settings.MODEL_PRICE)


def tokens_of_a_run() -> int:
    return int(settings.MODEL_TOKENS)


@lru_cache(maxsize=4)
def _connected(address: str, key: str, public: bool, price: tuple[float, float] | None) -> ServedModel:
    return ServedModel(Line(read(address), key, public), price=Price(*price) if price else None)
