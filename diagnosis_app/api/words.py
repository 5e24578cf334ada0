"""What the API answers, as types: the OpenAPI page and the snapshot in docs/api are made from these.

Strict: an answer with a field that is not written here fails its test, so the documentation cannot
fall behind. What callers send is `cases.content.Content`, the same as the pages send.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from diagnosis_app.cases.content import Content
from retrieval.model import ContributionKind, FrequencyKind, Inherited, MatchKind, Sex, Status, Strength, Zygosity


class Word(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(Word):
    code: str
    message: str
    field: str = ""
    hint: str = ""


class Failure(Problem):
    """Every failure has this shape. `code` is stable (docs/errors.md); `message` and `hint` are for people."""

    problems: list[Problem] = Field(default=[], description="Each wrong field, when several are wrong at once.")


# ---- terms and texts


class Named(Word):
    id: str
    label: str


class Suggestion(Named):
    matched: str = Field(description="The label or synonym that matched.")
    is_synonym: bool
    spans: list[tuple[int, int]] = Field(description="The matched characters in `matched`.")
    definition: str
    diseases: int = Field(description="How many diseases document the term or a narrower one.")
    parent: str
    note: str = Field(description="Not empty when the id asked for was replaced.")


class Terms(Word):
    terms: list[Suggestion]


class Synonym(Word):
    text: str
    scope: str
    kind: str


class Term(Named):
    asked: str
    note: str = Field(description="Not empty when the id asked for was replaced.")
    definition: str
    synonyms: list[Synonym]
    parents: list[Named]
    children: list[Named]
    is_finding: bool = Field(description="Descends from Phenotypic abnormality, so a patient can have it.")
    diseases: int
    information_content: float = Field(description="Natural logarithm; 0 for the most general term.")


class Text(Word):
    text: str = Field(max_length=200_000)


class Mention(Named):
    start: int = Field(description="First character in the text.")
    end: int = Field(description="One past the last character.")
    text: str
    status: Status
    cue: str = Field(description="The words that made it absent, uncertain or a relative's.")


class Mentions(Word):
    snapshot: str
    mentions: list[Mention]


# ---- ranking


class Frequency(Word):
    kind: FrequencyKind
    value: float | None = Field(description="The point the arithmetic uses, 0 to 1.")
    n: int | None = None
    m: int | None = None
    term: str | None = None
    percent: float | None = Field(default=None, description="As the source states it, for kind percent.")


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


# ---- diseases and knowledge


class Annotation(Named):
    frequency: Frequency
    references: list[str]
    evidence: list[str]
    onset: list[str]
    sex: Sex | None
    modifiers: list[str]
    negative: bool = Field(description="Documented as absent.")


class Related(Word):
    """A disease or a group that stands near another one, and who says so."""

    id: str
    class_id: str = Field(description="The class of Mondo.")
    name: str
    relation: str = Field(description="subclass_of, has_subclass or shares_parent.")
    through: str = Field(description="Of what shares a parent: the class of that parent.")
    source: str


class Disease(Word):
    id: str
    ids: list[str]
    name: str
    parents: list[Related] = Field(description="What it stands under in Mondo; empty without Mondo.")
    children: list[Related] = Field(description="At most 50.")
    siblings: list[Related] = Field(description="At most 50, those of the narrowest parent first.")
    genes: list[Gene]
    inheritance: list[Named]
    onset: list[Named]
    course: list[Named]
    annotations: list[Annotation]
    snapshot: str
    citation: str


class Gene(Word):
    symbol: str
    id: str


class Source(Word):
    name: str
    title: str
    version: str
    licence: str
    citation: str
    url: str
    files: dict[str, str] = Field(description="Each raw file with its sha256.")
    note: str


class StoredFile(Word):
    sha256: str
    bytes: int


class Knowledge(Word):
    """The manifest of the snapshot in use."""

    id: str
    format: int
    created: str
    citation: str
    sources: list[Source]
    counts: dict[str, Any]
    files: dict[str, StoredFile]


class Health(Word):
    ready: bool
    version: str
    checks: dict[str, str]


# ---- cases


class CaseLine(Word):
    id: UUID
    reference: str
    team: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    closed_at: datetime | None
    summary: dict[str, Any]


class Cases(Word):
    cases: list[CaseLine]
    next: str | None = Field(description="Give it as `cursor` for the page after this one; null at the end.")


class Case(CaseLine):
    revision: int = Field(description="Name it when you write the draft: an older one is refused with 409.")
    content: Content
    versions: int


class NewCase(Word):
    case: Content = Content()
    team: str | None = Field(default=None, description="Needed only by those who are clinicians in several teams.")


class DraftChange(Word):
    revision: int = Field(ge=1, le=2**31 - 1, strict=True)
    case: Content


class Saved(Word):
    revision: int


class VersionLine(Word):
    number: int
    digest: str
    snapshot: str
    created_at: datetime
    created_by: str


class Versions(Word):
    versions: list[VersionLine]


class Version(VersionLine):
    content: Content


class Remark(Word):
    """What became of a part of the phenopacket that is not there as it was written."""

    level: Literal["note", "changed", "lost", "problem"]
    field: str
    message: str
    hint: str


class RankedPacket(Ranking):
    report: list[Remark]


class Imported(Word):
    case: Case
    report: list[Remark]


# ---- what new knowledge changed


class Placed(Word):
    rank: int
    id: str
    ids: list[str]
    name: str
    score: float
    strength: str
    other: int | None = Field(description="Its rank in the other list; null where it is not ranked there.")


class AlertReason(Word):
    kind: str = Field(description="annotation_added, case_added, merged, ...; docs/decisions/0026 lists them.")
    disease: str = Field(description="Empty where it concerns all diseases.")
    name: str
    change: float = Field(description="By how much it moved the score of the disease.")
    words: str
    about: dict[str, Any] = Field(description="The fact itself: term, frequencies before and after, references, ids.")


class Alert(Word):
    id: int
    version: int | None = Field(description="The case version that was ranked; null for a draft that was never saved.")
    source: str = Field(description="The knowledge of the list before.")
    target: str
    before: list[Placed]
    after: list[Placed]
    reasons: list[AlertReason]
    sources: list[dict[str, str]]
    explained: bool = Field(description="False where the older knowledge was gone, so that no reason can be named.")
    created_at: datetime
    seen_at: datetime | None
    seen_by: str


class Alerts(Word):
    alerts: list[Alert]


# ---- investigations


class RunLine(Word):
    id: UUID
    case: UUID
    version: int
    state: Literal["queued", "running", "waiting", "ended"]
    outcome: Literal["", "ranked", "partial", "insufficient", "failed", "cancelled"] = Field(
        description="Empty until it has ended."
    )
    reasons: list[Any] = Field(description="Why partial or insufficient, in codes.")
    error: dict[str, Any] | None = Field(description="Code, message and hint of a failure.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class Runs(Word):
    runs: list[RunLine]


class RunContribution(Word):
    kind: str
    finding: str | None
    value: float
    evidence: str = Field(description="The key of the evidence it was computed from.")
    detail: dict[str, Any]


class RunCandidate(Word):
    rank: int
    id: str
    ids: list[str]
    name: str
    score: float
    prior: float
    strength: str = Field(description="One of five words; empty in runs from before there were any.")
    genes: list[Any]
    contributions: list[RunContribution]


class Run(RunLine):
    manifest: dict[str, Any] = Field(description="What it pinned: case version, snapshot, code, model, budget.")
    candidates: list[RunCandidate]


class Event(Word):
    seq: int
    type: str
    payload: dict[str, Any]
    at: datetime


class Events(Word):
    events: list[Event]
    last: int = Field(description="Give it as `after` to ask for what came since.")
    ended: bool = Field(description="No event will follow.")


# ---- evaluation


class Evaluation(Word):
    """A stored run of a benchmark."""

    id: int
    created_at: datetime
    name: str = Field(description="The set of cases.")
    protocol: str = Field(description="publication-blind, or as-is, which is no measure of accuracy.")
    snapshot: str
    cases: int
    seconds: float
    summary: dict[str, Any] = Field(description="Shares 0 to 1 with 95 % intervals; docs/evaluation.md describes them.")
    versions: dict[str, Any] = Field(description="Everything that decides a figure.")


class Evaluations(Word):
    runs: list[Evaluation]
