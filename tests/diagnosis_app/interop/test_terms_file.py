"""A text file of HPO ids: what it may look like, and that every wrong line is named."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from diagnosis_app.errors import Invalid, InvalidMany
from diagnosis_app.interop.terms_file import LARGEST, read_terms
from retrieval.model import Status


def read(text: str, ontology: Any) -> list[tuple[str, Status]]:
    return [(entry.term, entry.status) for entry in read_terms(text, ontology).content.findings]


def test_ids_names_comments_and_exclusions(ontology: Any) -> None:
    text = """\ufeff# patient 7
HP:0001250 Seizure   # at night
HP:0001263, HP:0001252;hp_0000252

- HP:0000316
-HP:0001999 \u2212HP:0000278\r
http://purl.obolibrary.org/obo/HP_0000098\tTall stature
"""
    assert read(text, ontology) == [
        ("HP:0001250", Status.PRESENT),
        ("HP:0001263", Status.PRESENT),
        ("HP:0001252", Status.PRESENT),
        ("HP:0000252", Status.PRESENT),
        ("HP:0000316", Status.EXCLUDED),
        ("HP:0001999", Status.EXCLUDED),
        ("HP:0000278", Status.EXCLUDED),
        ("HP:0000098", Status.PRESENT),
    ]


def test_every_wrong_line_is_named_at_once(ontology: Any) -> None:
    with pytest.raises(InvalidMany) as caught:
        read("HP:0001250\nseizure\nHP:12\n\nHP:9999999\nHP:0000006\nSeizure HP:0001250\n", ontology)
    assert [problem.field for problem in caught.value.problems] == ["line 2", "line 3", "line 5", "line 6", "line 7"]
    assert all(problem.hint and problem.field in problem.message for problem in caught.value.problems)


@pytest.mark.parametrize("text", ["", "\n \n", "# nothing\n"])
def test_an_empty_file_is_refused(ontology: Any, text: str) -> None:
    with pytest.raises(Invalid, match="no HPO id"):
        read(text, ontology)


def test_replacements_repetitions_and_contradictions_are_reported(ontology: Any) -> None:
    imported = read_terms("HP:0001388\nHP:0001382\n-HP:0001382\n", ontology)
    assert [(note.path, note.level.value) for note in imported.report] == [
        ("line 1", "changed"),
        ("line 2", "changed"),
        ("line 3", "problem"),
    ]
    assert len(imported.content.findings) == 2


def test_more_findings_than_a_case_holds_are_refused(ontology: Any) -> None:
    found = [ontology.ids[i] for i in range(ontology.size) if ontology.is_finding(i)][:500]
    with pytest.raises(InvalidMany, match="500 findings"):
        read("\n".join(found), ontology)


def test_a_hostile_file_is_refused_in_words(ontology: Any) -> None:
    for text in ("\x00" * 1000, "HP:" * 5000, "-" * 9000, "x" * 2_000_000, "HP:0001250" + "0" * 9000):
        with pytest.raises(Invalid):
            read(text, ontology)


@pytest.mark.parametrize("hostile", ["http://", "http://HP", "https://-", "http://HP:", "- ", "x"])
def test_a_line_of_a_million_characters_is_gone_through_once(ontology: Any, hostile: str) -> None:
    begun = "HP:0001250 "
    with ended_after(60), suppress(Invalid):
        read(begun + hostile * ((LARGEST - len(begun)) // len(hostile)), ontology)


def test_an_address_in_a_name_names_its_term(ontology: Any) -> None:
    line = "HP:0001250 see http://example.org/x and http://purl.obolibrary.org/obo/HP_0000098"
    assert [term for term, _ in read(line, ontology)] == ["HP:0001250", "HP:0000098"]


@contextmanager
def ended_after(seconds: int) -> Iterator[None]:
    """Once from each place would take an hour; once takes a second."""

    def ended(*_: Any) -> None:
        raise AssertionError("It goes on and on.")

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
