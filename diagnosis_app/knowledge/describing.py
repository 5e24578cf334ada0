"""What a person says of uploaded files before they are read: their kind, and what only a person knows of them.

Which kinds there are, which endings they take and what they ask comes from the registry of sources; this
only draws the questions and reads the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from corpus_ingest import sources
from corpus_ingest.kind import Asked, SourceKind
from corpus_ingest.sources import documents
from corpus_ingest.sources.documents.about import AboutInvalid
from diagnosis_app.errors import Invalid
from diagnosis_app.knowledge import tables
from diagnosis_app.knowledge.tables import Table
from diagnosis_app.knowledge.uploads import Upload

OF_ONE = frozenset({"title"})  # asked of each file; everything else is the same for all files of a kind
LONGEST = 500  # characters of an answer
CHECKS = frozenset({"redistributable"})
ELSEWHERE = frozenset({"columns"})  # asked with the head of the table before one's eyes


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form."""

    name: str  # of the field
    asked: str  # by which name the kind knows it
    title: str
    hint: str
    required: bool
    value: str
    check: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """One upload with the kinds that can read it."""

    upload: Upload
    kinds: tuple[SourceKind, ...]
    chosen: str
    questions: tuple[Question, ...]
    table: Table | None = None  # of a CSV: its columns and first rows, to say which column is what


@dataclass(frozen=True, slots=True)
class Form:
    """`problems` names what has to be mended; nothing is handed over while there is one."""

    files: tuple[File, ...]
    shared: tuple[tuple[str, tuple[Question, ...]], ...]  # (title of the kind, its questions)
    problems: tuple[Invalid, ...] = field(default=())


def form(uploads: Sequence[Upload], said: Mapping[str, str] | None = None) -> Form:
    """The questions, with what was answered before. `said` None: nothing was answered yet, nothing is wrong yet."""
    files, wanted, problems = [], dict[str, SourceKind](), list[Invalid]()
    for upload in uploads:
        able = readers(upload.name)
        chosen = _chosen(upload, able, said)
        if chosen is None:
            problems.append(_unreadable(upload))
        else:
            wanted.setdefault(chosen.name, chosen)
            if upload.size > chosen.largest:
                problems.append(_too_large(upload, chosen))
        questions = _questions(chosen, said, upload, problems) if chosen else ()
        table = tables.of(upload, said) if chosen and chosen.name == tables.KIND else None
        files.append(File(upload, able, chosen.name if chosen else "", questions, table))
        if table and said is not None:
            problems.extend(table.problems)
    shared = tuple((_(one.title), _questions(one, said, None, problems)) for one in wanted.values())
    made = Form(tuple(files), tuple(one for one in shared if one[1]))
    if said is None:
        return made
    return replace(made, problems=tuple(problems or _unfit(made)))


def answers(made: Form) -> list[tuple[Upload, str, dict[str, str]]]:
    """(upload, kind, what was said of it) of a form without problems."""
    by_kind: dict[str, dict[str, str]] = {}
    for _title, questions in made.shared:
        for one in questions:
            by_kind.setdefault(one.name.split(".")[0], {})[one.asked] = one.value
    found = []
    for file in made.files:
        about = dict(by_kind.get(file.chosen, {})) | {one.asked: one.value for one in file.questions}
        if file.table:
            about |= file.table.said
        found.append((file.upload, file.chosen, {name: value for name, value in about.items() if value}))
    return found


def _unfit(made: Form) -> list[Invalid]:
    """What the source of documents could not use of the answers: said now, and not when it is read."""
    found: dict[str, Invalid] = {}
    for _upload, kind, about in answers(made):
        if kind == documents.NAME:
            try:
                documents.About.of(about)
            except AboutInvalid as error:
                found.setdefault(error.field, Invalid(error.message, field=f"{kind}.{error.field}", hint=error.hint))
    return list(found.values())


def readers(name: str) -> tuple[SourceKind, ...]:
    """The kinds that take a file of this name. The name only offers; the content decides when it is read."""
    ending = PurePosixPath(name.lower()).suffix
    return tuple(one for one in reversed(sources.kinds()) if ending and ending in one.accepts)


def _chosen(upload: Upload, able: Sequence[SourceKind], said: Mapping[str, str] | None) -> SourceKind | None:
    asked = (said or {}).get(f"kind-{upload.id}", "")
    return next((one for one in able if one.name == asked), able[0] if able else None)


def _unreadable(upload: Upload) -> Invalid:
    return Invalid(
        _("No kind of source reads a file like %(name)s.") % {"name": upload.name},
        field=f"kind-{upload.id}",
        hint=_("Take it away, or save it as PDF, HTML, DOCX, Markdown, text, JSONL or CSV."),
    )


def _too_large(upload: Upload, kind: SourceKind) -> Invalid:
    allowed = {"name": upload.name, "what": _(kind.title), "n": kind.largest // 1024**2}
    return Invalid(
        _("%(name)s is larger than %(n)s MB, the most for %(what)s.") % allowed,
        field=f"kind-{upload.id}",
        hint=_("Split it, or leave out its pictures."),
    )


def _questions(
    kind: SourceKind, said: Mapping[str, str] | None, upload: Upload | None, problems: list[Invalid]
) -> tuple[Question, ...]:
    """Those of one file, or those that all files of the kind share."""
    found = []
    for asked in kind.asks:
        if (asked.name in OF_ONE) != (upload is not None) or asked.name in ELSEWHERE:
            continue
        name = f"{kind.name}.{asked.name}" + (f"-{upload.id}" if upload else "")
        question = _question(name, asked, said, upload)
        if question.problem:
            problems.append(Invalid(question.problem, field=name, hint=question.hint))
        found.append(question)
    return tuple(found)


def _question(name: str, asked: Asked, said: Mapping[str, str] | None, upload: Upload | None) -> Question:
    check = asked.name in CHECKS
    given = (said or {}).get(name, "").replace("\x00", "")  # which no database stores in JSON
    value = ("yes" if check and given else given).strip()[:LONGEST]
    missing = said is not None and asked.required and not value
    problem = _("%(what)s is missing.") % {"what": _(asked.title)} if missing else ""
    return Question(
        name, asked.name, _(asked.title), _(asked.hint) if asked.hint else "", asked.required, value, check, problem
    )
