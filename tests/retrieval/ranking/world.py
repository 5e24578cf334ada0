"""A small world made by hand: forty terms and a dozen diseases, built by the same code as the real one.

Three hundred more diseases with a hearing impairment and something vague of every organ system make
the other findings as rare, and the systems as common, as they are.
"""

from __future__ import annotations

import functools

from retrieval import disease_build
from retrieval.annotation_rows import AnnotationRow
from retrieval.disease_build import GeneRow
from retrieval.diseases import DiseaseTable
from retrieval.model import Finding, Profile, Sex, Status
from retrieval.ontology.build import TermRecord
from retrieval.ontology.build import build as build_ontology
from retrieval.ontology.graph import Ontology
from retrieval.ontology.information_content import background
from retrieval.ranking import Ranker
from retrieval.ranking.calibration import FEATURES, Calibration
from retrieval.ranking.fusion import Artefact, Weights
from retrieval.snapshot import Snapshot

# The likelihood by itself: what the sources say of each finding, one unit each, and nothing beside it.
PLAIN = Artefact(
    "plain",
    Weights(finding=1.0, onset=1.0, profile=0.0, nearest=0.0),
    Calibration(1.5, tuple(float(name == "share") for name in FEATURES), {}),
    {},
)

# name: (label, parents by name)
TERMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "HP:0000118": ("Phenotypic abnormality", ("HP:0000001",)),
    "HP:0000707": ("Abnormality of the nervous system", ("HP:0000118",)),
    "HP:0001250": ("Seizure", ("HP:0000707",)),
    "HP:0007359": ("Focal-onset seizure", ("HP:0001250",)),
    "HP:0011153": ("Focal motor seizure", ("HP:0007359",)),
    "HP:0002069": ("Bilateral tonic-clonic seizure", ("HP:0001250",)),
    "HP:0001251": ("Ataxia", ("HP:0000707",)),
    "HP:0001263": ("Global developmental delay", ("HP:0000707",)),
    "HP:0001252": ("Hypotonia", ("HP:0003808",)),
    "HP:0001276": ("Hypertonia", ("HP:0003808",)),
    "HP:0003808": ("Abnormal muscle tone", ("HP:0000707",)),
    "HP:0000152": ("Abnormality of head or neck", ("HP:0000118",)),
    "HP:0000240": ("Abnormality of skull size", ("HP:0000152",)),
    "HP:0000252": ("Microcephaly", ("HP:0000240",)),
    "HP:0000256": ("Macrocephaly", ("HP:0000240",)),
    "HP:0011451": ("Primary microcephaly", ("HP:0000252",)),
    "HP:0004482": ("Relative macrocephaly", ("HP:0000256",)),
    "HP:0000175": ("Cleft palate", ("HP:0000202",)),
    "HP:0000204": ("Cleft upper lip", ("HP:0000202",)),
    "HP:0000202": ("Orofacial cleft", ("HP:0000152",)),
    "HP:0000924": ("Abnormality of the skeletal system", ("HP:0000118",)),
    "HP:0002650": ("Scoliosis", ("HP:0000924",)),
    "HP:0001166": ("Arachnodactyly", ("HP:0001167",)),
    "HP:0001156": ("Brachydactyly", ("HP:0001167",)),
    "HP:0001167": ("Abnormal finger morphology", ("HP:0000924",)),
    "HP:0000098": ("Tall stature", ("HP:0000002",)),
    "HP:0004322": ("Short stature", ("HP:0000002",)),
    "HP:0000002": ("Abnormality of body height", ("HP:0000118",)),
    "HP:0000478": ("Abnormality of the eye", ("HP:0000118",)),
    "HP:0001083": ("Ectopia lentis", ("HP:0000478",)),
    "HP:0000518": ("Cataract", ("HP:0000478",)),
    "HP:0000545": ("Myopia", ("HP:0000478",)),
    "HP:0001626": ("Abnormality of the cardiovascular system", ("HP:0000118",)),
    "HP:0002616": ("Aortic root aneurysm", ("HP:0001626",)),
    "HP:0001638": ("Cardiomyopathy", ("HP:0001626",)),
    "HP:0000078": ("Abnormality of the genital system", ("HP:0000118",)),
    "HP:0000028": ("Cryptorchidism", ("HP:0000078",)),
    "HP:0008209": ("Premature ovarian insufficiency", ("HP:0000078",)),
    "HP:0000365": ("Hearing impairment", ("HP:0000118",)),
    "HP:0001513": ("Obesity", ("HP:0000118",)),
}
FOCAL_OLD = "HP:0009999"  # obsolete, replaced by Focal-onset seizure

Row = tuple[str, ...]  # term, frequency, then optionally "NOT", "FEMALE"/"MALE", an onset term
DISEASES: dict[str, tuple[str, tuple[Row, ...]]] = {
    "OMIM:100001": (
        "Long limb syndrome",
        (("HP:0001166", "9/10"), ("HP:0001083", "6/10"), ("HP:0002616", "7/10"), ("HP:0000098", "8/10")),
    ),
    "OMIM:100002": (
        "Focal epilepsy of childhood",
        (("HP:0007359", "20/20"), ("HP:0001263", "0/12"), ("HP:0011463", "", "C")),
    ),
    "OMIM:100003": (
        "Small head syndrome",
        (("HP:0000252", "10/10"), ("HP:0001250", "4/10"), ("HP:0001263", "HP:0040281")),
    ),
    "OMIM:100004": (
        "Large head syndrome",
        (("HP:0000256", "10/10"), ("HP:0001250", ""), ("HP:0001252", "5/10")),
    ),
    "OMIM:100005": ("Broad epilepsy", (("HP:0001250", "10/10"), ("HP:0002069", "3/10"))),
    "OMIM:100006": ("Cleft syndrome", (("HP:0000175", "1/1"), ("HP:0000365", "5/9"))),
    "OMIM:100007": (
        "Late ataxia",
        (("HP:0001251", "30/30", "HP:0003584"), ("HP:0000518", "9/30"), ("HP:0003584", "", "C")),
    ),
    "OMIM:100008": ("Genital syndrome", (("HP:0000028", "6/6", "MALE"), ("HP:0001513", "5/6"))),
    "OMIM:100009": ("Twin of the next", (("HP:0002650", "5/10"), ("HP:0000545", "5/10"))),
    "OMIM:100010": ("Twin of the one before", (("HP:0002650", "5/10"), ("HP:0000545", "5/10"))),
    "OMIM:100011": ("Stiff syndrome", (("HP:0001276", "8/10"), ("HP:0004322", "8/10"), ("HP:0007359", "", "NOT"))),
    "OMIM:100012": ("Unremarkable disease", (("HP:0001513", "HP:0040283"), ("HP:0001156", "2/8"))),
    "OMIM:100013": (
        "Different by sex",
        (
            *(("HP:0001276", "9/10", "MALE"), ("HP:0001276", "2/10", "FEMALE")),
            *(("HP:0000204", "9/10", "MALE"), ("HP:0000175", "3/10")),
            *(("HP:0001083", "5/5", "MALE"), ("HP:0001083", "0/8", "FEMALE")),
        ),
    ),
    "ORPHA:1": ("Not ranked", (("HP:0001166", "HP:0040281"), ("HP:0001083", "HP:0040282"))),
}
_SYSTEMS = ("HP:0000707", "HP:0000152", "HP:0000924", "HP:0000002", "HP:0000478", "HP:0001626", "HP:0000078")
_VAGUE: tuple[Row, ...] = (("HP:0000365", "8/10"), *((system, "") for system in _SYSTEMS))
DISEASES |= {f"OMIM:{200000 + i}": (f"Deafness {i}", _VAGUE) for i in range(300)}


@functools.cache
def ontology_and_diseases() -> tuple[Ontology, DiseaseTable]:
    records = [TermRecord("HP:0000001", "All")]
    records += [TermRecord(name, label, parents=parents) for name, (label, parents) in TERMS.items()]
    records += [
        TermRecord("HP:0003674", "Onset", parents=("HP:0000001",)),
        TermRecord("HP:0011463", "Childhood onset", parents=("HP:0003674",)),
        TermRecord("HP:0003584", "Late onset", parents=("HP:0003674",)),
        TermRecord(FOCAL_OLD, "obsolete Partial seizure", obsolete=True, replaced_by="HP:0007359"),
    ]
    arrays = build_ontology(records, "2030-01-01")
    built = disease_build.build(rows(), [GeneRow("NCBIGene:1", "LIMB1", "OMIM:100001")], Ontology(arrays))
    ids = sorted(DISEASES, key=lambda name: (name.partition(":")[0], int(name.partition(":")[2])))
    ontology = Ontology(arrays | background(Ontology(arrays), ids, built.pooled))
    return ontology, DiseaseTable(built.arrays, ontology)


@functools.cache
def ranker() -> Ranker:
    ontology, diseases = ontology_and_diseases()
    return Ranker(ontology, diseases, Ranker.build(ontology, diseases), fitted=PLAIN)


def plain(snapshot: Snapshot) -> Ranker:
    """The same over the real knowledge, without its published cases."""
    return snapshot._part("ranker", lambda arrays: Ranker(snapshot.ontology, snapshot.diseases, arrays, fitted=PLAIN))


def profile(
    *present: str,
    excluded: tuple[str, ...] = (),
    sex: Sex = Sex.UNKNOWN,
    age: str | None = None,
    onset: str | None = None,
) -> Profile:
    """Findings by label or id."""
    findings = [Finding(term(name)) for name in present]
    findings += [Finding(term(name), Status.EXCLUDED) for name in excluded]
    return Profile(tuple(findings), sex, age, onset)


def term(name: str) -> str:
    return _BY_LABEL.get(name, name)


def rows() -> list[AnnotationRow]:
    made = []
    for disease, (name, found) in DISEASES.items():
        for hpo, frequency, *more in found:
            made.append(
                AnnotationRow(
                    disease=disease,
                    name=name,
                    qualifier="NOT" if "NOT" in more else "",
                    term=hpo,
                    reference=f"PMID:{disease[-3:]}",
                    evidence="PCS",
                    onset=next((m for m in more if m.startswith("HP:")), ""),
                    frequency=frequency,
                    sex=next((m for m in more if m in {"MALE", "FEMALE"}), ""),
                    modifier="",
                    aspect="C" if "C" in more else "P",
                    line=len(made) + 1,
                )
            )
    return made


_BY_LABEL = {label: name for name, (label, _) in TERMS.items()}
