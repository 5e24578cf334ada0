"""What can be asked: ids go in, names of the knowledge come out, and nothing else can."""

from __future__ import annotations

import inspect
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from corpus_ingest.literature import Match, Question, query_of
from corpus_ingest.literature.errors import BadQuestion
from corpus_ingest.literature.question import disease_names, plain
from retrieval.snapshot import Snapshot

MARFAN, LENS, AORTA = "OMIM:154700", "HP:0001083", "HP:0002616"


def test_names_are_looked_up_by_id(snapshot: Snapshot) -> None:
    query = query_of(Question((LENS, AORTA), (MARFAN,)), snapshot)
    assert query == '("Marfan syndrome"[tw]) AND ("Ectopia lentis"[tw] OR "Aortic root aneurysm"[tw])'


def test_all_findings_can_be_asked_for(snapshot: Snapshot) -> None:
    assert query_of(Question((LENS, AORTA), match=Match.ALL), snapshot) == (
        '("Ectopia lentis"[tw]) AND ("Aortic root aneurysm"[tw])'
    )


def test_a_disease_alone_is_a_question(snapshot: Snapshot) -> None:
    assert query_of(Question(diseases=(MARFAN,)), snapshot) == '("Marfan syndrome"[tw])'


def test_a_question_holds_ids_alone() -> None:
    """There is no field into which a note, a name or an age would fit."""
    assert {field.name for field in fields(Question)} == {"terms", "diseases", "match"}
    assert list(inspect.signature(query_of).parameters) == ["question", "knowledge"]


@pytest.mark.parametrize(
    ("terms", "diseases"),
    [
        ((), ()), (("Anna Svensson",), ()), (("HP:0001083 Anna",), ()), (("HP:1",), ()), (("HP:0001083\n",), ()),
        ((), ("Marfan syndrome",)), ((), ("OMIM:154700; born 1990",)), ((), ("PMID:1",)),
        ((LENS, LENS), ()), (tuple(f"HP:000{1000 + i}" for i in range(9)), ()),
        ((), ("OMIM:1", "OMIM:2", "OMIM:3", "OMIM:4")),
    ],
)  # fmt: skip
def test_what_is_no_id_never_becomes_a_question(terms: tuple[str, ...], diseases: tuple[str, ...]) -> None:
    with pytest.raises(BadQuestion) as caught:
        Question(terms, diseases)
    assert "Anna" not in caught.value.message and caught.value.hint


def test_ids_that_the_knowledge_does_not_have_are_refused(snapshot: Snapshot) -> None:
    for question in (Question(("HP:9999999",)), Question(diseases=("OMIM:999999",))):
        with pytest.raises(BadQuestion):
            query_of(question, snapshot)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("Marfan syndrome", "Marfan syndrome"),
        ("MARFAN SYNDROME; MFS", "MARFAN SYNDROME"),
        ('Odd "quoted"[tw] name OR 1=1', "Odd quoted tw name OR 1 1"),
        ("22q11.2 deletion (DiGeorge)", "22q11.2 deletion (DiGeorge)"),
        ("a\x00b\u202ec", "a b c"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_name_cannot_say_more_than_a_name(name: str, sent: str) -> None:
    assert plain(name) == sent


def test_a_disease_is_asked_for_by_every_name_it_has() -> None:
    names = {"OMIM:1": "Marfan syndrome", "ORPHA:2": "Marfan's disease", "MONDO:3": "MARFAN SYNDROME"}
    diseases: Any = SimpleNamespace(
        index=lambda one: 0 if one in names else None,
        name=lambda _i: names["OMIM:1"],
        all_ids=lambda _i: tuple(names),
        name_of=lambda one: names[one],
    )
    knowledge: Any = SimpleNamespace(diseases=diseases)
    assert disease_names("ORPHA:2", knowledge) == ["Marfan syndrome", "Marfan's disease"]
