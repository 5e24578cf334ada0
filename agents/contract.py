"""What an investigation is asked, tells and leaves behind: plain frozen types.

The web imports this module and nothing else of `agents`; it must never import langgraph, and it holds no
behaviour beyond turning itself into JSON and back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from retrieval.model import Profile

GRAPH_VERSION = "5"  # grows when the topology or a node's effects change; a started run then begins again
PLAN = (
    "intake",
    "rank",
    "weigh",
    "challenge",
    "conclude",
    "verify",
)  # the steps a run is expected to take, for a page that shows what is to come


class OutcomeCode(StrEnum):
    RANKED = "ranked"
    PARTIAL = "partial"
    INSUFFICIENT = "insufficient"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a result is partial or insufficient. The ranking adds its own codes to these."""

    NO_REASONING_MODEL = "no_reasoning_model"
    MODEL_AWAY = "model_away"  # the reasoning model stopped answering, and the investigation went on by rules
    MODEL_SPENT = "model_spent"  # the tokens of this run were used up
    MODEL_FAILED = "model_failed"  # an answer was asked for and none that could be used came
    OUT_OF_TIME = "out_of_time"
    NOT_CHECKED = "not_checked"  # stopped before the statements were checked, so none is shown
    STEP_FAILED = "step_failed"  # a part of the knowledge could not be read, and the investigation went on without it
    SEARCH_AWAY = "search_away"  # the retrieval process did not answer: passages were found by their words alone
    TWO_DISEASES = "two_diseases"  # the findings divide into those of two candidates


class EventType(StrEnum):
    QUEUED = "run.queued"
    STARTED = "run.started"
    RESUMED = "run.resumed"  # another worker went on after one was lost
    STEP_STARTED = "step.started"
    STEP_DONE = "step.done"
    STEP_FAILED = "step.failed"
    THOUGHT = "step.thought"  # a piece of what the model reasons, as it comes
    RANKED = "differential"
    ASKED = "run.asked"  # a question stands in the thread
    WAITING = "run.waiting"  # for its answer; nobody works on the run
    ANSWERED = "run.answered"
    CONTINUED = "run.continued"  # by another version of the investigation, on the ledger of the first
    ENDED = "run.ended"


class EvidenceKind(StrEnum):
    ANNOTATION = "annotation"
    CASE = "case"
    PASSAGE = "passage"
    VARIANT = "variant"
    COMPUTATION = "computation"


class Relation(StrEnum):
    """What a claim says of a disease and a finding, or a gene."""

    DOCUMENTS = "documents"  # the finding is described in the disease (polarity present) or described as absent
    DOES_NOT_LIST = "does_not_list"  # neither the finding nor anything above or below it is described
    BEGINS = "begins"  # the disease is described to begin in this period of life
    SEX = "sex"  # the finding is described for one sex only
    GENE = "gene"  # a gene of the patient's list is known for the disease; the gene stands in the finding's place
    NO_GENE = "no_gene"  # genes are known for the disease, and none of them is on the list
    MENTIONS = "mentions"  # a passage about the disease speaks of the finding


class Polarity(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"


class Answer(StrEnum):
    """What a clinician says of a finding that was asked about."""

    PRESENT = "present"
    EXCLUDED = "excluded"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


class Stance(StrEnum):
    FOR = "for"
    AGAINST = "against"
    UNEXPLAINED = "unexplained"  # present in the patient, nothing near it documented: nearly neutral
    MISSING = "missing"  # documented in the disease, not recorded for the patient


class Removal(StrEnum):
    """Why a statement is not shown."""

    NO_EVIDENCE = "no_evidence"
    UNKNOWN_EVIDENCE = "unknown_evidence"
    EVIDENCE_ALTERED = "evidence_altered"
    EVIDENCE_NOT_IN_SOURCE = "evidence_not_in_source"
    QUOTE_NOT_IN_SOURCE = "quote_not_in_source"
    NUMBER_NOT_IN_EVIDENCE = "number_not_in_evidence"
    ID_NOT_IN_EVIDENCE = "id_not_in_evidence"
    STRENGTH_NOT_IN_EVIDENCE = "strength_not_in_evidence"
    OTHER_DISEASE = "other_disease"
    OTHER_FINDING = "other_finding"
    NOT_STATED = "not_stated"
    DIRECTION_REVERSED = "direction_reversed"
    FINDING_NOT_RECORDED = "finding_not_recorded"
    BEYOND_EVIDENCE = "beyond_evidence"


@dataclass(frozen=True, slots=True)
class Budget:
    steps: int = 24
    seconds: float = 300.0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class RunRequest:
    """All that a run needs besides the knowledge. `case_digest` names the frozen case it speaks of."""

    run_id: str
    snapshot: str
    case_digest: str
    profile: Profile
    budget: Budget = Budget()
    candidates: int = 50  # how many of the ranking are kept
    argued: int = 10  # for how many of the leading ones statements are written
    note: str = ""  # of the case; shown to a reasoning model as data, and read by nothing else
    asks: bool = False  # whether somebody is there whom a question may be put to


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, in words a person can act on; never patient text."""

    code: str
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Outcome:
    code: OutcomeCode
    reasons: tuple[str, ...] = ()
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was told. `seq` counts from 1 without gaps; `key` is told once."""

    seq: int
    key: str
    type: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One thing the investigation did. `why` and `got` are facts; the page makes sentences of them."""

    key: str
    action: str
    seq: int
    why: Mapping[str, Any] = field(default_factory=dict)
    got: Mapping[str, Any] = field(default_factory=dict)
    digest_in: str = ""
    digest_out: str = ""
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that can be opened. Its `key` is the hash of everything else it holds."""

    kind: EvidenceKind
    source: str
    version: str
    locator: str
    quote: str
    span: tuple[int, int]
    body: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class ContributionRecord:
    """One term of a candidate's sum. `body` keeps what the arithmetic read."""

    kind: str
    value: float
    finding: str = ""
    evidence_key: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandidateRecord:
    rank: int
    disease: str
    ids: tuple[str, ...]
    name: str
    genes: tuple[str, ...]
    score: float
    prior: float
    contributions: tuple[ContributionRecord, ...] = ()
    strength: str = ""  # one of five words; empty where nothing was calibrated


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """What was asked of the clinician, and the answer. `detail` holds why it is asked and what each answer moves."""

    key: str  # of the step that asks
    seq: int
    term: str
    label: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    answer: Answer | None = None
    words: str = ""  # beside the answer, in the clinician's own words: kept, and read by nothing


@dataclass(frozen=True, slots=True)
class Waiting:
    """The run stands still until a question is answered."""

    key: str


@dataclass(frozen=True, slots=True)
class Triple:
    disease: str
    relation: Relation
    finding: str  # the documented term; for `does_not_list` the patient's; for `gene` the symbol
    polarity: Polarity = Polarity.PRESENT

    def as_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Claim:
    """A triple first, a sentence second.

    `about` is the patient's own finding, which may be broader or narrower than the documented one; of a gene, what
    is recorded of its variants in this patient. `quotes` are
    words said to stand in the evidence, beside the evidence key they are said to stand in.
    """

    triple: Triple
    stance: Stance
    text: str
    evidence: tuple[str, ...]
    about: str = ""
    match: str = ""
    quotes: tuple[tuple[str, str], ...] = ()
    position: int = 0
    verified: bool = False
    removed_because: str = ""
    doubted: bool = False  # it stands, and a second reading of its source saw it supported in part or not at all

    @property
    def key(self) -> str:
        """Hash of what is said and on what ground; the verdict on it is not part of it."""
        said = {"triple": self.triple.as_json(), "stance": self.stance, "text": self.text, "about": self.about}
        return digest({**said, "evidence": list(self.evidence), "quotes": [list(pair) for pair in self.quotes]})


def digest(value: object) -> str:
    """sha256 of the canonical JSON of a value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
