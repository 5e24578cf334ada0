"""Two investigations side by side: what differs, how the ranks moved and why, and whose evidence is whose."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from agents.contract import OutcomeCode
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import compare_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.cases.actions import read_case
from diagnosis_app.compare import actions
from diagnosis_app.compare.actions import Comparison
from diagnosis_app.compare.differing import Row
from diagnosis_app.compare.evidence import Piece
from diagnosis_app.compare.moves import Move, TermChange
from diagnosis_app.compare.page import caveats, without_list
from diagnosis_app.compare.side import Side
from diagnosis_app.compare.words import move_words, term_title, term_words

operations = Operations("Investigations")
PIECES = 100  # of evidence named in one column


@operations.get("/cases/{uuid:case_id}/compare", verb=Verb.RUN_READ, answers=words.RunComparison)
def compare_runs(
    request: HttpRequest,
    case_id: UUID,
    a: str = Query("", description="Id of an ended run. Left out: the one before B."),
    b: str = Query("", description="Id of an ended run. Left out: the newest."),
) -> words.RunComparison:
    """What differs between two ended investigations of a case, and what it did to every candidate. Both readings
    are recorded."""
    actor = actor_of(request)
    found = actions.compare(actor, read_case(actor, case_id, part="compare"), a, b)
    return words.RunComparison(
        case=case_id,
        a=_side(found.between.a, "A"),
        b=_side(found.between.b, "B"),
        differing=found.differing,
        differences=[_row(row) for row in found.rows],
        caveats=caveats(found),
        moves=[_move(one, found) for one in found.moves.all],
        only_a=_pieces(found.evidence.only_a),
        both=_pieces(found.evidence.both),
        only_b=_pieces(found.evidence.only_b),
    )


def _side(side: Side, name: str) -> words.RunSide:
    run = side.run
    return words.RunSide(
        id=run.pk,
        version=run.version.number,
        outcome=OutcomeCode(run.outcome),
        created_at=run.created_at,
        ended_at=run.ended_at,
        kept=side.kept,
        no_list=without_list(side, name),
    )


def _row(row: Row) -> words.RunDifference:
    return words.RunDifference(
        name=row.name,
        title=row.title,
        differs=row.differs,
        a=row.a,
        b=row.b,
        changes=[words.RunChange(way=one.way, text=one.text) for one in row.changes],
    )


def _move(one: Move, found: Comparison) -> words.CandidateMove:
    return words.CandidateMove(
        id=one.one.disease,
        ids=list(one.one.ids),
        name=one.one.name,
        rank_a=one.a.rank if one.a else None,
        rank_b=one.b.rank if one.b else None,
        score_a=one.a.score if one.a else None,
        score_b=one.b.score if one.b else None,
        change=one.amount,
        only_passed=one.only_passed,
        passed=[other.one.disease for other in one.passed],
        words=move_words(one, found.moves, found.between),
        terms=[_term(term, found) for term in one.terms],
    )


def _term(one: TermChange, found: Comparison) -> words.TermDifference:
    change = one.change
    return words.TermDifference(
        kind=change.one.kind,
        finding=change.one.finding or None,
        title=term_title(change.one),
        a=change.before.value if change.before else None,
        b=change.after.value if change.after else None,
        change=change.amount,
        cause=one.traced.cause,
        among=list(one.traced.among),
        words=term_words(one, found.between),
    )


def _pieces(pieces: tuple[Piece, ...]) -> words.EvidencePieces:
    shown = [
        words.EvidencePiece(
            key=one.key,
            kind=one.kind,
            title=one.title,
            source=one.source,
            version=one.version,
            place=one.place,
            elsewhere=one.elsewhere,
        )
        for one in pieces[:PIECES]
    ]
    return words.EvidencePieces(count=len(pieces), pieces=shown)
