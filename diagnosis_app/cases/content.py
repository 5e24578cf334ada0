"""The content of a case: what a draft holds, what a version freezes, what import and API deliver.

One pydantic model at the border. Everything is bounded, and every refusal names the field and
the remedy without repeating what was typed.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from diagnosis_app.errors import Invalid, InvalidMany
from retrieval.age import parse_age, parse_onset
from retrieval.errors import MalformedAge
from retrieval.gene_list import MOST_GENES
from retrieval.genes import is_symbol
from retrieval.model import CandidateGene, Finding, Inherited, Profile, Sex, Status, Zygosity

NOTE_LIMIT = 200_000  # characters: some sixty dense pages
FINDING_LIMIT = 200
GENE_LIMIT = MOST_GENES
PHRASE_LIMIT = 100
PHRASE_LENGTH = 300
DROPPED_LIMIT = 1000
LETTER_LIMIT = 1000  # stretches of the note that come from letters
TOLD = 50  # problems named at once; more help nobody

_TERM = re.compile(r"HP:[0-9]{7}\Z")
_LETTER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_GENE_ID = re.compile(r"(?:NCBIGene|HGNC):[0-9]{1,9}\Z")
# NUL cannot be stored by PostgreSQL; the other control characters are invisible and come from PDFs.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class LetterPlace(BaseModel):
    """Where words stand in a letter of the case: an attachment by its id, never by its name, and an offset in its
    text. The server sets the page and drops a place whose words are others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    attachment: str
    offset: int = Field(ge=0)  # characters of the letter's text
    page: int | None = Field(default=None, ge=1)

    @field_validator("attachment")
    @classmethod
    def _attachment(cls, value: str) -> str:
        value = value.strip().lower()
        if not _LETTER.match(value):
            raise ValueError("is not the id of a letter. Leave it out")
        return value


class LetterStretch(LetterPlace):
    """A stretch of the note that is, word for word, what a letter says from `offset` on."""

    note_start: int = Field(ge=0)
    note_end: int = Field(ge=1)


class FindingEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    term: str
    label: str = Field(default="", max_length=400)  # as it was called when it was entered
    status: Status = Status.PRESENT
    onset: str | None = None
    origin: Literal["typed", "note", "import", "api"] = "typed"
    quote: str = Field(default="", max_length=PHRASE_LENGTH)  # the words in the note, if it came from there
    relative: str = Field(default="", max_length=80)  # who, if status is family
    letter: LetterPlace | None = None  # where `quote` stands, if it was read in a letter

    @field_validator("term")
    @classmethod
    def _term(cls, value: str) -> str:
        return _term_or_error(value)

    @field_validator("onset")
    @classmethod
    def _onset(cls, value: str | None) -> str | None:
        return _age_or_error(value, parse_onset)

    @field_validator("label", "quote", "relative")
    @classmethod
    def _text(cls, value: str) -> str:
        return clean(value)


class Dropped(BaseModel):
    """A mention of the note that the clinician set aside; it is not offered again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    term: str
    quote: str = Field(max_length=PHRASE_LENGTH)

    @field_validator("term")
    @classmethod
    def _term(cls, value: str) -> str:
        return _term_or_error(value)

    @field_validator("quote")
    @classmethod
    def _quote(cls, value: str) -> str:
        return clean(value)


class GeneEntry(BaseModel):
    """A candidate gene with what is known of its variants in this patient."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    symbol: str
    id: str = ""  # NCBIGene:2263 or HGNC:3689
    score: float | None = None  # 0..1, of the tool or person that named it
    zygosity: Zygosity = Zygosity.UNKNOWN
    inherited: Inherited = Inherited.UNKNOWN
    origin: Literal["typed", "list", "import", "api"] = "typed"

    @field_validator("symbol")
    @classmethod
    def _symbol(cls, value: str) -> str:
        if not is_symbol(value):
            raise ValueError("is not a gene. Write its symbol or id, for example FGFR2 or NCBIGene:2263")
        return value.strip()

    @field_validator("score")
    @classmethod
    def _score(cls, value: float | None) -> float | None:
        if value is not None and not 0 <= value <= 1:
            raise ValueError("is not between 0 and 1. Write 0.93 for 93 %, or leave it out")
        return value

    @field_validator("id")
    @classmethod
    def _id(cls, value: str) -> str:
        value = value.strip()
        if value and not _GENE_ID.match(value):
            raise ValueError("is not the id of a gene. Write it as NCBIGene:2263 or HGNC:3689, or leave it empty")
        return value


class Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str = ""
    findings: tuple[FindingEntry, ...] = ()
    unmapped: tuple[str, ...] = ()  # phrases kept as written, and not ranked
    dropped: tuple[Dropped, ...] = ()
    sex: Sex = Sex.UNKNOWN
    age: str | None = None  # ISO 8601 duration, at examination
    onset: str | None = None  # of the illness
    genes: tuple[GeneEntry, ...] = ()
    letters: tuple[LetterStretch, ...] = ()  # which stretches of the note came from letters

    @field_validator("note")
    @classmethod
    def _note(cls, value: str) -> str:
        if len(value) > NOTE_LIMIT:
            raise ValueError(
                f"has {len(value):,} characters; the limit is {NOTE_LIMIT:,}. "
                "Shorten it to the part that describes this patient"
            )
        return clean(value)

    @field_validator("findings")
    @classmethod
    def _findings(cls, value: tuple[FindingEntry, ...]) -> tuple[FindingEntry, ...]:
        if len(value) > FINDING_LIMIT:
            raise ValueError(f"has {len(value)} entries; the limit is {FINDING_LIMIT}. Keep the specific ones")
        return value

    @field_validator("genes")
    @classmethod
    def _genes(cls, value: tuple[GeneEntry, ...]) -> tuple[GeneEntry, ...]:
        if len(value) > GENE_LIMIT:
            raise ValueError(
                f"has {len(value):,} entries; the limit is {GENE_LIMIT:,}. Keep the most likely: "
                "so long a list says next to nothing"
            )
        return value

    @field_validator("letters")
    @classmethod
    def _letters(cls, value: tuple[LetterStretch, ...]) -> tuple[LetterStretch, ...]:
        if len(value) > LETTER_LIMIT:
            raise ValueError(f"has {len(value):,} entries; the limit is {LETTER_LIMIT:,}. Leave out the shortest")
        return tuple(sorted(value, key=lambda one: (one.note_start, one.note_end)))

    @field_validator("unmapped")
    @classmethod
    def _unmapped(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > PHRASE_LIMIT:
            raise ValueError(f"has {len(value)} phrases; the limit is {PHRASE_LIMIT}. Remove some")
        for phrase in value:
            if len(phrase) > PHRASE_LENGTH:
                raise ValueError(f"holds a phrase of more than {PHRASE_LENGTH} characters. Shorten it")
        return tuple(clean(phrase) for phrase in value)

    @field_validator("dropped")
    @classmethod
    def _dropped(cls, value: tuple[Dropped, ...]) -> tuple[Dropped, ...]:
        if len(value) > DROPPED_LIMIT:
            raise ValueError(f"has {len(value)} entries; the limit is {DROPPED_LIMIT}. Keep the latest ones")
        return value

    @field_validator("age")
    @classmethod
    def _age(cls, value: str | None) -> str | None:
        return _age_or_error(value, parse_age)

    @field_validator("onset")
    @classmethod
    def _onset(cls, value: str | None) -> str | None:
        return _age_or_error(value, parse_onset)

    def profile(self) -> Profile:
        """What the ranking reads of it."""
        findings = tuple(Finding(entry.term, entry.status, entry.onset) for entry in self.findings)
        genes = tuple(
            CandidateGene(entry.symbol, entry.id, entry.score, entry.zygosity, entry.inherited) for entry in self.genes
        )
        return Profile(findings=findings, sex=self.sex, age=self.age, onset=self.onset, genes=genes)

    def stored(self) -> dict[str, Any]:
        """Without genes and letters as it was before cases had any: versions of that time keep their digests."""
        data = self.model_dump(mode="json")
        for name in ("genes", "letters"):
            if not data[name]:
                del data[name]
        for entry in data["findings"]:
            if entry["letter"] is None:
                del entry["letter"]
        return data

    def without_letters(self) -> Content:
        """For what leaves the case, or comes from outside: a letter belongs to one case of one clinic."""
        if not self.letters and all(entry.letter is None for entry in self.findings):
            return self
        findings = tuple(entry.model_copy(update={"letter": None}) for entry in self.findings)
        return self.model_copy(update={"letters": (), "findings": findings})

    def digest(self) -> str:
        """sha256 of the canonical JSON: two versions with the same digest hold the same case."""
        text = json.dumps(self.stored(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def read_content(data: object) -> Content:
    """Validates untrusted data; raises `Invalid` that names every wrong field."""
    try:
        return Content.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)[:TOLD]
        raise InvalidMany([_problem(item) for item in found]) from None


_NOT_READ = {
    "string_type": ("is not a text", "Write it in double quotes."),
    "string_unicode": ("holds a broken character (half of a surrogate pair)", "Paste the text again."),
    "model_type": ("is not an object", "It should begin with {."),
    "tuple_type": ("is not a list", "It should begin with [."),
    "missing": ("is missing", "Add it."),
}


def _problem(item: Any) -> Invalid:
    field = ".".join(str(part) for part in item["loc"]) or "case"
    if item["type"] == "extra_forbidden":
        return Invalid(f"{field} is not a field of a case.", field=field, hint="Remove it, or check its spelling.")
    if item["type"] == "value_error":
        words = str(item["ctx"]["error"])
        what, _, remedy = words.partition(". ")
        return Invalid(f"{field} {what}.", field=field, hint=f"{remedy}." if remedy else "")
    if item["type"] in _NOT_READ:
        what, remedy = _NOT_READ[item["type"]]
        return Invalid(f"{field} {what}.", field=field, hint=remedy)
    return Invalid(f"{field}: {item['msg']}.", field=field, hint="Correct the value and send it again.")


def _term_or_error(value: str) -> str:
    value = value.strip()
    if not _TERM.match(value):
        raise ValueError("is not an HPO id. Write it as HP: and seven digits, for example HP:0001250")
    return value


def clean(value: str) -> str:
    found = _CONTROL.search(value)
    if found:
        raise ValueError(
            f"holds an invisible control character (U+{ord(found.group()):04X}) at position {found.start() + 1}. "
            "Remove it, or paste as plain text"
        )
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("holds a broken character (half of a surrogate pair). Paste the text again")
    return value


def _age_or_error(value: str | None, parse: Any) -> str | None:
    if value is None or not value.strip():
        return None
    try:
        parse(value.strip())
    except MalformedAge as error:
        raise ValueError(f"{error.message}. {error.hint}") from None
    return value.strip()
