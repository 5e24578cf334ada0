"""Who may see whose verdicts. Everything that shows, exports or answers one comes through this file.

A reading is blind for a whole case, not for one run of it: what somebody thought of an earlier result of the same
patient would tell as much. While a second reading is open

- its reader sees only what is their own, and
- nobody else sees what its reader gave.

The auditor's page follows the same rule for an auditor who is also a clinician of the team: a trail that told the
verdicts would be a way around. An auditor who is no clinician sees every row.

A mark at a passage also moves that passage in later investigations. While its reader reads blind it moves nothing; and
who reads blind is not told, by any investigation of the team, which passages stood back.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict
from diagnosis_app.review.models import SecondReading, Verdict, WrongCitation
from diagnosis_app.runs.models import Run

UNGIVE, UNMARK = "verdict.take_back", "citation.unmark"
TOLD_IN_TRAIL = (str(Verb.VERDICT_GIVE), UNGIVE, str(Verb.CITATION_MARK), UNMARK, str(Verb.SET_BACK_OVERRULE))


class NoLongerOpen(Conflict):
    """A form of a blind reading was sent after that reading was declined, called back or committed elsewhere."""

    code = "review.no_longer_open"


def open_readings() -> QuerySet[SecondReading]:
    return SecondReading.objects.filter(committed_at__isnull=True)


def blind(actor: Actor, case_id: UUID) -> SecondReading | None:
    """The second reading of this case that this person has not committed."""
    found = open_readings().filter(case_id=case_id, reader_id=actor.user_id)
    return found.select_related("run", "asked_by").first()


def still_blind(actor: Actor, case_id: UUID, reading: str) -> None:
    """What was written blind is not given openly. `reading` is the one that the form was shown for; empty if none."""
    if not reading:
        return
    found = blind(actor, case_id)
    if found is None or str(found.pk) != reading:
        raise NoLongerOpen(
            _("The second reading that this page was opened for is no longer open: others would see this at once."),
            hint=_("Nothing was saved. Look at the result again; what you save from now on is open."),
        )


def verdicts(actor: Actor, run: Run) -> list[Verdict]:
    """The verdicts on a run that this person may see: the one door. A report and an export ask here as well."""
    actor.require(Verb.REVIEW_READ, run)
    rows = Verdict.objects.filter(run=run).select_related("reader")
    return list(_seen(rows, actor))


def marks(actor: Actor, run: Run) -> list[WrongCitation]:
    """The team's marks at sources that this person may see on this run: made on it or on an earlier one."""
    actor.require(Verb.REVIEW_READ, run)
    rows = WrongCitation.objects.filter(
        run__team_id=run.team_id, run__created_at__lte=run.created_at, disease__in=run.candidates.values("disease")
    )
    return list(_seen(rows.select_related("reader", "overruled_by"), actor))


def marks_of_teams(actor: Actor, teams: frozenset[int]) -> QuerySet[WrongCitation]:
    """The marks made in these teams that this person may see, whichever case they were made on; not of one in the bin,
    for they rest with it."""
    rows = WrongCitation.objects.filter(run__team_id__in=teams, run__case__deleted_at__isnull=True)
    return _seen(rows.select_related("reader", "run", "run__case", "run__team", "overruled_by"), actor)


def counted(team_id: int) -> QuerySet[WrongCitation]:
    """The marks of a team that an investigation may follow: given openly, or committed, and not overruled."""
    blind = open_readings().filter(case_id=OuterRef("run__case_id"), reader_id=OuterRef("reader_id"))
    rows = WrongCitation.objects.filter(run__team_id=team_id, run__case__deleted_at__isnull=True)
    return rows.filter(overruled_at__isnull=True).exclude(Exists(blind))


def marks_withheld(actor: Actor, team_id: int) -> bool:
    """Whether this person reads blind in the team: then nothing tells which passages its marks set back."""
    return open_readings().filter(case__team_id=team_id, reader_id=actor.user_id).exists()


def _seen(rows: QuerySet, actor: Actor) -> QuerySet:  # type: ignore[type-arg]
    """Rows with `run` and `reader`."""
    open_of_case = open_readings().filter(case_id=OuterRef("run__case_id"))
    own = Q(reader_id=actor.user_id)
    others = ~Exists(open_of_case.filter(reader_id=OuterRef("reader_id")))
    return rows.filter(own | (Q(others) & ~Q(Exists(open_of_case.filter(reader_id=actor.user_id)))))


def rows_withheld(actor: Actor) -> Q:
    """Which rows of the audit trail this person does not see for now."""
    teams = actor.teams(Verb.REVIEW_READ)
    held = Q()
    for reading in open_readings().filter(case__team_id__in=teams):
        runs = [f"run:{pk}" for pk in Run.objects.filter(case_id=reading.case_id).values_list("pk", flat=True)]
        told = Q(object__in=runs, verb__in=TOLD_IN_TRAIL)
        if reading.reader_id == actor.user_id:
            held |= told & ~Q(actor_id=actor.user_id)
        else:
            held |= told & Q(actor_id=reading.reader_id)
    return held


def any_open(case: Case) -> bool:
    return open_readings().filter(case=case).exists()
