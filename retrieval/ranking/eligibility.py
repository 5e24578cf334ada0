"""Which findings may be asked of this patient at all.

Not what is known: a finding that was asked, that follows from one present or absent, or whose
opposite is present. Not what says nothing: too general a finding. Not what cannot be: a finding of
the other sex's organs, or one that does not exist yet at the patient's age.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from retrieval.model import Sex
from retrieval.ranking.hints import GENERAL_BELOW
from retrieval.ranking.reading import CONTRADICTED, FAMILY, UNCERTAIN

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.reading import Reading
    from retrieval.ranking.scorer import Scorer

# Branches that only one sex can have.
OF_ONE_SEX: dict[Sex, tuple[str, ...]] = {
    Sex.FEMALE: (
        "HP:0010460",  # Abnormality of the female genitalia
        "HP:0030012",  # Abnormal female reproductive system physiology
        "HP:0008209",  # Premature ovarian insufficiency
        "HP:0000868",  # Decreased fertility in females
        "HP:0033338",  # Abnormal female meiosis
    ),
    Sex.MALE: (
        "HP:0010461",  # Abnormality of the male genitalia
        "HP:0012874",  # Abnormal male reproductive system physiology
        "HP:0012863",  # Abnormal male germ cell morphology
    ),
}

# Branches that cannot be judged before an age, in years: what is normal until then is no finding, and its
# absence says nothing.
NOT_BEFORE: tuple[tuple[str, float], ...] = (
    ("HP:0001249", 5.0),  # Intellectual disability: before that it is called delay
    ("HP:0001328", 6.0),  # Specific learning disability
    ("HP:0000726", 4.0),  # Dementia
    ("HP:0000750", 1.5),  # Delayed speech and language development
    ("HP:0001344", 1.5),  # Absent speech
    ("HP:0001260", 2.0),  # Dysarthria
    ("HP:0000717", 1.5),  # Autism
    ("HP:0007018", 4.0),  # Attention deficit hyperactivity disorder
    ("HP:0001288", 1.5),  # Gait disturbance
    ("HP:0002540", 1.5),  # Inability to walk
    ("HP:0031936", 1.5),  # Delayed ability to walk
    ("HP:0002359", 1.5),  # Frequent falls
    ("HP:0003551", 2.0),  # Difficulty climbing stairs
    ("HP:0009046", 2.0),  # Difficulty running
    ("HP:0000823", 13.0),  # Delayed puberty
    ("HP:0000140", 10.0),  # Abnormality of the menstrual cycle
    ("HP:0008209", 10.0),  # Premature ovarian insufficiency
    ("HP:0000144", 16.0),  # Decreased fertility
    ("HP:0040307", 14.0),  # Male sexual dysfunction
    ("HP:0031064", 4.0),  # Impaired continence
    ("HP:0002216", 2.0),  # Premature graying of hair
)


def may_be_asked(ontology: Ontology, scorer: Scorer, reading: Reading, skip: Collection[int] = ()) -> np.ndarray:
    """Per term of the ontology. `skip` could not be answered, nor can what is narrower."""
    allowed = ontology.findings & (ontology.information_content >= GENERAL_BELOW)
    for counted in reading.present:
        allowed[ontology.ancestors(counted.term)] = False
        for other in scorer.opposites(counted.term):
            allowed[ontology.descendants(other)] = False
    for known in (*(counted.term for counted in reading.excluded), *skip):
        allowed[ontology.descendants(known)] = False
    for one in reading.not_used:
        index = ontology.index(one.finding)
        if index is not None and one.reason != FAMILY:  # a relative's finding says nothing of the patient
            allowed[index] = False
            if one.reason == UNCERTAIN:
                allowed[ontology.ancestors(index)] = False
            if one.reason in {UNCERTAIN, CONTRADICTED}:
                allowed[ontology.descendants(index)] = False
    allowed[sorted(impossible(ontology, reading))] = False
    found: np.ndarray = allowed
    return found


def impossible(ontology: Ontology, reading: Reading) -> set[int]:
    """What this patient cannot have, by sex, or not yet, by age."""
    found: set[int] = set()
    for branch in _branches(reading):
        index = ontology.index(branch)
        if index is not None:
            found.update(ontology.descendants(index).tolist())
    return found


def too_general(ontology: Ontology, term: int) -> bool:
    return float(ontology.information_content[term]) < GENERAL_BELOW


def _branches(reading: Reading) -> tuple[str, ...]:
    other = {Sex.FEMALE: Sex.MALE, Sex.MALE: Sex.FEMALE}.get(reading.sex)
    of_sex = OF_ONE_SEX[other] if other is not None else ()
    age = reading.age
    return (*of_sex, *(branch for branch, first in NOT_BEFORE if age is not None and age < first))
