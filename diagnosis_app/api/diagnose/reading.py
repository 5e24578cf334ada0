"""A text as the content of a case, with a remark on everything that was replaced or left out.

The documents are read by `interop`, the note by the knowledge's reader; this only brings them into
one form. Of a note, what was recognised as present or absent is ranked without anybody having
confirmed it: the remarks say which words led to which finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from diagnosis_app.api.diagnose.kind import Kind
from diagnosis_app.cases.content import FINDING_LIMIT, NOTE_LIMIT, PHRASE_LENGTH, Content, FindingEntry
from diagnosis_app.errors import Invalid, TooLarge
from diagnosis_app.interop.phenopackets import Imported, Level, read_phenopacket
from diagnosis_app.interop.terms_file import read_terms
from retrieval.knowledge import Knowledge
from retrieval.model import Status
from retrieval.phenotype_text.reader import Mention

_IN_WORDS = {Level.NOTE: "note", Level.CHANGED: "changed", Level.LOST: "left out", Level.PROBLEM: "problem"}
_STATUS = {
    Status.PRESENT: "present",
    Status.EXCLUDED: "excluded",
    Status.UNCERTAIN: "uncertain, not ranked",
    Status.FAMILY: "in a relative, not ranked",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """What became of a part of the file. `level`: note, changed, left out, problem, read."""

    level: str
    field: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"level": self.level, "field": self.field, "message": self.message}


@dataclass(frozen=True, slots=True)
class Reading:
    kind: Kind
    content: Content
    remarks: tuple[Remark, ...]


def read(text: str, kind: Kind, knowledge: Knowledge) -> Reading:
    """Raises `ClinicError` for what cannot be read at all."""
    if kind is Kind.NOTE:
        return _note(text, knowledge)
    if kind is Kind.TERMS:
        imported = read_terms(text, knowledge.ontology)
    else:
        imported = read_phenopacket(text, knowledge.ontology)
    return Reading(kind, imported.content, tuple(_remarks(imported)))


def _remarks(imported: Imported) -> Iterator[Remark]:
    for note in imported.report:
        message = f"{note.message} {note.hint}" if note.hint else note.message
        yield Remark(_IN_WORDS[note.level], note.path, message)


def _note(text: str, knowledge: Knowledge) -> Reading:
    if len(text) > NOTE_LIMIT:
        raise TooLarge(
            f"The note has {len(text):,} characters; the limit is {NOTE_LIMIT:,}.",
            field="note",
            hint="Shorten it to the part that describes this patient.",
        )
    mentions = knowledge.reader.read(text)
    first: dict[tuple[str, Status], Mention] = {}
    for mention in mentions:
        first.setdefault((mention.term, mention.status), mention)
    if not first:
        raise Invalid(
            "No finding was recognised in this text.",
            field="note",
            hint="The reader knows English names and synonyms of HPO. Give HPO ids, one a line, instead.",
            code="note.nothing_recognised",
        )
    chosen = list(first.values())[:FINDING_LIMIT]
    remarks = [_told(text, mention) for mention in chosen]
    if len(first) > len(chosen):
        remarks.append(Remark("left out", "note", f"{len(first) - len(chosen)} findings beyond {FINDING_LIMIT}."))
    content = Content(findings=tuple(_entry(mention) for mention in chosen))
    return Reading(Kind.NOTE, content, tuple(remarks))


def _entry(mention: Mention) -> FindingEntry:
    return FindingEntry(
        term=mention.term,
        label=mention.label,
        status=mention.status,
        origin="note",
        quote=_plain(mention.text)[:PHRASE_LENGTH],
    )


def _told(text: str, mention: Mention) -> Remark:
    line = text.count("\n", 0, mention.start) + 1
    cue = f", because of “{_plain(mention.cue)}”" if mention.cue else ""
    words = f"“{_plain(mention.text)}”: {mention.term} {mention.label}, {_STATUS[mention.status]}{cue}."
    return Remark("read", f"line {line}", words)


def _plain(text: str) -> str:
    """One line, without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
