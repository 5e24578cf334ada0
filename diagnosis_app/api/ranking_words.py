"""What the API answers about a ranking, as types."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from diagnosis_app.api.words import Frequency, Named, Word
from diagnosis_app.cases.content import Content
from retrieval.model import ContributionKind, Inherited, MatchKind, Sex, Status, Strength, Zygosity


class Contribution(Word):
    """One term of the sum, in natural log-odds: prior + the sum of all values = score."""

    kind: ContributionKind
    finding: str | None
    label: str | None
    value: float
    matched: str | None
    matched_label: str | None
    match: MatchKind | None
    through: str | None = Field(description="The shared ancestor at which both were compared.")
    frequency: Frequency | None
    background: float | None = Field(description="How common the finding is over all diseases, 0 to 1.")
    references: list[str]
    evidence: str = Field(description="HPO's evidence code: PCS, TAS or IEA.")
    sex: Sex | None = Field(description="The documented finding speaks of this sex only.")
    note: str = Field(
        description="A code: already_counted, too_young; for a gene, how its variants go with the mode of inheritance "
        "named in `matched` (second_not_found, de_novo_dominant ...), none_listed or no_known_gene."
    )
    gene: str | None = Field(description="The listed gene that speaks, for kind gene.")
    likeness: float | None = Field(
        description="0 to 1: to the nearest published case (kind similar) or to all that is documented (kind profile)."
    )
    observed: tuple[int, int] | None = Field(
        description="Published cases of the disease that show the finding, and how many there are."
    )
    cases: list[str] = Field(description="Ids of the published cases that speak, for kind similar.")


class Candidate(Word):
    rank: int
    id: str
    ids: list[str]
    name: str
    score: float
    prior: float
    probability: float | None = Field(
        description="Calibrated on published patients with a known genetic disease; pages speak in words instead."
    )
    strength: Strength | None = Field(description="The word for it.")
    genes: list[str]
    contributions: list[Contribution]


class Finding(Word):
    term: str
    label: str
    status: Status
    onset: str | None


class ListedGene(Word):
    symbol: str
    id: str
    score: float | None
    zygosity: Zygosity
    inherited: Inherited
    known: bool = Field(description="Some disease of this knowledge is linked to it; others weigh nothing.")


class Input(Word):
    """What was read of the patient, after obsolete ids were replaced."""

    findings: list[Finding]
    counts: dict[Status, int]
    sex: Sex
    age: str | None
    onset: str | None
    genes: list[ListedGene]


class NotUsed(Word):
    finding: str
    reason: str = Field(description="uncertain, family, duplicate, contradicted, already_counted or too_general.")
    because_of: str | None


class Hint(Word):
    code: str
    finding: str
    message: str
    suggestions: list[Named]


class Ranking(Word):
    snapshot: str = Field(description="The id of the knowledge; the same id and the same case give the same numbers.")
    hpo: str = Field(description="The release of HPO and its annotations.")
    case: str = Field(description="The name you gave the case.")
    input: Input
    outcome: Literal["ranked", "insufficient"] = Field(
        description="insufficient: fewer than three specific findings. The candidates are then no differential."
    )
    reasons: list[str]
    ranked: int = Field(description="How many diseases were compared.")
    used: int = Field(description="How many findings were weighed.")
    none_of_these: float = Field(description="Calibrated chance that the diagnosis is none of the ranked diseases.")
    none_leads: bool = Field(description="That chance is higher than that of any candidate.")
    not_used: list[NotUsed]
    hints: list[Hint]
    candidates: list[Candidate]
    note: str = Field(description="What this list leaves out.")
    citation: str
    intended_use: str


class ToRank(Word):
    case: Content
    name: str = Field(default="", max_length=200, description="Comes back as `case`. No patient's name, please.")
    limit: int = Field(default=50, ge=1, le=200)
