"""The examination that establishes a finding, and how much it asks of the patient.

Pure: a table (`examination_table`) and the graph. Words for people are the pages'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from retrieval.ranking.examination_table import BRANCHES, Examination

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology

# Names that say how the finding was seen; read before any branch.
_NAMES: tuple[tuple[Examination, re.Pattern[str]], ...] = tuple(
    (examination, re.compile(pattern, re.IGNORECASE))
    for examination, pattern in (
        (Examination.EEG, r"\bEEG\b"),
        (Examination.EMG, r"\bEMG\b|nerve conduction|compound muscle action|sensory nerve action"),
        (Examination.EYE_ELECTRO, r"electroretinogram|visual evoked"),
        (Examination.BRAIN_MRI, r"\bMRI\b|\bMRS\b"),
        (Examination.PREGNANCY, r"\bfetal\b|\bprenatal\b"),
        (Examination.BIOPSY, r"fibroblast"),
        (Examination.CSF, r"\bCSF\b|cerebrospinal fluid"),
        (Examination.URINE, r"\burin(e|ary)\b.*(level|concentration|excretion)|aciduria|calciuria"),
        (Examination.BLOOD, r"circulating|\bserum\b|\bplasma\b|\bin blood\b"),
    )
)


@dataclass(frozen=True, slots=True)
class Burden:
    """What an examination asks of the patient and costs, as codes; None where the table does not know.

    Cost differs from house to house, so that only what costs nothing is said.
    """

    burden: str | None = None
    cost: str | None = None


BEDSIDE = Burden("none", "none")
_BURDENS: dict[Examination, Burden] = {
    Examination.HISTORY: BEDSIDE,
    Examination.LOOK: BEDSIDE,
    Examination.EXAMINATION: BEDSIDE,
    Examination.NEUROLOGY: BEDSIDE,
    Examination.PREGNANCY: BEDSIDE,
    Examination.DEVELOPMENT: Burden("time"),
    Examination.EYE: Burden("painless"),
    Examination.HEARING: Burden("painless"),
    Examination.TEETH: Burden("painless"),
    Examination.URINE: Burden("sample"),
    Examination.STOOL: Burden("sample"),
    Examination.BLOOD: Burden("blood"),
    Examination.CHROMOSOMES: Burden("blood"),
    Examination.ECG: Burden("painless"),
    Examination.EEG: Burden("painless"),
    Examination.ULTRASOUND: Burden("painless"),
    Examination.ECHO: Burden("painless"),
    Examination.LUNG_FUNCTION: Burden("cooperation"),
    Examination.SLEEP_STUDY: Burden("night"),
    Examination.RADIOGRAPH: Burden("low_dose"),
    Examination.CT: Burden("dose"),
    Examination.BRAIN_MRI: Burden("stillness"),
    Examination.MUSCLE_MRI: Burden("stillness"),
    Examination.EYE_ELECTRO: Burden("cooperation"),
    Examination.EMG: Burden("uncomfortable"),
    Examination.ENDOSCOPY: Burden("invasive"),
    Examination.CSF: Burden("invasive"),
    Examination.BONE_MARROW: Burden("invasive"),
    Examination.MUSCLE_BIOPSY: Burden("invasive"),
    Examination.BIOPSY: Burden("invasive"),
}


def examination_of(ontology: Ontology, term: int) -> Examination:
    """By the finding's name, else by the most specific branch at or above it."""
    label = ontology.label(term)
    for examination, pattern in _NAMES:
        if pattern.search(label):
            return examination
    content, branches = ontology.information_content, _branches()
    above = [a for a in ontology.ancestors(term).tolist() if ontology.ids[a] in branches]
    if not above:
        return Examination.OTHER
    return branches[ontology.ids[max(above, key=lambda a: (float(content[a]), -a))]]


def burden_of(examination: Examination) -> Burden:
    return _BURDENS.get(examination, Burden())


@cache
def _branches() -> dict[str, Examination]:
    return {line.split()[0]: one for one, lines in BRANCHES.items() for line in lines.strip().splitlines()}
