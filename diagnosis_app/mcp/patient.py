"""What a tool takes of a patient: findings and what the ranking reads beside them. No note, no name, no free text.

Bounds are the case's own; what they do not say, `cases.content` checks, with the same words as everywhere.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from diagnosis_app.cases.content import FINDING_LIMIT, GENE_LIMIT, Content, read_content
from diagnosis_app.mcp.tool import Arguments
from retrieval.model import Inherited, Sex, Status, Zygosity

_AGE = 40  # characters of a duration or a term

Age = Annotated[str | None, Field(max_length=_AGE, description="ISO 8601 duration: P6Y3M, P14M, P10D.")]
Onset = Annotated[
    str | None, Field(max_length=_AGE, description="When it began: a duration (P2Y) or a term of HPO below Onset.")
]


class Finding(Arguments):
    term: str = Field(pattern="^HP:[0-9]{7}$", description="Id of the Human Phenotype Ontology: HP:0001250.")
    status: Status = Field(
        default=Status.PRESENT,
        strict=False,
        description="excluded: looked for, not there. The last two weigh nothing.",
    )
    onset: Onset = None


class Gene(Arguments):
    """A candidate gene, with what is known of its variants."""

    symbol: str = Field(max_length=40, description="Symbol or id: FGFR2, NCBIGene:2263, HGNC:3689.")
    id: str = Field(default="", max_length=40)
    score: float | None = Field(default=None, ge=0, le=1)
    zygosity: Zygosity = Field(default=Zygosity.UNKNOWN, strict=False)
    inherited: Inherited = Field(default=Inherited.UNKNOWN, strict=False)


class Patient(Arguments):
    findings: list[Finding] = Field(max_length=FINDING_LIMIT, description="Three specific ones at least for a ranking.")
    sex: Sex = Field(default=Sex.UNKNOWN, strict=False)
    age: Age = Field(default=None)
    onset: Onset = None
    genes: list[Gene] = Field(default=[], max_length=GENE_LIMIT)

    def content(self) -> Content:
        """As a case would hold it; raises `InvalidMany` by field."""
        sent = self.model_dump(mode="json", include=set(Patient.model_fields))
        for entry in (*sent["findings"], *sent["genes"]):
            entry["origin"] = "api"
        return read_content(sent)
