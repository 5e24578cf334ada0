"""The words every room uses. Plain, frozen, without behaviour that needs knowledge.

Ids are CURIEs (`HP:0001250`, `OMIM:154700`) everywhere outside the numeric core.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """What is known of a finding in this patient."""

    PRESENT = "present"
    EXCLUDED = "excluded"
    UNCERTAIN = "uncertain"
    FAMILY = "family"  # seen in a relative, not in the patient


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One phenotypic abnormality of the patient.

    `onset` is an HPO onset term (HP:0003577) or an ISO 8601 age (P14M); None is unknown.
    """

    term: str
    status: Status = Status.PRESENT
    onset: str | None = None


class Zygosity(StrEnum):
    HETEROZYGOUS = "heterozygous"
    COMPOUND = "compound_heterozygous"  # two different variants of the gene
    HOMOZYGOUS = "homozygous"
    HEMIZYGOUS = "hemizygous"
    UNKNOWN = "unknown"


class Inherited(StrEnum):
    """From whom a variant came."""

    DE_NOVO = "de_novo"
    MOTHER = "mother"
    FATHER = "father"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CandidateGene:
    """A gene that somebody holds to be possibly at fault in this patient."""

    symbol: str
    id: str = ""  # NCBIGene:2263 or HGNC:3689, where it is known
    score: float | None = None  # 0..1, of the tool or person that named it
    zygosity: Zygosity = Zygosity.UNKNOWN
    inherited: Inherited = Inherited.UNKNOWN


@dataclass(frozen=True, slots=True)
class Profile:
    """All that the ranking reads of a patient. `age` (at examination) is not an onset."""

    findings: tuple[Finding, ...] = ()
    sex: Sex = Sex.UNKNOWN
    age: str | None = None  # ISO 8601 duration
    onset: str | None = None  # of the illness: HPO onset term or ISO 8601 duration
    genes: tuple[CandidateGene, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    id: str  # PMID:10874638
    title: str = ""


@dataclass(frozen=True, slots=True)
class CaseGene:
    """What was found in one gene of a published patient, as the paper states it."""

    symbol: str  # empty for a change that names no gene, such as a large deletion
    id: str = ""
    zygosity: Zygosity = Zygosity.UNKNOWN
    variants: tuple[str, ...] = ()  # NM_000142.5:c.1138G>A


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """A patient that a publication describes, with the diagnosis that was made."""

    id: str  # derived from the content
    findings: tuple[Finding, ...]
    diagnoses: tuple[str, ...]  # OMIM:154700; accepted ids of one diagnosis
    diagnosis: str = ""  # its name
    label: str = ""  # as the source calls the patient
    sex: Sex = Sex.UNKNOWN
    age: str | None = None  # ISO 8601 duration, at the last examination
    onset: str | None = None  # of the illness
    genes: tuple[CaseGene, ...] = ()
    publications: tuple[Publication, ...] = ()
    licence: str = ""
    source: str = ""  # the collection it came with


@dataclass(frozen=True, slots=True)
class Term:
    """An ontology class as a reader meets it."""

    id: str
    label: str
    definition: str = ""
    synonyms: tuple[Synonym, ...] = ()
    parents: tuple[str, ...] = ()
    obsolete: bool = False
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Synonym:
    text: str
    scope: str = "EXACT"  # EXACT, BROAD, NARROW, RELATED
    kind: str = ""  # layperson, abbreviation, uk_spelling, plural_form, obsolete_synonym, or ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A term asked for and the term to use. `note` is empty unless an id was replaced."""

    term: Term
    asked: str
    note: str = ""


class MatchKind(StrEnum):
    """How a patient's finding meets a documented one."""

    EXACT = "exact"
    NARROWER_DOCUMENTED = "narrower_documented"  # the disease has a more specific term
    BROADER_DOCUMENTED = "broader_documented"  # the disease has a more general term
    SIBLING = "sibling"  # only a shared parent
    OPPOSITE = "opposite"  # microcephaly for macrocephaly: never positive
    UNEXPLAINED = "unexplained"  # nothing near is documented
    DOCUMENTED_ABSENT = "documented_absent"  # 0/m or NOT rows
    PUBLISHED = "published"  # published cases show it; what else is documented does not list it


class FrequencyKind(StrEnum):
    COUNTED = "counted"  # n of m patients
    CLASS = "class"  # HPO's class: obligate, very frequent, frequent, occasional, very rare, excluded
    PERCENT = "percent"
    UNKNOWN = "unknown"  # listed without a frequency; never read as 100 %


@dataclass(frozen=True, slots=True)
class Frequency:
    """A documented frequency as the source states it, with the point the arithmetic uses."""

    kind: FrequencyKind
    value: float  # shrunk point estimate, 0..1
    n: int | None = None
    m: int | None = None
    term: str | None = None  # HP:0040281 ... for CLASS
    percent: float | None = None  # 37.5, as the source states it, for PERCENT


class ContributionKind(StrEnum):
    FINDING = "finding"
    EXCLUDED = "excluded"
    ONSET = "onset"
    SEX = "sex"
    PROFILE = "profile"  # of the findings taken together; `note` says which
    SIMILAR = "similar"  # published cases
    GENE = "gene"
    PREVALENCE = "prevalence"


class Strength(StrEnum):
    """How a candidate's calibrated probability is spoken of."""

    VERY_LIKELY = "very_likely"
    LIKELY = "likely"
    POSSIBLE = "possible"
    LESS_LIKELY = "less_likely"
    UNLIKELY = "unlikely"


class Contribution(NamedTuple):
    """One term of a candidate's sum, in natural log-odds. `prior + sum(value) == score`.

    A tuple, because one ranking makes a thousand of them and a frozen dataclass takes several times as long.
    """

    kind: ContributionKind
    value: float
    finding: str | None = None  # the patient's term
    matched: str | None = None  # the documented term it was compared with
    match: MatchKind | None = None
    frequency: Frequency | None = None
    background: float | None = None  # how common the finding is over all diseases, 0..1
    references: tuple[str, ...] = ()  # PMID:..., OMIM:..., ORPHA:...
    evidence: str = ""  # HPOA's evidence code: PCS, TAS, IEA
    through: str | None = None  # the shared ancestor at which both were compared (broader and sibling matches)
    note: str = ""  # a code for what was set aside: already_counted, too_young
    sex: Sex | None = None  # the documented row speaks of this sex only
    gene: str | None = None  # symbol
    cases: tuple[str, ...] = ()  # ids of the published cases that speak
    likeness: float | None = None  # 0..1, of the nearest published case or of the documented profile
    observed: tuple[int, int] | None = None  # published cases of the disease with this finding, of how many


@dataclass(frozen=True, slots=True)
class ScoredDisease:
    rank: int
    id: str
    ids: tuple[str, ...]
    name: str
    score: float
    prior: float
    contributions: tuple[Contribution, ...] = ()
    genes: tuple[str, ...] = ()
    probability: float | None = None  # calibrated, of the population that the calibration names
    strength: Strength | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """One documented finding of a disease, pooled over its source rows."""

    term: str
    frequency: Frequency
    references: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    onset: tuple[str, ...] = ()
    sex: Sex | None = None  # the row applies to this sex only
    modifiers: tuple[str, ...] = ()
    negative: bool = False  # documented as absent (0/m rows, NOT rows)
    sources: tuple[str, ...] = ()  # hpo, orphanet
    places: tuple[str, ...] = ()  # of the rows in the raw files: phenotype.hpoa, line 6


@dataclass(frozen=True, slots=True)
class GeneLink:
    symbol: str
    ncbi: str  # NCBIGene:2263; empty where no source gives it
    hgnc: str = ""  # HGNC:3689
    association: str = ""  # how the gene takes part, in Orphanet's words; empty where only HPO states the link


@dataclass(frozen=True, slots=True)
class Disease:
    id: str
    name: str
    annotations: tuple[Annotation, ...] = ()
    genes: tuple[GeneLink, ...] = ()
    inheritance: tuple[str, ...] = ()  # HPO terms under Mode of inheritance
    onset: tuple[str, ...] = ()  # HPO onset terms of the disease as a whole
    course: tuple[str, ...] = ()  # other clinical-course terms
    ids: tuple[str, ...] = field(default=())
    onset_sources: tuple[tuple[str, ...], ...] = ()  # of each onset: hpo, orphanet
