"""A patient's data are held; an author's address and a hotline are not."""

from __future__ import annotations

import pytest

from corpus_ingest.screening.personal import personal
from corpus_ingest.screening.screen import Reason, look

# Made up: valid by their check digits, and nobody's.
HELD = [
    "DOB: 03/04/1987, seen in clinic today.",
    "Patient born on 12 March 1985 in Leeds.",
    "Die Patientin, geb. 12.03.1985, stellte sich vor.",
    "Patiente née le 12 mars 1985.",
    "Paciente nacido el 12 de marzo de 1985.",
    "患者出生日期：1985年3月12日。",
    "Date of birth 1985-03-12.",
    "MRN: 00451234 was reviewed.",
    "Medical record number AB-123456.",
    "Patient ID: 99812345",
    "Patientennummer: 4711123",
    "Numéro de dossier : 2019-00412",
    "病历号：2019004512",
    "Insurance number: 123 456 789",
    "Versichertennummer: 12345678",
    "SSN 123-45-6789",
    "NIR 1 85 05 78 006 084 91",
    "DNI 12345678Z",
    "Codice fiscale RSSMRA85T10A562S",
    "身份证 11010519491231002X",
    "KVNR A123456780",
    "NHS number 943 476 5919",
    "BSN 111222333",
    "Steuer-ID 86095742719",
    "Patient name: J. Example, phone +44 20 7946 0958",
    "Name, Vorname: Beispiel, Tel. 030 1234567",
    "Emergency contact: mother@family.example.org",
]
NOT_HELD = [
    "Correspondence to a.author@university.example.edu, telephone +1 202 555 0123.",
    "Call the hotline of the patients' organisation: 0800 123 4567.",
    "DNI 12345678A",  # the letter does not fit
    "身份证 110105194912310021",
    "The NHS number of beds was 943 476 5918 in total.",
    "Codice RSSMRA85T10A562X",
    "A 12-year-old boy was born at term.",
    "The cohort born between 1980 and 1985 was followed until 12 March 2019.",
    "Accession number AB123456 in GenBank.",
    "Sample ID S-123456 was sequenced.",
]


@pytest.mark.parametrize("text", HELD)
def test_what_points_to_a_patient_is_held(text: str) -> None:
    assert personal(text)
    found = look(text)
    assert found is not None
    assert found.reason is Reason.PERSONAL


def test_the_second_patient_of_a_text_is_seen_too() -> None:
    first = "Patient name: withheld. " + "The course was mild and nothing else was noted of it. " * 12
    assert personal(first + "Mother's phone: +49 30 1234567.") == "how to reach a patient"


@pytest.mark.parametrize("text", NOT_HELD)
def test_what_points_to_nobody_is_not(text: str) -> None:
    assert personal(text) == ""
