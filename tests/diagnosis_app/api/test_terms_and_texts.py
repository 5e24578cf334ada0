"""Looking up terms, reading a text, and asking what is known of a disease."""

from __future__ import annotations

import pytest

from corpus_ingest import library
from diagnosis_app.audit.models import Entry
from retrieval import hierarchy
from retrieval.hierarchy import Hierarchy
from retrieval.vocabularies import MondoTerm
from tests.diagnosis_app.api.asking import Asking, answer, failure

pytestmark = pytest.mark.django_db


def test_a_search_shows_the_synonym_that_matched(ask: Asking) -> None:
    found = answer(ask.get("/terms", text="epilepsy"))["terms"]
    seizure = next(one for one in found if one["id"] == "HP:0001250")
    assert seizure["is_synonym"]
    assert seizure["matched"].lower() != "seizure"
    start, end = seizure["spans"][0]
    assert seizure["matched"][start:end].lower() == "epilepsy"


def test_a_search_takes_no_more_than_the_limit(ask: Asking) -> None:
    assert len(answer(ask.get("/terms", text="abnormality", limit=3))["terms"]) == 3


@pytest.mark.parametrize("text", ["", " ", "\x00", "癫痫", "‮seizure", "'; DROP TABLE", "%", "a" * 200, "HP:9999999"])
def test_any_text_may_be_searched(ask: Asking, text: str) -> None:
    answer(ask.get("/terms", text=text))


def test_a_search_that_is_too_long_is_refused(ask: Asking) -> None:
    failure(ask.get("/terms", text="a" * 201), 422, "input.invalid", field="text")


def test_a_term_has_its_place_in_the_ontology(ask: Asking) -> None:
    term = answer(ask.get("/terms/HP:0001166"))
    assert term["label"] == "Arachnodactyly"
    assert term["is_finding"]
    assert term["parents"]
    assert term["diseases"] > 20
    assert "Spider fingers" in {one["text"] for one in term["synonyms"]}


def test_an_alternative_id_answers_with_the_current_term_and_a_note(ask: Asking) -> None:
    term = answer(ask.get("/terms/HP:0001505"))
    assert term["id"] == "HP:0001166"
    assert term["asked"] == "HP:0001505"
    assert "HP:0001505" in term["note"]


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ("/terms/HP:9999999", "ontology.unknown_term", "term_id"),
        ("/terms/seizure", "ontology.malformed_id", "term_id"),
        ("/terms/HP:00012500", "ontology.malformed_id", "term_id"),
        ("/diseases/OMIM:999999", "knowledge.unknown_disease", "disease_id"),
        ("/diseases/marfan", "ontology.malformed_id", "disease_id"),
        ("/diseases/%00", "ontology.malformed_id", "disease_id"),
    ],
)
def test_an_id_that_is_not_known_answers_404_with_its_code(ask: Asking, path: str, code: str, field: str) -> None:
    assert failure(ask.get(path), 404, code, field=field)["hint"]


def test_a_disease_answers_with_frequencies_as_the_source_states_them(ask: Asking) -> None:
    disease = answer(ask.get("/diseases/OMIM:154700"))
    assert disease["name"] == "Marfan syndrome"
    assert "FBN1" in {gene["symbol"] for gene in disease["genes"]}
    assert "Autosomal dominant inheritance" in {one["label"] for one in disease["inheritance"]}
    lens = next(one for one in disease["annotations"] if one["id"] == "HP:0001083")
    assert lens["label"] == "Ectopia lentis"
    assert lens["references"]
    assert "HPO" in disease["citation"] or "Ontology" in disease["citation"]
    for one in disease["annotations"]:
        if one["frequency"]["kind"] == "counted":
            assert 0 <= one["frequency"]["n"] <= one["frequency"]["m"]


def test_a_disease_answers_with_what_stands_around_it_in_mondo(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """The knowledge of the tests is HPO alone: nothing stands around a disease until there are classes."""
    assert answer(ask.get("/diseases/OMIM:154700"))["parents"] == []
    terms = (
        MondoTerm("MONDO:0000001", "connective tissue disease"),
        MondoTerm("MONDO:0000002", "Marfan", (("OMIM:154700", ""),), ("MONDO:0000001",)),
        MondoTerm("MONDO:0000003", "beside", (), ("MONDO:0000001",)),
        MondoTerm("MONDO:0000004", "below", (), ("MONDO:0000002",)),
    )
    found = library.current()
    monkeypatch.setitem(found.__dict__, "hierarchy", Hierarchy(hierarchy.build(terms, {}), found.diseases))
    disease = answer(ask.get("/diseases/OMIM:154700"))
    (parent,) = disease["parents"]
    assert (parent["name"], parent["relation"], parent["source"]) == (
        "connective tissue disease",
        "subclass_of",
        "mondo",
    )
    assert [(one["name"], one["through"]) for one in disease["siblings"]] == [("beside", "MONDO:0000001")]
    assert [one["name"] for one in disease["children"]] == ["below"]


def test_a_text_is_read_with_places_and_status(ask: Asking) -> None:
    text = "Seizures since birth, no ataxia. Her mother had migraine."
    mentions = answer(ask.post("/read", {"text": text}))["mentions"]
    found = {one["id"]: one for one in mentions}
    assert found["HP:0001250"]["status"] == "present"
    assert found["HP:0001251"]["status"] == "excluded"
    assert found["HP:0001251"]["cue"]
    assert found["HP:0002076"]["status"] == "family"
    for one in mentions:
        assert text[one["start"] : one["end"]] == one["text"]


def test_of_a_text_that_was_read_the_trail_holds_counts_alone(ask: Asking) -> None:
    answer(ask.post("/read", {"text": "Alice has seizures."}))
    assert Entry.objects.get(verb="case.rank").detail == {"characters": 19, "mentions": 1}


@pytest.mark.parametrize("text", ["", "发作三年", "نوبات صرع", "a\u0000b", "👩‍⚕️ seizures", "x" * 200_000])
def test_any_text_may_be_read(ask: Asking, text: str) -> None:
    answer(ask.post("/read", {"text": text}))


def test_half_of_a_character_is_refused_by_field(ask: Asking) -> None:
    failure(ask.post("/read", {"text": "\ud83d"}), 422, "input.invalid", field="text")


def test_a_text_that_is_too_long_is_refused_by_field(ask: Asking) -> None:
    failure(ask.post("/read", {"text": "x" * 2_000_000}), 422, "input.invalid", field="text")


def test_the_knowledge_in_use_names_its_sources(ask: Asking) -> None:
    knowledge = answer(ask.get("/knowledge"))
    assert knowledge["counts"]["diseases"]["OMIM"] > 8000
    for source in knowledge["sources"]:
        assert source["version"] and source["licence"] and source["citation"] and source["files"]


def test_health_names_every_check(ask: Asking) -> None:
    assert answer(ask.get("/health"))["checks"] == {"database": "ok", "knowledge": "ok"}
