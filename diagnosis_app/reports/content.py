"""What a report of a run says: plain words and numbers, arranged once, and written in four ways.

Nothing here is markup. Everything that somebody typed is a single line of text; who writes it out escapes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from diagnosis_app.cases.bars import Piece

SPEAKS_FOR, SPEAKS_AGAINST, NOT_EXPLAINED, NOT_ASKED = "for", "against", "unexplained", "missing"


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a sentence; `strong` is what the eye should find."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A finding of the patient, a phrase without a term, or a candidate gene."""

    text: str
    term: str = ""
    detail: str = ""  # since when, in whom
    asked: bool = False  # came as an answer to a question of the run


@dataclass(frozen=True, slots=True)
class Group:
    kind: str  # present, excluded, uncertain, family, unmapped, genes
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the run and what was said to it. An empty `status` is that nobody answered."""

    term: str
    label: str
    status: str  # present, excluded, uncertain, unknown, or empty
    words: str  # the answer as a reader is told it
    comment: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A candidate in the list."""

    rank: int
    id: str
    name: str
    ids: tuple[str, ...]
    genes: tuple[str, ...]
    more_genes: int
    score: float
    standing: str
    strength: str  # its code; empty where nothing was calibrated
    word: str
    pieces: tuple[Piece, ...]
    why: tuple[Span, ...]
    group: str = ""
    by_model: str = ""  # that the reasoning model proposed it or moved it, and where arithmetic alone puts it


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    value: str
    sources: tuple[int, ...]  # numbers of `Quoted`
    doubt: str = ""  # what a second reading said of it, where it doubts it


@dataclass(frozen=True, slots=True)
class Side:
    """What is said for, against or not explained. `further` counts what the sum holds besides, `together` weighs it."""

    kind: str
    title: str
    nothing: str  # said where there is no statement
    statements: tuple[Statement, ...]
    further: int = 0
    together: str = ""


@dataclass(frozen=True, slots=True)
class Closer:
    """The first candidate, more closely."""

    id: str
    name: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """What separates the first candidate from the next."""

    one: str
    other: str
    lines: tuple[str, ...]
    further: int


@dataclass(frozen=True, slots=True)
class Next:
    """A finding worth knowing, or genes worth sequencing."""

    what: str
    term: str
    reason: str
    examination: str
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of the reasoning model, and the diseases that its statements are about."""

    text: str
    about: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A name that the model gave and that is no one disease here. Empty where it is not shown."""

    name: str
    explains: str
    among: tuple[str, ...]  # of ours, for which it may stand


@dataclass(frozen=True, slots=True)
class Unplaceds:
    title: str
    unchecked: str
    advice: str
    names: tuple[Unplaced, ...]


@dataclass(frozen=True, slots=True)
class OfModel:
    """What a reasoning model said beside the list."""

    model: str
    summary: tuple[Written, ...]  # only from statements that are verified and undoubted
    proposed: tuple[str, ...]
    next: tuple[Item, ...]
    named: tuple[Unplaceds, ...]
    notes: tuple[str, ...]  # that it would ask no more, what it found in the note, which texts it was not shown


@dataclass(frozen=True, slots=True)
class Quoted:
    """A source that a statement of the report stands on, with the words it stands on."""

    number: int
    words: str
    name: str
    version: str
    place: str
    licence: str
    references: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided about a candidate."""

    candidate: str
    word: str
    comment: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    reference: str  # of the case
    version: int
    run: str  # its short name
    run_id: str
    at: datetime
    ended: bool
    outcome: str  # its code; empty while the run is under way
    outcome_words: str
    reasons: tuple[str, ...]
    patient: str
    onset: str
    team: str
    requested_by: str
    summary: tuple[Span, ...] = ()
    findings: tuple[Group, ...] = ()
    answers: tuple[Answer, ...] = ()
    kept: int = 0  # candidates that the run kept; the first of them are listed
    candidates: tuple[Listed, ...] = ()
    further: tuple[Listed, ...] = ()
    closer: Closer | None = None
    apart: Apart | None = None
    next: tuple[Next, ...] = ()
    of_model: OfModel | None = None  # None where none answered
    sources: tuple[Quoted, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    limits: tuple[Fact, ...] = ()
    facts: tuple[Fact, ...] = ()
    intended_use: str = ""
    signatures: tuple[str, ...] = field(default=())


def shelves(sources: Iterable[Quoted]) -> dict[tuple[str, str, str], list[Quoted]]:
    """The sources by what they share: name, version and licence are then said once."""
    found: dict[tuple[str, str, str], list[Quoted]] = {}
    for one in sources:
        found.setdefault((one.name, one.version, one.licence), []).append(one)
    return found
