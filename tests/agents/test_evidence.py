"""Evidence is what its key says, here and on every other machine."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agents.evidence import Source, frequency_words, intact, of_annotation, of_profile, seal, telling
from agents.ledger import argue
from retrieval.model import Finding, Frequency, FrequencyKind, Profile, Sex
from retrieval.snapshot import Snapshot

APERT = "OMIM:101200"


def test_evidence_survives_storage_as_json(snapshot: Snapshot) -> None:
    disease = snapshot.diseases.disease(APERT)
    for made in (of_profile(snapshot, disease), of_annotation(snapshot, disease, disease.annotations[0])):
        stored = replace(made, body=json.loads(json.dumps(made.body)))
        assert intact(stored) and Source(snapshot).holds(stored)


def test_any_change_breaks_the_key(snapshot: Snapshot) -> None:
    disease = snapshot.diseases.disease(APERT)
    made = of_annotation(snapshot, disease, disease.annotations[0])
    for change in (
        {"quote": made.quote + "."},
        {"version": "2024-01-01"},
        {"locator": "OMIM:1"},
        {"source": "elsewhere"},
        {"span": (0, 1)},
        {"body": {**made.body, "negative": True}},
    ):
        assert not intact(replace(made, **change)), change


def test_the_same_content_has_the_same_key(snapshot: Snapshot) -> None:
    disease = snapshot.diseases.disease(APERT)
    assert of_profile(snapshot, disease) == of_profile(snapshot, disease)


def test_the_source_does_not_hold_what_it_does_not_say(snapshot: Snapshot) -> None:
    disease = snapshot.diseases.disease(APERT)
    made = of_annotation(snapshot, disease, disease.annotations[0])
    source = Source(snapshot)
    assert source.holds(made)
    for body in ({**made.body, "disease": "OMIM:0"}, {**made.body, "term": "HP:0000001"}, {}):
        forged = seal(made.kind, made.source, made.version, made.locator, made.quote, body)
        assert intact(forged) and not source.holds(forged)


def test_the_telling_words_stand_in_the_quote(snapshot: Snapshot) -> None:
    disease = snapshot.diseases.disease(APERT)
    for annotation in disease.annotations:
        made = of_annotation(snapshot, disease, annotation)
        assert telling(made) in made.quote and str(made.body["label"]) in telling(made)


def test_a_frequency_is_said_as_its_source_says_it() -> None:
    assert frequency_words(Frequency(FrequencyKind.COUNTED, 0.7, 5, 7)) == "in 5 of 7 patients"
    assert frequency_words(Frequency(FrequencyKind.COUNTED, 0.7, 1, 1)) == "in 1 of 1 patient"
    assert frequency_words(Frequency(FrequencyKind.CLASS, 0.9, term="HP:0040281")) == "as very frequent (80 to 99 %)"
    assert frequency_words(Frequency(FrequencyKind.PERCENT, 0.459, percent=45.5)) == "in 45.5 % of patients"
    assert frequency_words(Frequency(FrequencyKind.UNKNOWN, 0.5)) == "without a stated frequency"


@pytest.mark.parametrize(("sex", "counted"), [(Sex.FEMALE, "246 of 754"), (Sex.MALE, "332 of 699")])
def test_a_statement_quotes_the_row_of_the_patients_sex(snapshot: Snapshot, sex: Sex, counted: str) -> None:
    """Fabry disease counts proteinuria in women and in men, in one publication."""
    patient = Profile((Finding("HP:0000093"),), sex)
    argued = argue(snapshot, patient, snapshot.ranker.explain(patient, "OMIM:301500"))
    (said,) = [claim.text for claim in argued.claims if claim.about == "HP:0000093"]
    assert said == f"Proteinuria is documented in {counted} patients ({sex} patients only)."
