"""What separates two candidates, in words and places: the dot plot of frequencies, the tests and the genes.

It formats; which finding separates, and by how much, is the ranking's. The same pair and the same
snapshot give the same comparison, so the last few are remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corpus_ingest import library
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.examination_words import examination_name
from diagnosis_app.cases.explanation import Link, frequency_words
from frontend.words import source_url
from retrieval.model import FrequencyKind, Profile
from retrieval.ranking import Comparison, rankable
from retrieval.ranking.discriminate import Compared, Separating, Side, Tested

REFERENCES = 4  # of one row; the rest are counted
LITTLE = 5  # documented findings; fewer are said to be few
UNSTATED = 50  # per cent: where a finding without a stated frequency is drawn


@dataclass(frozen=True, slots=True)
class Dot:
    """One disease on the line of a finding."""

    place: str  # per cent
    sort: str  # stated, unstated, none
    words: str
    references: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Line:
    term: str
    label: str
    url: str
    one: Dot
    other: Dot
    spoken: str
    status: str
    known: bool
    towards: str  # whom the patient's status speaks for
    because_of: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of the table: a test, a gene, inheritance or onset, and whether it separates them."""

    what: str
    gene: bool
    answer: str
    words: str


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Separates:
    one: str
    other: str
    lines: tuple[Line, ...]
    further: int
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...]
    choices: tuple[Choice, ...]


def comparison_of(content: Content, one: str, other: str, *, snapshot: str | None = None) -> Comparison:
    """Raises `UnknownDisease`, and the errors of a snapshot that is away."""
    knowledge = library.current() if snapshot is None else library.snapshot(snapshot)
    return _compared(knowledge.id, rankable(knowledge.ontology, content.profile()), one, other)


def rival(candidates: Sequence[tuple[str, str]], disease: str) -> str | None:
    """Whom to compare with unless somebody else is chosen: the next candidate; for the last, the one before."""
    ids = [id for id, _name in candidates]
    if disease not in ids:
        return ids[0] if ids else None
    at = ids.index(disease)
    return ids[at + 1] if at + 1 < len(ids) else ids[at - 1] if at else None


def separates(found: Comparison, candidates: Sequence[tuple[str, str]], *, snapshot: str | None = None) -> Separates:
    """`candidates` are (id, name) of those one may compare with."""
    one, other = found.one, found.other
    labels = _Labels(snapshot)
    return Separates(
        one=one.name,
        other=other.name,
        lines=tuple(_line(row, one, other, labels) for row in found.findings),
        further=found.further,
        verdicts=tuple(_verdicts(found)),
        remarks=tuple(_remarks(found)),
        choices=tuple(Choice(id, name, id == other.id) for id, name in candidates if id != one.id),
    )


@lru_cache(maxsize=128)
def _compared(snapshot: str, profile: Profile, one: str, other: str) -> Comparison:
    return library.snapshot(snapshot).ranker.compare(profile, one, other)


class _Labels:
    def __init__(self, snapshot: str | None) -> None:
        self._ontology = (library.current() if snapshot is None else library.snapshot(snapshot)).ontology

    def __call__(self, term: str) -> str:
        index = self._ontology.index(term)
        return self._ontology.label(index) if index is not None else term


def _line(row: Separating, one: Compared, other: Compared, labels: _Labels) -> Line:
    here, there = _dot(row.one, labels), _dot(row.other, labels)
    points = row.points_to_one
    return Line(
        term=row.term,
        label=row.label,
        url=source_url(row.term),
        one=here,
        other=there,
        spoken=_("%(finding)s: %(here)s in %(one)s; %(there)s in %(other)s")
        % {"finding": row.label, "here": here.words, "one": one.name, "there": there.words, "other": other.name},
        status=_statuses()[row.status],
        known=points is not None,
        towards="" if points is None else one.name if points else other.name,
        because_of=labels(row.because_of) if row.because_of else "",
    )


def _dot(side: Side, labels: _Labels) -> Dot:
    if side.frequency is None:
        return Dot("0", "none", _("not described"), (), 0)
    often = frequency_words(side.frequency)
    if side.absent:
        words, sort, place = _("described as absent: %(often)s") % {"often": often}, "stated", 0.0
    elif side.frequency.kind == FrequencyKind.UNKNOWN:
        words, sort, place = often, "unstated", float(UNSTATED)
    else:
        words, sort, place = often, "stated", 100 * side.frequency.value
    if side.matched:
        words = _("%(often)s, as %(matched)s") % {"often": words, "matched": labels(side.matched)}
    return Dot(
        place=f"{place:.0f}",
        sort=sort,
        words=words.removesuffix(": "),
        references=tuple(Link(name, source_url(name)) for name in side.references[:REFERENCES]),
        more=max(0, len(side.references) - REFERENCES),
    )


def _verdicts(found: Comparison) -> list[Verdict]:
    rows = [_of_test(test, found) for test in found.tests]
    rows += [
        Verdict(symbol, True, _("Not by itself."), _("Variants of it are described in both."))
        for symbol in found.shared_genes
    ]
    for side in (found.one, found.other):
        rows += [
            Verdict(symbol, True, _("Yes."), _("Only in %(disease)s.") % {"disease": side.name})
            for symbol in side.genes
            if symbol not in found.shared_genes
        ]
    rows += _inheritance(found)
    return rows + _onset(found)


def _of_test(test: Tested, found: Comparison) -> Verdict:
    what = examination_name(test.examination)
    if not test.separates:
        return Verdict(what, False, _("No."), _("%(finding)s: alike in both.") % {"finding": test.label})
    name = found.one.name if test.more_in_one else found.other.name
    return Verdict(what, False, _("Yes."), _("%(finding)s in %(disease)s.") % {"finding": test.label, "disease": name})


def _inheritance(found: Comparison) -> list[Verdict]:
    one, other = found.one, found.other
    if not one.inheritance or not other.inheritance:
        return []
    shared = [label for id, label in one.inheritance if (id, label) in other.inheritance]
    what = _("Inheritance")
    if set(one.inheritance) == set(other.inheritance):
        return [Verdict(what, False, _("No."), _("%(modes)s in both.") % {"modes": _names(one.inheritance)})]
    answer = _("Not by itself.") if shared else _("Yes.")
    return [Verdict(what, False, answer, _each(_names(one.inheritance), _names(other.inheritance), found))]


def _onset(found: Comparison) -> list[Verdict]:
    one, other = found.one, found.other
    if found.same_onset is None or not one.onset or not other.onset:
        return []
    if found.same_onset:
        return [Verdict(_("Onset"), False, _("No."), _("The ages described overlap."))]
    return [Verdict(_("Onset"), False, _("Yes."), _each(_names(one.onset), _names(other.onset), found))]


def _each(here: str, there: str, found: Comparison) -> str:
    return _("%(here)s in %(one)s, %(there)s in %(other)s.") % {
        "here": here,
        "one": found.one.name,
        "there": there,
        "other": found.other.name,
    }


def _names(terms: Sequence[tuple[str, str]]) -> str:
    return ", ".join(label for _id, label in terms)


def _remarks(found: Comparison) -> list[str]:
    said = []
    if found.series:
        said.append(_("Both belong to one numbered series (%(series)s).") % {"series": found.series})
    if found.allelic:
        said.append(
            ngettext(
                "Both are described with variants of %(genes)s: sequencing alone does not separate them.",
                "Both are described with variants of %(genes)s: sequencing alone does not separate them.",
                len(found.shared_genes),
            )
            % {"genes": ", ".join(found.shared_genes)}
        )
    for side in (found.one, found.other):
        if side.documented < LITTLE:
            said.append(
                ngettext(
                    "Little is documented of %(disease)s: %(n)s finding.",
                    "Little is documented of %(disease)s: %(n)s findings.",
                    side.documented,
                )
                % {"disease": side.name, "n": side.documented}
            )
    return said


def _statuses() -> dict[str, str]:
    return {
        "present": _("present"),
        "excluded": _("absent"),
        "uncertain": _("uncertain"),
        "family": _("in a relative"),
        "not_asked": _("not asked"),
    }
