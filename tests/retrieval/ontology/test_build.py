"""A broken ontology is refused with the term at fault."""

from __future__ import annotations

import pytest

from retrieval.ontology.build import BrokenOntology, TermRecord, build
from tests.retrieval.ontology.small import TERMS


def test_the_order_of_the_terms_is_irrelevant() -> None:
    forwards, backwards = build(TERMS, "1"), build(TERMS[::-1], "1")
    assert {name: array.tobytes() for name, array in forwards.items()} == {
        name: array.tobytes() for name, array in backwards.items()
    }


def test_a_cycle_is_refused_and_named() -> None:
    terms = [
        TermRecord("HP:0000001", "a", parents=("HP:0000002",)),
        TermRecord("HP:0000002", "b", parents=("HP:0000001",)),
    ]
    with pytest.raises(BrokenOntology, match="HP:0000001"):
        build(terms, "1")


def test_an_unknown_parent_is_refused_and_named() -> None:
    with pytest.raises(BrokenOntology, match=r"HP:0000001 names the parent HP:0000099"):
        build([TermRecord("HP:0000001", "a", parents=("HP:0000099",))], "1")


def test_an_id_that_occurs_twice_is_refused_and_named() -> None:
    with pytest.raises(BrokenOntology, match="HP:0000001"):
        build([TermRecord("HP:0000001", "a"), TermRecord("HP:0000001", "b", obsolete=True)], "1")
