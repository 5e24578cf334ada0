"""What the API answers about questions and comparisons, as types."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from diagnosis_app.api.words import Frequency, Named, Word
from retrieval.model import Sex
from retrieval.ranking.examination_table import Examination


class Effect(Word):
    """One of the first candidates, and what either answer would do to it."""

    rank: int
    id: str
    name: str
    if_present: float = Field(description="Change of its score, in natural log-odds: what ranking again would give.")
    if_absent: float
    frequency: Frequency | None = Field(description="Of the finding or a narrower one in this disease.")
    matched: str | None = Field(description="The documented term, where it is a narrower one.")
    references: list[str]


class Leader(Word):
    id: str
    name: str


class Question(Word):
    term: str
    label: str
    gain: float = Field(description="Bits of uncertainty that the answer is expected to remove.")
    chance: float = Field(description="Of a yes, over the leading candidates, 0 to 1.")
    first_if_present: Leader
    first_if_absent: Leader
    effects: list[Effect]


class Group(Word):
    """The questions that one examination answers."""

    examination: Examination
    burden: str | None = Field(description="A code; null where the table does not know.")
    cost: str | None = Field(
        description="A code; null where it is not known, as for most: it differs from house to house."
    )
    questions: list[Question]


class GeneTest(Word):
    genes: list[str]
    ranks: list[int] = Field(description="The candidates among the first five that are described with one of them.")


class Asked(Word):
    """What is worth knowing next of some findings."""

    snapshot: str
    outcome: Literal["ranked", "insufficient"] = Field(description="insufficient: no list, and no questions yet.")
    uncertainty: float | None = Field(description="Bits, over the leading candidates.")
    groups: list[Group]
    genes: GeneTest | None


class Questions(Asked):
    case: UUID
    version: int | None = Field(description="Null: the case as it is being edited.")


class Side(Word):
    rate: float = Field(description="Documented, or what the nearest finding or the background lets expect; 0 to 1.")
    frequency: Frequency | None = Field(description="As the source states it; null: not described.")
    matched: str | None = Field(description="The documented term where it is another one.")
    absent: bool = Field(description="Described as absent.")
    references: list[str]
    evidence: list[str]
    sex: Sex | None


class Separating(Named):
    """A finding that tells the two apart."""

    status: str = Field(description="present, excluded, uncertain, family or not_asked.")
    because_of: str | None = Field(description="The patient's finding that says so, where it is another one.")
    points_to: str | None = Field(description="The id of the disease that this status speaks for.")
    one: Side
    other: Side
    separation: float = Field(description="Divergence of the two rates, in nats; the same from either side.")
    examination: Examination


class Tested(Word):
    examination: Examination
    separates: bool
    finding: Named
    more_in: str | None = Field(description="The id of the disease in which it is commoner.")


class Compared(Word):
    id: str
    name: str
    genes: list[str]
    inheritance: list[Named]
    onset: list[Named]
    begins: tuple[float, float] | None = Field(description="Years.")
    documented: int


class ToldApart(Word):
    """What tells two diseases apart, and what of it is known of some findings."""

    snapshot: str
    one: Compared
    other: Compared
    alike: bool = Field(description="No documented finding separates them.")
    findings: list[Separating]
    further: int = Field(description="Findings that separate them too, and less.")
    tests: list[Tested]
    shared_genes: list[str]
    series: str | None = Field(description="The numbered series that both belong to.")


class Comparison(ToldApart):
    case: UUID
    version: int | None = Field(description="Null: the case as it is being edited.")
