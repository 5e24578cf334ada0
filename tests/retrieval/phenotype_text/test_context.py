"""Whose a finding is and whether it is there, sentence by sentence. All sentences were made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval.model import Status
from retrieval.phenotype_text import Reader

P, X, U, F = "present", "excluded", "uncertain", "family"

NEGATION = [
    ("No seizures.", {"Seizure": X}),
    ("She denies headache.", {"Headache": X}),
    ("He has never had seizures.", {"Seizure": X}),
    ("No seizures but hypotonia.", {"Seizure": X, "Hypotonia": P}),
    ("No seizures, hypotonia or ataxia.", {"Seizure": X, "Hypotonia": X, "Ataxia": X}),
    (
        "There were no seizures, nystagmus, tremor or ataxia.",
        dict.fromkeys(["Seizure", "Nystagmus", "Tremor", "Ataxia"], X),
    ),
    ("Neither seizures nor ataxia were noted.", {"Seizure": X, "Ataxia": X}),
    ("Without seizures; marked hypotonia.", {"Seizure": X, "Hypotonia": P}),
    ("No evidence of hepatomegaly.", {"Hepatomegaly": X}),
    ("No clinical or electrographic evidence of any seizures.", {"Seizure": X}),
    ("Negative for hematuria and proteinuria.", {"Hematuria": X, "Proteinuria": X}),
    ("The absence of hepatomegaly was confirmed.", {"Hepatomegaly": X}),
    ("He does not have scoliosis.", {"Scoliosis": X}),
    ("She doesn't have scoliosis.", {"Scoliosis": X}),
    ("No severe hypotonia.", {"Severe muscular hypotonia": X}),
    ("No ataxia, hypotonia was noted.", {"Ataxia": X, "Hypotonia": P}),
    ("No ataxia, severe scoliosis since age four.", {"Ataxia": X, "Scoliosis": P}),
    ("No ataxia and marked scoliosis.", {"Ataxia": X, "Scoliosis": P}),
    ("No ataxia and he has scoliosis.", {"Ataxia": X, "Scoliosis": P}),
    ("No cardiomyopathy, although arrhythmia was recorded.", {"Cardiomyopathy": X, "Arrhythmia": P}),
    ("Not walking, hypotonia, nystagmus.", {"Hypotonia": P, "Nystagmus": P}),
    ("He did not walk until four years because of hypotonia.", {"Hypotonia": P}),
    ("No seizures. Hypotonia.", {"Seizure": X, "Hypotonia": P}),
    ("no seizures\n\nhypotonia", {"Seizure": X, "Hypotonia": P}),
    ("No seizures\nHypotonia\nNystagmus", {"Seizure": X, "Hypotonia": P, "Nystagmus": P}),
    ("The tremor was cerebellar rather than dystonia.", {"Tremor": P, "Dystonia": X}),
    ("Absent language, ataxia.", {"Ataxia": P}),
    ("No cause of the scoliosis was identified.", {"Scoliosis": P}),
    ("(no seizures) hypotonia", {"Seizure": X, "Hypotonia": P}),
    ("Imaging at 1.5 tesla showed no hydrocephalus.", {"Hydrocephalus": X}),
    ("Dr. Weiss saw no cataract.", {"Cataract": X}),
]

NEGATION_AFTER = [
    ("Seizures were absent.", {"Seizure": X}),
    ("Seizures were not present.", {"Seizure": X}),
    ("Cataract was ruled out.", {"Cataract": X}),
    ("Hepatomegaly and splenomegaly were not found.", {"Hepatomegaly": X, "Splenomegaly": X}),
    ("Seizures: no", {"Seizure": X}),
    ("Seizures: none. Ataxia: mild.", {"Seizure": X, "Ataxia": P}),
    ("Scoliosis was noted; cataract was excluded.", {"Scoliosis": P, "Cataract": X}),
    ("Hypotonia was noted, and seizures were denied.", {"Hypotonia": P, "Seizure": X}),
    ("Scoliosis, which is not progressive.", {"Scoliosis": P}),
]

NO_NEGATION = [
    ("Not only seizures but also ataxia.", {"Seizure": P, "Ataxia": P}),
    ("There was no change in the tremor.", {"Tremor": P}),
    ("No improvement of the ataxia was seen.", {"Ataxia": P}),
    ("The seizures were not controlled by valproate.", {"Seizure": P}),
    ("Absent speech at four years.", {"Absent speech": P}),
    ("No cause of the cardiomyopathy was found.", {"Cardiomyopathy": P}),
    (
        "A non-specific rash; hypotonia with non-traumatic atlantoaxial dislocation.",
        {"Skin rash": P, "Hypotonia": P, "Atlantoaxial dislocation": P},
    ),
    ("Reflexes were weak or absent; scoliosis was seen.", {"Scoliosis": P}),
    ("Without treatment, fever returned.", {"Fever": P}),
]

UNCERTAINTY = [
    ("Possible seizures.", {"Seizure": U}),
    ("Suspected optic atrophy.", {"Optic atrophy": U}),
    ("She may have nystagmus.", {"Nystagmus": U}),
    ("?scoliosis", {"Scoliosis": U}),
    ("Macrocephaly, ?hydrocephalus", {"Macrocephaly": P, "Hydrocephalus": U}),
    ("Ataxia?", {"Ataxia": U}),
    ("Query ptosis.", {"Ptosis": U}),
    ("Cannot exclude seizures.", {"Seizure": U}),
    ("Seizures could not be ruled out.", {"Seizure": U}),
    ("Optic atrophy is suspected.", {"Optic atrophy": U}),
    ("Cardiomyopathy is unlikely.", {"Cardiomyopathy": U}),
    ("Possible ptosis, definite nystagmus.", {"Ptosis": U, "Nystagmus": P}),
    ("Ataxia with or without nystagmus.", {"Ataxia": P, "Nystagmus": U}),
    ("Cataract was seen in unclear circumstances.", {"Cataract": P}),
    ("R/O cardiomyopathy.", {"Cardiomyopathy": U}),
]

CONDITION = [
    ("Return if seizures occur.", {"Seizure": U}),
    ("She is at risk of arrhythmia.", {"Arrhythmia": U}),
    ("Monitor for scoliosis.", {"Scoliosis": U}),
    ("If seizures occur, call us. She has ataxia.", {"Seizure": U, "Ataxia": P}),
]

RELATIVES = [
    ("Her father had seizures.", {"Seizure": F}),
    ("Family history of epilepsy.", {"Seizure": F}),
    ("Family history: migraine, deafness.\n\nHypotonia.", {"Migraine": F, "Hearing impairment": F, "Hypotonia": P}),
    ("A maternal aunt with ataxia.", {"Ataxia": F}),
    ("Her father had cataract but she has ptosis.", {"Cataract": F, "Ptosis": P}),
    ("Cataract in her older brother.", {"Cataract": F}),
    ("Scoliosis and ptosis were present in his mother.", {"Scoliosis": F, "Ptosis": F}),
    ("His mother has migraine; the patient has ptosis.", {"Migraine": F, "Ptosis": P}),
    ("His brother has migraine. He has ptosis.", {"Migraine": F, "Ptosis": P}),
    ("The mother noticed nystagmus at six weeks.", {"Nystagmus": P}),
    ("His mother denies seizures.", {"Seizure": X}),
    ("The mutation was inherited from his mother; he has ptosis.", {"Ptosis": P}),
    ("No family history of seizures.", {}),
    ("Family history: migraine in grandmother. Examination: ataxia.", {"Migraine": F, "Ataxia": P}),
    ("Family history: mother: migraine. Father: scoliosis.", {"Migraine": F, "Scoliosis": F}),
    ("Her mother has no cataract.", {}),
    ("He has a relative macrocephaly.", {"Relative macrocephaly": P}),
    ("The patient and his younger brother have ptosis.", {"Ptosis": P}),
    ("We took a family history, and found scoliosis.", {"Scoliosis": P}),
    ("She was born to healthy consanguineous parents and had ptosis.", {"Ptosis": P}),
    ("Ptosis, scoliosis (present in his mother) and ataxia.", {"Ptosis": P, "Scoliosis": F, "Ataxia": P}),
    ("Ihre Mutter: ptosis", {"Ptosis": P}),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    NEGATION + NEGATION_AFTER + NO_NEGATION + UNCERTAINTY + CONDITION + RELATIVES,
)
def test_the_context_decides_the_status(
    read: Callable[[str], dict[str, str]], text: str, expected: dict[str, str]
) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("No seizures", "No"),
        ("Seizures were not seen", "not seen"),
        ("Her father had seizures", "father"),
        ("Seizures in her older brother", "her older brother"),
        ("?seizures", "?"),
        ("Seizures cannot be excluded", "cannot be excluded"),
        ("at risk of seizures", "at risk of"),
        ("Seizures", ""),
    ],
)
def test_the_cue_is_the_text_that_decided(reader: Reader, text: str, cue: str) -> None:
    assert [mention.cue for mention in reader.read(text)] == [cue]


def test_a_relative_outranks_doubt_and_a_condition_outranks_negation(read: Callable[[str], dict[str, str]]) -> None:
    assert read("Her father possibly had seizures.") == {"Seizure": F}
    assert read("If no seizures occur, stop.") == {"Seizure": U}
    assert Status.FAMILY.value == F
