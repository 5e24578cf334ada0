"""The first candidate, more closely: what speaks for it, against it, is not explained, was not asked.

Statements are those of the result, which are verified; each names its sources by the numbers of this report.
Nothing against it is left out or counted away.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnosis_app.cases.record import one_line
from diagnosis_app.reports import content as parts
from diagnosis_app.reports.content import Closer, Quoted, Side, Statement
from diagnosis_app.runs.models import Evidence, Run
from diagnosis_app.runs.result import Entry, Quarter, Source
from diagnosis_app.runs.result import Statement as Said
from retrieval.manifest import Manifest

FOR, MISSING = 4, 3  # statements written out; the others are counted
REFERENCES = 4  # of one source; the others are counted
SHORT = 12  # characters of a key that the result keeps
# What the annotations of each source are called in evidence; tests hold it against the name that is written there.
ANNOTATES = {"HPO annotations": "hpo", "Orphanet annotations": "orphanet"}
AND = " and "


class Numbers:
    """Counts the sources of the report in the order in which it names them."""

    def __init__(self, run: Run, manifest: Manifest | None) -> None:
        self._rows = {row.key[:SHORT]: row for row in run.evidence.all()}
        self._licences = {source.name: source.licence for source in manifest.sources} if manifest else None
        self._found: dict[tuple[str, str], Quoted] = {}

    @property
    def quoted(self) -> tuple[Quoted, ...]:
        return tuple(self._found.values())

    def of(self, source: Source) -> int:
        """Its number; words that an earlier quotation of the same source holds are not quoted again."""
        words = one_line(source.quoted)
        for key, known in self._found:
            if key == source.key and words in known:
                return self._found[key, known].number
        self._found[source.key, words] = self._quoted(source, words, len(self._found) + 1)
        return len(self._found)

    def _quoted(self, source: Source, words: str, number: int) -> Quoted:
        row = self._rows[source.key]
        references = [one_line(link.text) for link in source.links]
        if row.body.get("url"):
            references.append(one_line(str(row.body["url"])))
        return Quoted(
            number=number,
            words=words,
            name=one_line(source.name),
            version=one_line(source.version),
            place=one_line(_place(row)),
            licence=one_line(self._licence(row)),
            references=tuple(references[:REFERENCES]),
            more=source.more + max(0, len(references) - REFERENCES),
        )

    def _licence(self, row: Evidence) -> str:
        own = str(row.body.get("licence") or "")
        if own:
            return own
        names = [ANNOTATES[part] for part in row.source.split(AND) if part in ANNOTATES]
        if not names:
            return ""
        if self._licences is None:
            return _("licence not known here: the knowledge of the run is gone")
        return AND.join(self._licences[name] for name in names if self._licences.get(name))


def _place(row: Evidence) -> str:
    """Where the words stand: of a passage its text, chapter and page; of anything else as the source counts."""
    if row.kind != "passage":
        return row.locator
    parts = [str(row.body.get("title", "")), *(str(one) for one in row.body.get("section", ()))]
    if row.body.get("page"):
        parts.append(_("page %(n)s") % {"n": row.body["page"]})
    return ", ".join(part for part in parts if part) or row.locator


def closer_of(entry: Entry, numbers: Numbers) -> Closer:
    return Closer(
        entry.id,
        one_line(entry.name),
        (
            _shortened(
                parts.SPEAKS_FOR,
                _("For"),
                _("None of the findings is documented for it."),
                entry.supports,
                numbers,
            ),
            _whole(parts.SPEAKS_AGAINST, _("Against"), _("Nothing recorded against it."), entry.against, numbers),
            _whole(
                parts.NOT_EXPLAINED,
                _("Not explained"),
                _("It explains every finding that is present."),
                entry.unexplained,
                numbers,
            ),
            _not_asked(entry, numbers),
        ),
    )


def _shortened(kind: str, title: str, nothing: str, quarter: Quarter, numbers: Numbers) -> Side:
    told = tuple(_statement(one, numbers) for one in quarter.statements[:FOR])
    hidden = len(quarter.statements) - len(told)
    together = "" if hidden or not quarter.rest.parts else quarter.rest.together
    return Side(kind, title, nothing, told, hidden + len(quarter.rest.parts), together)


def _whole(kind: str, title: str, nothing: str, quarter: Quarter, numbers: Numbers) -> Side:
    told = [_statement(one, numbers) for one in quarter.statements]
    told += [Statement(one_line(part.words), part.value, ()) for part in quarter.rest.parts]
    return Side(kind, title, nothing, tuple(told))


def _not_asked(entry: Entry, numbers: Numbers) -> Side:
    told = tuple(_statement(one, numbers) for one in entry.missing[:MISSING])
    nothing = _("Every frequent finding of it is already entered.")
    return Side(parts.NOT_ASKED, _("Not yet asked"), nothing, told, len(entry.missing) - len(told))


def _statement(said: Said, numbers: Numbers) -> Statement:
    sources = tuple(numbers.of(source) for source in said.sources)
    return Statement(one_line(said.text), said.value, sources, said.doubt)
