"""One number from Orphanet's epidemiology: its class, the nearest place, and never another measure unnamed."""

from __future__ import annotations

import math

import pytest

from retrieval.prevalence import BASES, CLASS_SHARES, share
from retrieval.vocabularies import PrevalenceClaim

POINT, BIRTH, INCIDENCE = "Point prevalence", "Prevalence at birth", "Annual incidence"


def of(*claims: tuple[str, str, str]) -> tuple[float, str]:
    found, basis = share(PrevalenceClaim(*claim) for claim in claims)
    return found, BASES[basis]


def test_each_class_lies_within_its_bounds() -> None:
    bounds = {"<1 / 1 000 000": (0, 1e-6), "1-9 / 1 000 000": (1e-6, 1e-5), "1-9 / 100 000": (1e-5, 1e-4)}
    bounds |= {"1-5 / 10 000": (1e-4, 6e-4), "6-9 / 10 000": (6e-4, 1e-3), ">1 / 1000": (1e-3, 1)}
    assert bounds.keys() == CLASS_SHARES.keys()
    assert all(low < CLASS_SHARES[name] < high for name, (low, high) in bounds.items())
    assert list(CLASS_SHARES.values()) == sorted(CLASS_SHARES.values())


def test_worldwide_comes_before_europe_and_europe_before_a_country() -> None:
    world, europe = (POINT, "1-9 / 100 000", "Worldwide"), (POINT, "1-5 / 10 000", "Europe")
    country = (POINT, ">1 / 1000", "France")
    assert of(country, europe, world) == (CLASS_SHARES["1-9 / 100 000"], POINT)
    assert of(country, europe) == (CLASS_SHARES["1-5 / 10 000"], POINT)
    assert of(country) == (CLASS_SHARES[">1 / 1000"], POINT)


def test_a_country_of_the_right_measure_comes_before_the_world_of_another() -> None:
    assert of((BIRTH, ">1 / 1000", "Worldwide"), (POINT, "1-9 / 100 000", "Japan"))[1] == POINT


def test_birth_prevalence_stands_in_only_where_there_is_no_point_prevalence_and_is_named() -> None:
    assert of((INCIDENCE, "1-9 / 100 000", "Worldwide"), (BIRTH, "1-5 / 10 000", "Europe")) == (
        CLASS_SHARES["1-5 / 10 000"],
        BIRTH,
    )


def test_several_classes_give_the_lower_middle_one() -> None:
    classes = ("1-5 / 10 000", "<1 / 1 000 000", "1-9 / 100 000", ">1 / 1000")
    assert of(*((POINT, one, "Worldwide") for one in classes))[0] == CLASS_SHARES["1-9 / 100 000"]


@pytest.mark.parametrize(
    "claims", [(), ((POINT, "Unknown", "Worldwide"),), (("Cases/families", "no data", "Worldwide"),)]
)
def test_what_nobody_states_is_unknown(claims: tuple[tuple[str, str, str], ...]) -> None:
    found, basis = of(*claims)
    assert math.isnan(found)
    assert basis == ""
