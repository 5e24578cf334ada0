"""Search over texts, and one text in full, for programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.snapshot import Snapshot
from tests.diagnosis_app.api.asking import Asking, answer, failure
from tests.retrieval.passages.conftest import DOCUMENTS, MARFAN
from tests.retrieval.passages.made import held

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The knowledge in use holds a few texts."""
    made = held(DOCUMENTS, snapshot)
    for name in ("passages", "lexical", "passage_findings"):
        monkeypatch.setitem(snapshot.__dict__, name, getattr(made, name))
    yield


@pytest.mark.usefixtures("texts")
def test_a_passage_comes_with_its_place_and_what_must_be_named(ask: Asking) -> None:
    found = answer(ask.get("/passages", text="lens displaced in Marfan syndrome"))
    assert found["note"] == "search.away", "no retrieval process runs in the tests"
    assert MARFAN in [one["id"] for one in found["diseases"]]
    first = found["passages"][0]
    assert (first["title"], first["section"], first["diseases"]) == ("Marfan syndrome", ["Care"], [MARFAN])
    assert first["source"]["licence"] == "CC BY 4.0"
    whole = answer(ask.get("/text", id=first["document"]))["text"]
    assert whole[first["quote_at"]["start"] : first["quote_at"]["end"]] == first["quote"]
    assert whole[first["text_at"]["start"] : first["text_at"]["end"]] == first["text"]
    marked = [first["quote"][one["start"] : one["end"]] for one in first["highlights"]]
    assert "lens" in marked


@pytest.mark.usefixtures("texts")
def test_filters_hold_and_a_wrong_one_is_named(ask: Asking) -> None:
    found = answer(ask.get("/passages", text="aorta", source="other", language="en"))
    assert [one["title"] for one in found["passages"]] == ["Copy"]
    for query, field in (
        ({"since": "soon"}, "since"),
        ({"source": "nowhere"}, "source"),
        ({"disease": "OMIM:999999"}, "disease"),
    ):
        failure(ask.get("/passages", text="aorta", **query), 422, "search.filter_invalid", field=field)
    failure(ask.get("/passages", text="aorta", limit=0), 422, "input.invalid", field="limit")
    failure(ask.get("/passages", text="x" * 5000), 422, "input.invalid", field="text")


@pytest.mark.usefixtures("texts")
def test_an_unknown_text_answers_404(ask: Asking) -> None:
    failure(ask.get("/text", id="made:nothing"), 404, "not_found", field="id")


def test_knowledge_without_texts_answers_with_none(ask: Asking) -> None:
    assert answer(ask.get("/passages", text="aorta"))["passages"] == []
