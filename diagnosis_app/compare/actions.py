"""Comparing two investigations of one case. Page and API come through here; every run that is read leaves a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases.models import Case
from diagnosis_app.compare.beyond import Beyond
from diagnosis_app.compare.causes import Between
from diagnosis_app.compare.differing import Row, rows
from diagnosis_app.compare.evidence import Shared, shared
from diagnosis_app.compare.moves import Moves, moves
from diagnosis_app.compare.side import Side
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.review.blinding import marks_withheld
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run, State


class NotEnded(Invalid):
    """A run that is still under way has no result to compare."""

    code = "run.not_ended"


class TooFewRuns(Invalid):
    """The case has no two runs that have ended."""

    code = "run.nothing_to_compare"


@dataclass(frozen=True, slots=True)
class Comparison:
    between: Between
    rows: tuple[Row, ...]
    moves: Moves
    evidence: Shared

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)

    @property
    def both_ranked(self) -> bool:
        return bool(self.between.a.sums and self.between.b.sums)


def ended(actor: Actor, case: Case) -> list[Run]:
    """The runs of the case that can be compared, newest first. The caller has read the case."""
    return [run for run in runs.runs_of(actor, case) if run.state == State.ENDED]


def compare(actor: Actor, case: Case, a: str = "", b: str = "") -> Comparison:
    """Two ended runs of the case; the two newest where none is named. Refuses, by field, what is no such run."""
    actor.require(Verb.RUN_READ, case)
    one, other = _chosen(runs.runs_of(actor, case), a, b)
    blind = marks_withheld(actor, case.team_id)
    sides = [Side(runs.read_run(actor, run.pk, part="compare"), blind=blind) for run in (one, other)]
    between = Between(*sides)
    both = bool(between.a.sums and between.b.sums)
    return Comparison(
        between=between,
        rows=rows(between.a, between.b),
        moves=moves(between, Beyond(between.a), Beyond(between.b)) if both else Moves((), 0, 0),
        evidence=shared(between.a, between.b),
    )


def _chosen(known: Sequence[Run], a: str, b: str) -> tuple[Run, Run]:
    """`known` is newest first. Without a name, B is the newest and A the one before it."""
    there = [run for run in known if run.state == State.ENDED]
    one, other = (_named(known, name, field) for name, field in ((a, "a"), (b, "b")))
    if other is None:
        other = next((run for run in there if one is None or run.pk != one.pk), None)
    if one is None and other is not None:
        older = [run for run in there if run.created_at < other.created_at]
        one = next(iter(older), None) or next((run for run in there if run.pk != other.pk), None)
    if one is None or other is None:
        raise TooFewRuns(
            _("There are not two investigations of this case that have ended."),
            hint=_("Investigate the case twice, for example before and after a change, then compare."),
        )
    return one, other


def _named(known: Sequence[Run], name: str, field: str) -> Run | None:
    if not name:
        return None
    try:
        wanted = UUID(name)
    except ValueError:
        hint = _("Choose it from the list, or leave it out to compare the newest two.")
        raise Invalid(_("This is not the id of an investigation."), field=field, hint=hint) from None
    found = next((run for run in known if run.pk == wanted), None)
    if found is None:
        raise Hidden(_("There is no such investigation of this case."), field=field)
    if found.state != State.ENDED:
        hint = _("Wait until it has ended, or choose another one.")
        raise NotEnded(_("This investigation is still under way."), field=field, hint=hint)
    return found
