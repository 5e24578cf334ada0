"""Which examination establishes a finding: read from a table that the real ontology must agree with."""

from __future__ import annotations

import pytest

from retrieval.ranking.examination_table import BRANCHES, Examination
from retrieval.ranking.examinations import burden_of, examination_of
from retrieval.snapshot import Snapshot

USED_AT_LEAST = 5  # diseases


def test_every_branch_is_a_current_finding_under_the_name_it_has_here(snapshot: Snapshot) -> None:
    seen = set()
    for lines in BRANCHES.values():
        for line in lines.strip().splitlines():
            name, _, label = line.strip().partition(" ")
            index = snapshot.ontology.index(name)
            assert index is not None and snapshot.ontology.ids[index] == name, line
            assert snapshot.ontology.label(index) == label
            assert name not in seen, f"{name} stands twice"
            seen.add(name)


def test_nearly_every_documented_finding_has_an_examination(snapshot: Snapshot) -> None:
    ontology, pooled = snapshot.ontology, snapshot.diseases.pooled
    used: dict[int, int] = {}
    for term in pooled.term[~pooled.negative].tolist():
        used[term] = used.get(term, 0) + 1
    common = [term for term, times in used.items() if times >= USED_AT_LEAST]
    other = [ontology.label(term) for term in common if examination_of(ontology, term) is Examination.OTHER]
    assert len(common) > 4000
    assert len(other) <= len(common) * 0.005, other


@pytest.mark.parametrize(
    ("finding", "examination"),
    [
        ("HP:0001250", Examination.HISTORY),  # Seizure
        ("HP:0011304", Examination.LOOK),  # Broad thumb
        ("HP:0001382", Examination.EXAMINATION),  # Joint hypermobility
        ("HP:0001347", Examination.NEUROLOGY),  # Hyperreflexia
        ("HP:0000518", Examination.EYE),  # Cataract
        ("HP:0000512", Examination.EYE_ELECTRO),  # Abnormal electroretinogram
        ("HP:0000407", Examination.HEARING),  # Sensorineural hearing impairment
        ("HP:0000926", Examination.RADIOGRAPH),  # Platyspondyly
        ("HP:0001631", Examination.ECHO),  # Atrial septal defect
        ("HP:0001657", Examination.ECG),  # Prolonged QT interval
        ("HP:0002079", Examination.BRAIN_MRI),  # Hypoplasia of the corpus callosum
        ("HP:0010841", Examination.EEG),  # Multifocal epileptiform discharges
        ("HP:0003458", Examination.EMG),  # EMG: myopathic abnormalities
        ("HP:0003236", Examination.BLOOD),  # Elevated circulating creatine kinase concentration
        ("HP:0000093", Examination.URINE),  # Proteinuria
        ("HP:0003200", Examination.MUSCLE_BIOPSY),  # Ragged-red muscle fibers
        ("HP:0000107", Examination.ULTRASOUND),  # Renal cyst
        ("HP:0001561", Examination.PREGNANCY),  # Polyhydramnios
        ("HP:0001249", Examination.DEVELOPMENT),  # Intellectual disability
    ],
)
def test_a_clinician_would_look_there(snapshot: Snapshot, finding: str, examination: Examination) -> None:
    index = snapshot.ontology.index(finding)
    assert index is not None
    assert examination_of(snapshot.ontology, index) is examination


def test_only_what_is_done_at_the_bedside_is_said_to_cost_nothing() -> None:
    free = {one for one in Examination if burden_of(one).cost is not None}
    assert free == {
        Examination.HISTORY,
        Examination.LOOK,
        Examination.EXAMINATION,
        Examination.NEUROLOGY,
        Examination.PREGNANCY,
    }
    assert burden_of(Examination.OTHER).burden is None
