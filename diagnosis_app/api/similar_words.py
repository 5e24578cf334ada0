"""What the API answers about published cases, as types."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from diagnosis_app.api.words import Named, Word
from retrieval.cases.compare import ConflictKind, SharedKind
from retrieval.model import Sex, Status, Zygosity
from retrieval.search.client import Note
from retrieval.search.similar import Way


class Paper(Word):
    id: str = Field(description="PMID:..., DOI:...")
    title: str


class CaseGene(Word):
    symbol: str = Field(description="Empty for a change that names no gene, such as a large deletion.")
    id: str
    zygosity: Zygosity
    variants: list[str]


class Shared(Word):
    patient: Named
    case: Named
    kind: SharedKind = Field(description="How the finding of the case stands to the patient's.")
    through: Named = Field(description="The term at which both meet.")


class Conflict(Word):
    patient: Named
    case: Named
    kind: ConflictKind


class Found(Word):
    """A published case beside the patient."""

    place: int
    id: str
    label: str = Field(description="As the collection calls the patient.")
    sex: Sex
    age: str | None
    diagnosis: str
    diagnoses: list[str]
    genes: list[CaseGene]
    papers: list[Paper]
    ways: list[Way] = Field(description="Which lists it came from.")
    ranks: list[int] = Field(description="Its place in each of them.")
    likeness: float | None = Field(description="0 to 1, by findings; null where it shares none.")
    shared: list[Shared]
    missing: list[Named] = Field(description="The patient has it; the case lacks it or it was excluded there.")
    extra: list[Named] = Field(description="The case has it; nothing like it is known of the patient.")
    conflicting: list[Conflict]


class Meant(Word):
    """What a phrase without a term was taken to mean."""

    phrase: str
    term: Named
    doubtful: bool = Field(description="Its opposite is as near: no case was searched for through it.")


class MatchedCases(Word):
    """Published cases like some findings."""

    snapshot: str
    bank: int = Field(description="Published cases in this knowledge; 0: none were added.")
    cases: list[Found]
    note: Note = Field(
        description="search.away, search.loading or search.no_embedder: texts were compared by words, not by meaning."
    )


class SimilarCases(MatchedCases):
    case: UUID
    version: int | None = Field(description="Null: the case as it is being edited.")
    own: list[Found] = Field(
        description="Cases of the team's own, by findings alone, without what tells who the patient was; ids of "
        "`/local-cases`. What was kept of this very case is left out."
    )
    meant: list[Meant]


class CaseFinding(Named):
    status: Status
    onset: str | None


class PublishedCase(Word):
    snapshot: str
    id: str
    label: str
    sex: Sex
    age: str | None
    onset: str | None
    diagnosis: str
    diagnoses: list[str]
    findings: list[CaseFinding]
    genes: list[CaseGene]
    papers: list[Paper]
    licence: str
    collection: str
