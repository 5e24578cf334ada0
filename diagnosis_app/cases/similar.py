"""Cases like a patient, beside the patient: published ones and the team's own. The table of the page, in words.

It formats and chooses what stands beside what; who resembles whom is `retrieval`'s. A case that shares
no finding with the patient is listed, never put side by side: there would be nothing to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.cases.content import Content, FindingEntry
from diagnosis_app.cases.published import Paper, genes_of, id_links, papers, patient
from diagnosis_app.cases.side_by_side import Beside, Cell, beside, status_cell
from diagnosis_app.local_cases.bank import bank_of
from frontend.words import source_url
from retrieval.cases import CaseBank, match
from retrieval.knowledge import Knowledge
from retrieval.model import Profile, Status
from retrieval.ranking import rankable
from retrieval.search.client import Client, Note
from retrieval.search.similar import Found, NearTerm, Similar, Way, similar_cases

TOGETHER = 3  # published cases beside the patient at once
OWN = 2  # of the team's, beside them
MOST = 50  # cases in the list
EXTRA = 5  # further findings of a case that are named beside the patient
ROWS = 40  # findings of the patient in the table
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Column:
    """One published case."""

    id: str
    place: int  # in the list, from 1
    letter: str
    who: str
    diagnosis: str
    diagnoses: tuple[tuple[str, str], ...]  # id, address
    genes: str
    shared: str
    likeness: str
    ways: tuple[str, ...]
    papers: tuple[Paper, ...]
    extra: tuple[str, ...]
    further: int
    local: bool = False  # a case of the team's own


@dataclass(frozen=True, slots=True)
class Row:
    term: str
    label: str
    url: str
    here: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The patient and some cases, finding by finding. `first` and `last` are places among `comparable`, which are
    published; the team's own stand behind them."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    further: int  # findings of the patient without a row
    first: int
    last: int
    comparable: int
    before: int | None  # where the cases before these begin
    after: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    """`state`: ready, no_bank, no_findings or nothing (no case resembles the patient)."""

    state: Literal["ready", "no_bank", "no_findings", "nothing"]
    bank: int
    total: int = 0
    table: Table | None = None
    note: str = ""
    meant: tuple[str, ...] = ()
    own: int = 0  # cases of the team that were compared


@dataclass(frozen=True, slots=True)
class Own:
    """The team's cases that are like the patient, by findings alone, the most similar first."""

    bank: CaseBank | None = None
    found: tuple[Found, ...] = ()

    @property
    def size(self) -> int:
        return self.bank.size if self.bank is not None else 0


def own_cases(team_id: int, case_id: UUID, knowledge: Knowledge, content: Content, limit: int = OWN) -> Own:
    """Compared as published ones are. What was kept of this very case is left out; another team's never come in."""
    bank = bank_of(team_id, knowledge, apart_from=case_id)
    if bank is None:
        return Own()
    near = match(bank, rankable(knowledge.ontology, content.profile()), limit=limit)
    found = (Found(one.id, one.position, (Way.FINDINGS,), (at,), one) for at, one in enumerate(near, 1))
    return Own(bank, tuple(found))


def found_for(knowledge: Knowledge, content: Content) -> Similar:
    """The fused list of a case: by findings, by the note, and by its phrases without a term."""
    profile = rankable(knowledge.ontology, content.profile())
    return similar_cases(knowledge, profile, content.note, phrases=content.unmapped, search=_client(), limit=MOST)


def panel(content: Content, *, team_id: int, case_id: UUID, start: int = 0, snapshot: str | None = None) -> Panel:
    """What stands beside the patient, from the case at `start` on. Raises the errors of a snapshot that is away."""
    knowledge = library.current() if snapshot is None else library.snapshot(snapshot)
    own = own_cases(team_id, case_id, knowledge, content)
    bank = knowledge.cases.size
    if not bank and not own.size:
        return Panel("no_bank", 0)
    if not any(entry.status == Status.PRESENT for entry in content.findings) and not content.note.strip():
        return Panel("no_findings", bank, own=own.size)
    similar = found_for(knowledge, content) if bank else Similar(())
    if not similar.found and not own.found:
        return Panel("nothing", bank, note=note_words(similar.note), own=own.size)
    return Panel(
        "ready",
        bank,
        len(similar.found),
        table_of(knowledge, content, similar, start, own),
        note_words(similar.note),
        meant_words(knowledge, similar.terms),
        own.size,
    )


def table_of(knowledge: Knowledge, content: Content, similar: Similar, start: int, own: Own) -> Table | None:
    comparable = [(place, one) for place, one in enumerate(similar.found, 1) if one.compared is not None]
    if not comparable and not own.found:
        return None
    start = min(start, max(0, len(comparable) - 1)) // TOGETHER * TOGETHER
    chosen = comparable[start : start + TOGETHER]
    entries = _rows_of(content)
    compared = [beside(knowledge.cases, one) for _place, one in chosen]
    columns = [column(knowledge, knowledge.cases, content, one, place) for place, one in chosen]
    if own.bank is not None:
        compared += [beside(own.bank, one) for one in own.found]
        columns += [own_column(knowledge, own.bank, content, one, place) for place, one in enumerate(own.found, 1)]
    end = start + len(chosen)
    return Table(
        columns=tuple(columns),
        rows=tuple(_row(entry, compared) for entry in entries[:ROWS]),
        further=max(0, len(entries) - ROWS),
        first=start + 1,
        last=end,
        comparable=len(comparable),
        before=start - TOGETHER if start else None,
        after=end if end < len(comparable) else None,
    )


def own_column(knowledge: Knowledge, bank: CaseBank, content: Content, one: Found, place: int) -> Column:
    """A case of the team, with a number where published ones have a letter."""
    return replace(column(knowledge, bank, content, one, place), letter=str(place), local=True)


def column(knowledge: Knowledge, bank: CaseBank, content: Content, one: Found, place: int) -> Column:
    """A case of the list in words."""
    case, ontology = bank.case(one.position), knowledge.ontology
    present = _counted(content.profile(), knowledge)
    compared = one.compared
    extra = compared.extra if compared else tuple(f.term for f in case.findings if f.status == Status.PRESENT)
    rows = {entry.term for entry in _rows_of(content)[:ROWS]}
    extra = tuple(term for term in extra if term not in rows)
    labels = [ontology.label(i) for term in extra if (i := ontology.index(term)) is not None]
    return Column(
        id=case.id,
        place=place,
        letter=_LETTERS[place - 1] if place <= len(_LETTERS) else str(place),
        who=patient(case),
        diagnosis=case.diagnosis or ", ".join(case.diagnoses),
        diagnoses=id_links(case.diagnoses),
        genes=genes_of(case),
        shared=_("%(n)s of %(m)s") % {"n": len(compared.shared) if compared else 0, "m": present},
        likeness=f"{compared.similarity:.2f}" if compared else "",
        ways=tuple(way_words()[way] for way in one.ways),
        papers=papers(case),
        extra=tuple(labels[:EXTRA]),
        further=max(0, len(labels) - EXTRA),
    )


def way_words() -> dict[Way, str]:
    """Which way a case came."""
    return {
        Way.FINDINGS: _("by findings"),
        Way.TEXT: _("by the text of the note"),
        Way.PHRASES: _("by phrases without a term"),
    }


def note_words(note: Note) -> str:
    """What a reader should know of a list that was made without the search by meaning."""
    return {
        Note.AWAY: _("Search by meaning is not running: cases are found by findings, and texts by their words only."),
        Note.LOADING: _(
            "Search by meaning is still loading: so far cases are found by findings, and texts by their words only."
        ),
        Note.NO_EMBEDDER: _(
            "Search by meaning has no model on this machine: cases are found by findings, texts by their words only."
        ),
    }.get(note, "")


def meant_words(knowledge: Knowledge, terms: Sequence[NearTerm]) -> tuple[str, ...]:
    """What each phrase without a term was taken to mean, for a person to judge."""
    said = []
    for phrase in dict.fromkeys(near.phrase for near in terms):
        meant = [near for near in terms if near.phrase == phrase]
        ids = dict.fromkeys(near.term for near in meant)
        labels = ", ".join(
            knowledge.ontology.label(i) for term in ids if (i := knowledge.ontology.index(term)) is not None
        )
        values = {"phrase": phrase, "terms": labels}
        if all(near.doubtful for near in meant):
            said.append(_("“%(phrase)s” may mean a finding or its opposite (%(terms)s): not searched for.") % values)
        else:
            said.append(_("“%(phrase)s” was searched for as %(terms)s.") % values)
    return tuple(said)


def _rows_of(content: Content) -> list[FindingEntry]:
    """Present findings first, then what is absent, then uncertain; what relatives have is not compared."""
    order = {Status.PRESENT: 0, Status.EXCLUDED: 1, Status.UNCERTAIN: 2}
    mine = [entry for entry in content.findings if entry.status in order]
    return sorted(mine, key=lambda entry: order[entry.status])


def _row(entry: FindingEntry, compared: Sequence[Beside]) -> Row:
    return Row(
        term=entry.term,
        label=entry.label or entry.term,
        url=source_url(entry.term),
        here=status_cell(entry.status),
        cells=tuple(one.cell(entry.term, entry.status) for one in compared),
    )


def _counted(profile: Profile, knowledge: Knowledge) -> int:
    """Present findings that can be compared, each once."""
    usable = rankable(knowledge.ontology, profile)
    return len({finding.term for finding in usable.findings if finding.status == Status.PRESENT})


@lru_cache(maxsize=1)
def _client() -> Client:
    """One for the process: it remembers that nobody answered, so that pages do not queue up for it."""
    return Client(Path(settings.RETRIEVAL_SOCKET))
