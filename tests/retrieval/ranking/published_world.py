"""The small world again, with published cases, diseases that nothing but a case knows, genes and prevalence.

`World.of` builds all of it by the code that builds the real one; without some publications it gives
the world as it would be if nobody had written them.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from retrieval import disease_build
from retrieval.annotation_rows import AnnotationRow
from retrieval.cases import CaseBank
from retrieval.disease_build import GeneRow
from retrieval.diseases import DiseaseTable
from retrieval.model import CandidateGene, CaseGene, Finding, Profile, Publication, PublishedCase, Sex, Status
from retrieval.ontology.graph import Ontology
from retrieval.ranking import Ranker
from retrieval.ranking.fusion import Artefact
from tests.retrieval.ranking.world import ontology_and_diseases, rows, term

# Of two papers; also what OMIM:100003 and OMIM:200003 are annotated from.
SHARED, FURTHER = "PMID:003", "PMID:9003"
ONLY_IN_REPORTS, ONLY_ONCE = "OMIM:300001", "OMIM:300002"  # diseases that no annotation knows
NOT_LISTED = "OMIM:999999"  # a diagnosis that is none of the diseases


def case(
    name: str,
    diagnosis: str | tuple[str, ...],
    *present: str,
    papers: tuple[str, ...] = (),
    excluded: tuple[str, ...] = (),
    genes: tuple[str, ...] = (),
) -> PublishedCase:
    """Findings by label or id."""
    return PublishedCase(
        id=name,
        findings=(
            *(Finding(term(one)) for one in present),
            *(Finding(term(one), Status.EXCLUDED) for one in excluded),
        ),
        diagnoses=(diagnosis,) if isinstance(diagnosis, str) else diagnosis,
        diagnosis="A disease",
        publications=tuple(Publication(paper) for paper in papers),
        genes=tuple(CaseGene(symbol) for symbol in genes),
    )


CASES = (
    case("limb-1", "OMIM:100001", "Arachnodactyly", "Ectopia lentis", "Tall stature", papers=("PMID:001",)),
    case("limb-2", "OMIM:100001", "Arachnodactyly", "Scoliosis", "Hearing impairment", papers=("PMID:9001",)),
    case("limb-3", ("OMIM:100001", "OMIM:100006"), "Scoliosis", "Aortic root aneurysm", papers=("PMID:9001", SHARED)),
    case("small-1", "OMIM:100003", "Microcephaly", "Focal motor seizure", "Short stature", papers=(SHARED,)),
    case("small-2", "OMIM:100003", "Primary microcephaly", "Short stature", papers=(FURTHER,)),
    case("small-3", "OMIM:100003", "Short stature", papers=(FURTHER, SHARED), excluded=("Seizure",)),
    # Against what is documented: a small head in the disease of large ones, a delay where 0 of 12 had one.
    case("large-1", "OMIM:100004", "Microcephaly", "Hypotonia", papers=("PMID:9004",)),
    case("focal-1", "OMIM:100002", "Global developmental delay", "Focal-onset seizure", papers=("PMID:9002",)),
    # All that is known of the cleft syndrome comes from one paper.
    case("cleft-1", "OMIM:100006", "Cleft palate", "Cleft upper lip", papers=("PMID:006",)),
    # Twins: the same findings in both, so that the ids decide.
    case("twin-b", "OMIM:100009", "Scoliosis", "Myopia", papers=("PMID:9009",)),
    case("twin-a", "OMIM:100009", "Scoliosis", "Myopia", papers=("PMID:9010",)),
    case("twin-c", "OMIM:100010", "Scoliosis", "Myopia", papers=("PMID:9010",)),
    case("report-1", ONLY_IN_REPORTS, "Cataract", "Cardiomyopathy", papers=("PMID:9011",), genes=("REPORT1",)),
    case("report-2", ONLY_IN_REPORTS, "Cataract", "Cardiomyopathy", "Obesity", papers=("PMID:9012",)),
    case("report-3", ONLY_ONCE, "Cataract", "Brachydactyly", papers=("PMID:9011",)),
    case("nobodys", NOT_LISTED, "Cataract", "Cardiomyopathy", papers=("PMID:9013",)),
    case("empty", "OMIM:100012", papers=("PMID:9014",), excluded=("Obesity",)),
    case("unpublished", "OMIM:100007", "Ataxia", "Cataract"),
)
GENES = (
    GeneRow("NCBIGene:1", "LIMB1", "OMIM:100001"),
    GeneRow("NCBIGene:2", "HEAD1", "OMIM:100003"),
    GeneRow("NCBIGene:2", "HEAD1", "OMIM:100004"),
    GeneRow("NCBIGene:3", "CLEFT1", "OMIM:100006"),
)
# Known of a few, over four orders of magnitude.
PREVALENCE = {"OMIM:100001": 1e-4, "OMIM:100003": 2e-6, "OMIM:100009": 4e-5, "OMIM:200000": 1e-3, ONLY_ONCE: 5e-7}
PATIENTS = (
    Profile((Finding(term("Arachnodactyly")), Finding(term("Ectopia lentis")), Finding(term("Hearing impairment")))),
    Profile(
        (Finding(term("Focal-onset seizure")), Finding(term("Microcephaly")), Finding(term("Ataxia"), Status.EXCLUDED)),
        Sex.FEMALE,
        "P6Y",
        "P3Y",
        (CandidateGene("HEAD1"), CandidateGene("REPORT1"), CandidateGene("NOBODYS1")),
    ),
    Profile((Finding(term("Cataract")), Finding(term("Cardiomyopathy")), Finding(term("Obesity")))),
    Profile((Finding(term("Cleft upper lip")),), genes=(CandidateGene("CLEFT1"),)),
    Profile((Finding(term("Scoliosis")), Finding(term("Myopia")), Finding(term("Cryptorchidism"))), Sex.FEMALE),
    Profile((), genes=(CandidateGene("LIMB1"),)),
    Profile(),
)


@dataclass(frozen=True)
class World:
    ontology: Ontology
    diseases: DiseaseTable
    arrays: dict[str, np.ndarray]
    bank: CaseBank

    @classmethod
    def of(cls, without: Collection[str] = (), like: World | None = None) -> World:
        """`like` lends what a publication does not decide: which diseases are ranked, and the background."""
        ontology, _ = ontology_and_diseases()
        cases = [one for one in CASES if not {paper.id for paper in one.publications} & set(without)]
        diagnosed = [(one.diagnoses, one.diagnosis) for one in CASES if one.id != "nobodys"]
        kept = [left for row in _rows() if (left := _without(row, without)) is not None]
        built = disease_build.build(kept, GENES, ontology, diagnosed=diagnosed).arrays
        built["prevalence"] = _prevalence(DiseaseTable(built, ontology))
        if like is not None:
            built["ranked"] = like.diseases.ranked
        diseases = DiseaseTable(built, ontology)
        arrays = Ranker.build(ontology, diseases)
        if like is not None:
            arrays |= {"background": like.arrays["background"]}
        return cls(ontology, diseases, arrays, CaseBank(CaseBank.build(ontology, cases), ontology))

    def ranker(self, fitted: Artefact | None = None, prevalence: float = 0.0) -> Ranker:
        return Ranker(self.ontology, self.diseases, self.arrays, self.bank, fitted=fitted, prevalence=prevalence)

    def place(self, disease: str) -> int:
        """Its position among the ranked ones."""
        return [self.diseases.ids[int(i)] for i in self.diseases.ranked].index(disease)


@functools.cache
def world() -> World:
    return World.of()


@functools.cache
def ranker(prevalence: float = 0.0) -> Ranker:
    """With the weights that come with the code."""
    return world().ranker(prevalence=prevalence)


def _rows() -> list[AnnotationRow]:
    """Those of the small world, some with a second publication; each disease known to exist in any case.

    When an illness begins, and how it is inherited, comes from a register that no publication takes away.
    """
    made = []
    for row in rows():
        if row.aspect == "C":
            row = replace(row, reference="OMIM:1")
        if row.disease in {"OMIM:100003", "OMIM:100011"} and row.term != term("Seizure"):
            row = replace(row, reference=f"{row.reference};{FURTHER}")
        made.append(row)
    known = {row.disease: row for row in made}
    for row in known.values():
        register = replace(row, term="HP:0000006", aspect="I", frequency="", sex="", qualifier="", onset="")
        made.append(replace(register, reference="OMIM:1"))
    return made


def _without(row: AnnotationRow, publications: Collection[str]) -> AnnotationRow | None:
    """None for what these publications alone say; how often becomes unknown where they are some of several."""
    cited = set(row.reference.split(";"))
    if cited <= set(publications):
        return None
    if not cited & set(publications):
        return row
    absent = row.qualifier == "NOT" or row.frequency.startswith("0/")
    return replace(row, frequency="", qualifier="NOT" if absent else "")


def _prevalence(diseases: DiseaseTable) -> np.ndarray:
    share = np.full(diseases.size, np.nan, dtype=np.float32)
    for disease, known in PREVALENCE.items():
        index = diseases.index(disease)
        assert index is not None
        share[index] = known
    return share
