"""The passages that a team's marks set back: where they are seen, and how a mark stops counting.

Who marked takes the own mark back: it is deleted, as on the result. A curator of the team overrules a colleague's: it
stays to be read and sets nothing back, until it is given again. Comments are a patient's text: only who may read the
reviews of that team sees them. What was pinned by earlier investigations stays as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import Hidden
from diagnosis_app.review.blinding import UNMARK, counted, marks_of_teams
from diagnosis_app.review.counting import passage_of, with_passages
from diagnosis_app.review.models import SecondReading, WrongCitation
from diagnosis_app.review.verdicts import hold
from diagnosis_app.runs.models import Evidence
from diagnosis_app.runs.quoted import Passage, passage

MOST = 200  # passages that a page lists
OWN, OVERRULE = "own", "overrule"


@dataclass(frozen=True, slots=True)
class Mark:
    """One reader's mark at a passage; of several at the same one the last."""

    id: int
    reader: str
    own: bool
    reason: str
    word: str
    comment: str
    at: datetime
    since: datetime | None  # from when on investigations follow it; None where they do not
    overruled_by: str
    overruled_at: datetime | None
    may: str  # own, overrule, or nothing
    url: str  # of the result that it was made on, for who may read it


@dataclass(frozen=True, slots=True)
class SetBack:
    """One passage for one disease, with every mark at it that this person may see."""

    team: str
    disease: str
    name: str
    passage: str
    quoted: Passage
    marks: tuple[Mark, ...]

    @property
    def counts(self) -> bool:
        return any(one.since for one in self.marks)


def listed(actor: Actor, passages: Collection[str] = ()) -> list[SetBack]:
    """The marked passages of a person's teams, the last marked first; all of them, or the ones named."""
    actor.require(Verb.SET_BACK_LIST)
    teams = actor.teams(Verb.SET_BACK_LIST)
    found = [pair for pair in with_passages(marks_of_teams(actor, teams)) if _wanted(pair[1], passages)]
    places: dict[tuple[int, str, str], list[tuple[WrongCitation, Evidence]]] = {}
    for mark, row in sorted(found, key=lambda pair: (pair[0].created_at, pair[0].pk), reverse=True):
        places.setdefault((mark.run.team_id, mark.disease, passage_of(row)), []).append((mark, row))
    since = _since(mark for mark, _row in found)
    rows = [_row(actor, pairs, since) for pairs in list(places.values())[:MOST]]
    log.record(actor, Verb.SET_BACK_LIST, detail={"shown": len(rows), "asked": len(passages)})
    return rows


def stop(actor: Actor, mark_id: int) -> None:
    """The mark sets nothing back any more: one's own is deleted, a colleague's is overruled. So are the same reader's
    other marks at the same passage for the same disease, which would keep it where it is."""
    actor.require(Verb.SET_BACK_LIFT)
    mark = marks_of_teams(actor, actor.teams(Verb.SET_BACK_LIFT)).filter(pk=mark_id).first()
    if mark is None:
        raise Hidden()
    own = mark.reader_id == actor.user_id
    actor.require(Verb.SET_BACK_LIFT if own else Verb.SET_BACK_OVERRULE, mark.run)
    with transaction.atomic():
        for one in sorted(_same(actor, mark), key=lambda one: one.run.case_id):
            hold(one.run)
            if own:
                one.delete()
                _note_down(actor, UNMARK, one, {})
            elif one.overruled_at is None:
                one.overruled_at, one.overruled_by_id = timezone.now(), actor.user_id
                one.save(update_fields=["overruled_at", "overruled_by"])
                _note_down(actor, Verb.SET_BACK_OVERRULE, one, {"reader": one.reader.username})


def _same(actor: Actor, mark: WrongCitation) -> list[WrongCitation]:
    """The marks of one reader at one passage for one disease. Hidden where it is no mark at a passage."""
    rows = marks_of_teams(actor, frozenset({mark.run.team_id})).filter(disease=mark.disease, reader_id=mark.reader_id)
    held = list(with_passages(rows))
    wanted = next((passage_of(row) for one, row in held if one.pk == mark.pk), None)
    if wanted is None:
        raise Hidden()
    return [one for one, row in held if passage_of(row) == wanted]


def _wanted(row: Evidence, passages: Collection[str]) -> bool:
    return not passages or passage_of(row) in passages


def _row(actor: Actor, pairs: list[tuple[WrongCitation, Evidence]], since: Mapping[int, datetime]) -> SetBack:
    mark, row = pairs[0]
    by: dict[int, list[WrongCitation]] = {}
    for one, _evidence in pairs:
        by.setdefault(one.reader_id, []).append(one)
    return SetBack(
        team=mark.run.team.name,
        disease=mark.disease,
        name=str(row.body.get("disease_name") or mark.disease),
        passage=passage_of(row),
        quoted=passage(row, str(mark.run.manifest["snapshot"])),
        marks=tuple(_mark(actor, marks, since) for marks in by.values()),
    )


def _mark(actor: Actor, marks: Sequence[WrongCitation], since: Mapping[int, datetime]) -> Mark:
    """`marks` are one reader's at one passage, the last first."""
    one = marks[0]
    own = one.reader_id == actor.user_id
    clinic = actor.may(Verb.REVIEW_READ, one.run)
    may = OWN if own and actor.may(Verb.SET_BACK_LIFT, one.run) else ""
    if not own and one.overruled_at is None and actor.may(Verb.SET_BACK_OVERRULE, one.run):
        may = OVERRULE
    return Mark(
        id=one.pk,
        reader=one.reader.display_name,
        own=own,
        reason=one.reason,
        word=str(WrongCitation.Reason(one.reason).label),
        comment=one.comment if clinic else "",
        at=one.created_at,
        since=min((since[each.pk] for each in marks if each.pk in since), default=None),
        overruled_by=one.overruled_by.display_name if one.overruled_by else "",
        overruled_at=one.overruled_at,
        may=may,
        url=reverse("run", kwargs={"case_id": one.run.case_id, "run_id": one.run_id}) if clinic else "",
    )


def _since(marks: Iterable[WrongCitation]) -> dict[int, datetime]:
    """From when on each mark counts: from its giving, or from the commit where its reader read the case blind since.
    Marks that do not count are not in it."""
    teams: dict[int, list[WrongCitation]] = {}
    for one in marks:
        teams.setdefault(one.run.team_id, []).append(one)
    counts = {pk for team in teams for pk in counted(team).values_list("pk", flat=True)}
    rows = SecondReading.objects.filter(case__team_id__in=teams, committed_at__isnull=False)
    read = {(case, by): at for case, by, at in rows.values_list("case_id", "reader_id").annotate(Max("committed_at"))}
    return {
        one.pk: max(one.created_at, read.get((one.run.case_id, one.reader_id), one.created_at))
        for of_team in teams.values()
        for one in of_team
        if one.pk in counts
    }


def _note_down(actor: Actor, verb: Verb | str, one: WrongCitation, detail: Mapping[str, Any]) -> None:
    told = {"case": str(one.run.case_id), "disease": one.disease, "evidence": one.evidence, **detail}
    log.record(actor, verb, object=f"run:{one.run_id}", team_id=one.run.team_id, detail=told)
