"""A comparison arranged for reading: the rows, the chart, why each candidate moved, and the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.compare.actions import Comparison
from diagnosis_app.compare.causes import Cause
from diagnosis_app.compare.chart import chart
from diagnosis_app.compare.differing import OUTCOME
from diagnosis_app.compare.evidence import Piece
from diagnosis_app.compare.moves import LEVEL, Move
from diagnosis_app.compare.side import Side
from diagnosis_app.compare.sums import total
from diagnosis_app.compare.words import cause_words, move_words, term_title, term_words
from diagnosis_app.runs.models import Outcome
from diagnosis_app.runs.narration import reason

FIRST = 10  # candidates of either side whose moves stand open; what moved further down is folded away
PIECES = 6  # of evidence shown at once
MORE = 60  # and when opened; the rest are counted


@dataclass(frozen=True, slots=True)
class TermLine:
    title: str
    a: str
    b: str
    change: str
    cause: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate of the table."""

    id: str
    name: str
    a: str
    b: str
    sign: str  # up, down, same
    words: str
    score_a: str
    score_b: str
    change: str
    terms: tuple[TermLine, ...]
    level: int  # terms that are the same on both sides: counted, not listed


@dataclass(frozen=True, slots=True)
class Held:
    """One column of evidence."""

    title: str
    count: int
    shown: tuple[Piece, ...]
    folded: tuple[Piece, ...]
    more: int  # than stand open
    left: int  # of them are not listed


@dataclass(frozen=True, slots=True)
class Page:
    comparison: Comparison
    wide: SafeString
    narrow: SafeString
    lines: tuple[Line, ...]
    further: tuple[Line, ...]
    stayed: tuple[Line, ...]
    summary: str
    caveats: tuple[str, ...]
    no_list: tuple[str, ...]
    evidence: tuple[Held, ...]


def page_of(found: Comparison) -> Page:
    moved = found.moves.moved()
    first = [one for one in moved if found.moves.best(one) <= FIRST]
    further = [one for one in moved if found.moves.best(one) > FIRST]
    stayed = [one for one in found.moves.first(FIRST) if not one.moved and abs(one.amount or 0.0) >= LEVEL]
    wide, narrow = chart(found.moves)
    return Page(
        comparison=found,
        wide=wide,
        narrow=narrow,
        lines=tuple(_line(one, found) for one in first),
        further=tuple(_line(one, found) for one in further),
        stayed=tuple(_line(one, found) for one in stayed),
        summary=summary(found, first),
        caveats=tuple(caveats(found)),
        no_list=tuple(no_list(found)),
        evidence=_evidence(found),
    )


def summary(found: Comparison, moved: Sequence[Move]) -> str:
    """What moved those among the first, in one or two sentences."""
    if not found.both_ranked:
        return ""
    if not moved:
        return _("None of the first %(n)s moved.") % {"n": FIRST}
    passed = sum(one.only_passed for one in moved)
    counted = Counter(one.cause for one in moved if one.cause is not None)
    candidates = ngettext(
        "%(n)s candidate among the first %(m)s of either run moved.",
        "%(n)s candidates among the first %(m)s of either run moved.",
        len(moved),
    )
    said = [candidates % {"n": len(moved), "m": FIRST}]
    if counted:
        told = [f"{cause_words(cause)} ({n})" for cause, n in counted.most_common()]
        said.append(_("What moved them most: %(causes)s.") % {"causes": ", ".join(told)})
    if passed:
        said.append(ngettext("%(n)s was only passed.", "%(n)s were only passed.", passed) % {"n": passed})
    return " ".join(said)


def caveats(found: Comparison) -> list[str]:
    """What the comparison cannot tell, and what should not be."""
    between = found.between
    told = []
    if _unexplained(found):
        told.append(
            _("Nothing that was recorded differs, and still the lists do. This should not be: tell the operator.")
        )
    if any(term.traced.cause is Cause.UNTOLD for one in found.moves.all for term in one.terms):
        told.append(
            _(
                "Several things differ that can move the same term of a sum. Where the stored term does not show which "
                "of them did, all are named: “the knowledge or the scoring”."
            )
        )
    if between.code:
        told.append(
            _("The code differs too. Where something else explains a term, a change of the code would not show in it.")
        )
    return told


def _unexplained(found: Comparison) -> bool:
    """Whether the runs stood on the same, and their lists differ by more than one of them being stopped can do."""
    differing = {row.name for row in found.rows if row.differs}
    if differing - {OUTCOME}:
        return False
    # The objections of one run alone have their reason; and a model may find another thing when it is asked again.
    if differing or found.between.a.pinned("model"):
        terms = [term for one in found.moves.all for term in one.terms]
        return any(one.traced.cause is Cause.UNKNOWN and abs(one.change.amount) >= LEVEL for one in terms)
    return any(one.moved or abs(one.amount or 0.0) >= LEVEL for one in found.moves.all)


def no_list(found: Comparison) -> list[str]:
    """Why there are no ranks to compare; empty where both runs show a list."""
    between = found.between
    return [words for name, side in (("A", between.a), ("B", between.b)) if (words := without_list(side, name))]


def without_list(side: Side, name: str) -> str:
    run = side.run
    if side.sums:
        return ""
    if run.outcome == Outcome.FAILED:
        message = str(run.error.get("message") or _("The investigation could not be finished."))
        return _("Run %(run)s failed: %(why)s") % {"run": name, "why": message}
    if run.outcome == Outcome.CANCELLED:
        return _("Run %(run)s was cancelled before anything was ranked.") % {"run": name}
    reasons = " ".join(reason(code) for code in run.reasons)
    return _("Run %(run)s shows no list. %(why)s") % {"run": name, "why": reasons}


def _line(one: Move, found: Comparison) -> Line:
    moves, between = found.moves, found.between
    different = [term for term in one.terms if term.traced.cause is not Cause.SAME]
    terms = tuple(
        TermLine(
            title=term_title(term.change.one),
            a=fine(term.change.before.value) if term.change.before else "",
            b=fine(term.change.after.value) if term.change.after else "",
            change=fine(term.change.amount),
            cause=cause_words(term.traced.cause),
            words=term_words(term, between),
        )
        for term in different
    )
    return Line(
        id=one.one.disease,
        name=one.one.name,
        a=str(one.a.rank) if one.a is not None else _("after %(kept)s") % {"kept": moves.kept_a},
        b=str(one.b.rank) if one.b is not None else _("after %(kept)s") % {"kept": moves.kept_b},
        sign=("up" if one.up else "down") if one.moved else "same",
        words=move_words(one, moves, between),
        score_a=fine(one.a.score).removeprefix("+") if one.a is not None else "",
        score_b=fine(one.b.score).removeprefix("+") if one.b is not None else "",
        change=fine(total(term.change for term in one.terms)) if one.amount is not None else "",
        terms=terms,
        level=len(one.terms) - len(different),
    )


def fine(value: float) -> str:
    """With two decimals, so that a reader can add the terms up."""
    text = f"{abs(value):.2f}"
    if text == "0.00":
        return text
    return f"+{text}" if value > 0 else f"\u2212{text}"


def _evidence(found: Comparison) -> tuple[Held, ...]:
    parts = (
        (_("Evidence only in A"), found.evidence.only_a),
        (_("In both"), found.evidence.both),
        (_("Only in B"), found.evidence.only_b),
    )
    return tuple(
        Held(
            title,
            len(pieces),
            pieces[:PIECES],
            pieces[PIECES:MORE],
            more=max(0, len(pieces) - PIECES),
            left=max(0, len(pieces) - MORE),
        )
        for title, pieces in parts
    )
