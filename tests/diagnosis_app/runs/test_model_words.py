"""What a run's model is called, and where what it was shown went, by the address alone."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis_app.runs.model_words import Place, model_of, model_words, outside_words, place_of
from diagnosis_app.runs.spending import Spent, cost_words, run_words, spent_on


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("127.0.0.1", Place.HERE),
        ("localhost", Place.HERE),
        ("localhost:8000", Place.HERE),
        ("[::1]:8000", Place.HERE),
        ("::1", Place.HERE),
        ("10.0.0.4", Place.PRIVATE),
        ("192.168.1.7:8000", Place.PRIVATE),
        ("172.20.0.3", Place.PRIVATE),
        ("fd00::1", Place.PRIVATE),
        ("vllm", Place.PRIVATE),
        ("gpu.hospital.internal", Place.PRIVATE),
        ("8.8.8.8", Place.PUBLIC),
        ("api.example.com", Place.PUBLIC),
        ("localhost.example.com", Place.PUBLIC),
        ("10.0.0.4.example.com", Place.PUBLIC),
        ("", Place.UNKNOWN),
    ],
)
def test_an_address_tells_whose_it_is(address: str, place: Place) -> None:
    assert place_of(address) is place


@pytest.mark.parametrize(
    ("pinned", "words", "outside"),
    [
        (None, "none", "none"),
        ("", "none", "none"),
        ("local-32b", "local-32b", "the reasoning model, address not recorded"),
        ({"name": "r-32b", "address": "127.0.0.1"}, "r-32b at 127.0.0.1, on this machine", "none"),
        (
            {"name": "r-32b", "address": "10.0.0.4"},
            "r-32b at 10.0.0.4, on a private network",
            "the reasoning model, on a private network",
        ),
        (
            {"name": "r-32b", "address": "api.example.com"},
            "r-32b at api.example.com, at a public address",
            "the reasoning model, at a public address",
        ),
        ({"name": "", "address": ""}, "without a name", "the reasoning model, address not recorded"),
    ],
)
def test_whatever_a_manifest_holds_has_words(pinned: Any, words: str, outside: str) -> None:
    assert model_words(pinned) == words and outside_words(pinned) == outside


def test_a_run_from_before_there_were_models_has_none() -> None:
    assert model_of({}) is None


def test_what_was_spent_is_summed_over_the_steps_that_asked() -> None:
    one = {"model": {"prompt": 900, "cached": 600, "completion": 100, "seconds": 0.5, "calls": 1, "cost": 0.25}}
    spent = spent_on([one, {}, {"model": None}, {**one, "failed": "model.timeout"}])
    assert spent == Spent(1_800, 1_200, 200, 1.0, 2, 0.5) and spent.tokens == 2_000
    assert run_words(spent) == "2\u202f000 in 2 calls, 1\u202f200 of them kept by the server"
    assert cost_words(spent) == "0.5000" and cost_words(Spent(10, calls=1)) == ""
