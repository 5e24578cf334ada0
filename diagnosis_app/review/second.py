"""A second reader: asked by a colleague, blind until they commit, and from then on both see both.

Asking needs a verdict of one's own, so that the two are independent. Committing is one act of its own and is not
taken back: what was seen cannot be unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.models import Membership, Role, User
from diagnosis_app.accounts.policy import TABLE, Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.audit.models import Entry
from diagnosis_app.errors import Conflict, Hidden, Invalid
from diagnosis_app.local_cases.actions import kept_from
from diagnosis_app.review.blinding import blind, open_readings
from diagnosis_app.review.models import SecondReading, Verdict, WrongCitation
from diagnosis_app.review.verdicts import hold, readable, writable
from diagnosis_app.runs.models import Run

RECALL, DECLINE = "second.recall", "second.decline"
_SHOWS_VERDICTS = (str(Verb.RUN_READ), str(Verb.CASE_EXPORT))


def colleagues(actor: Actor, run: Run) -> list[User]:
    """Who can be asked: clinicians of the team who have given no verdict on this case and read it for nobody now."""
    actor.require(Verb.SECOND_ASK, run)
    judged = Verdict.objects.filter(run__case_id=run.case_id).values("reader_id")
    asked = SecondReading.objects.filter(case_id=run.case_id).values("reader_id")
    people = User.objects.filter(pk__in=_clinicians(run.team_id), is_active=True).exclude(pk=actor.user_id or 0)
    return list(people.exclude(pk__in=judged).exclude(pk__in=asked).order_by("full_name", "username"))


def ask(actor: Actor, run: Run, reader: str) -> SecondReading:
    """Asks a colleague, by their sign-in name."""
    actor.require(Verb.SECOND_ASK, run)
    readable(run)
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    writable(reader)
    try:
        with transaction.atomic():
            hold(run)  # nobody keeps the diagnosis or judges at this moment
            _may_ask(actor, run)
            person = next((one for one in colleagues(actor, run) if one.username == reader), None)
            if person is None:
                raise Invalid(
                    _("This person cannot read it as second reader."),
                    field="reader",
                    hint=_("Choose a clinician of the team who has neither judged this case nor been asked."),
                )
            reading = SecondReading.objects.create(
                case_id=run.case_id,
                run=run,
                reader=person,
                asked_by_id=actor.user_id,
                asked_at=timezone.now(),
                saw_before=_saw(person, run),
            )
            _note_down(actor, Verb.SECOND_ASK, reading, {"reader": person.pk})
    except IntegrityError:
        raise Conflict(
            _("This person was asked a moment ago."), hint=_("Reload the page."), code="review.asked"
        ) from None
    return reading


def recall(actor: Actor, run: Run, reader: str) -> None:
    """Takes the request back, as long as the colleague has not begun, or can no longer read it.

    Who asked does so; where one of the two is no clinician of the team any more, any clinician of the team.
    """
    actor.require(Verb.SECOND_ASK, run)
    readable(run)
    if not reader:
        raise Invalid(_("Nobody is named."), field="reader", hint=_("Name the colleague who was asked."))
    writable(reader)
    with transaction.atomic():
        hold(run)
        reading = _locked().filter(run=run, reader__username=reader).first()
        if reading is None or not may_recall(actor, reading):
            raise Hidden()
        begun = _Given.on(reading)
        if begun and _still_there(reading.reader, run.team_id):
            raise Conflict(
                _("The second reader has begun."),
                hint=_("Wait until they commit, or ask them to decline."),
                code="review.begun",
            )
        begun.delete()
        detail = {"reader": reading.reader_id}
        reading.delete()
        _note_down(actor, RECALL, reading, detail)


def may_recall(actor: Actor, reading: SecondReading) -> bool:
    """Whether this clinician of the team may call the reading back, as far as what its reader gave allows it."""
    if reading.asked_by_id == actor.user_id:
        return True
    return not all(_still_there(one, reading.run.team_id) for one in (reading.asked_by, reading.reader))


def decline(actor: Actor, run: Run) -> None:
    """The second reader hands it back; what they had given and not committed is deleted, also their marks."""
    actor.require(Verb.SECOND_READ, run)
    readable(run)
    with transaction.atomic():
        hold(run)
        reading = _own(actor, run)
        gone = _Given.on(reading)
        gone.delete()
        reading.delete()
        _note_down(actor, DECLINE, reading, {"verdicts": len(gone.verdicts), "marks": len(gone.marks)})


def commit(actor: Actor, run: Run) -> SecondReading:
    """From here on both see both."""
    actor.require(Verb.SECOND_READ, run)
    readable(run)
    with transaction.atomic():
        hold(run)
        reading = _own(actor, run)
        given = Verdict.objects.filter(run=run, reader_id=actor.user_id).count()
        if not given:
            raise Conflict(
                _("You have given no verdict yet."),
                hint=_("Give at least one, then commit."),
                code="review.no_verdict",
            )
        reading.committed_at = timezone.now()
        reading.save(update_fields=["committed_at"])
        _note_down(actor, Verb.SECOND_READ, reading, {"verdicts": given})
    return reading


def readings(actor: Actor, run: Run) -> list[SecondReading]:
    """Who was asked on this run, by whom, and whether they committed; nothing of what they gave."""
    actor.require(Verb.REVIEW_READ, run)
    return list(SecondReading.objects.filter(run=run).select_related("run", "reader", "asked_by"))


@dataclass(frozen=True, slots=True)
class _Given:
    """What a second reader gave on the case and has not committed: keys of verdicts, and of marks made since then."""

    verdicts: tuple[int, ...]
    marks: tuple[int, ...]

    @classmethod
    def on(cls, reading: SecondReading) -> _Given:
        """The caller holds the case, so that none is added meanwhile."""
        own = {"run__case_id": reading.case_id, "reader_id": reading.reader_id}
        marks = WrongCitation.objects.filter(**own, created_at__gte=reading.asked_at)
        return cls(
            tuple(Verdict.objects.filter(**own).values_list("pk", flat=True)),
            tuple(marks.values_list("pk", flat=True)),
        )

    def __bool__(self) -> bool:
        return bool(self.verdicts or self.marks)

    def delete(self) -> None:
        Verdict.objects.filter(pk__in=self.verdicts).delete()
        WrongCitation.objects.filter(pk__in=self.marks).delete()


def _locked() -> QuerySet[SecondReading]:
    """Open readings, each locked by itself: not the people and the run beside it."""
    rows = open_readings().select_for_update(of=("self",), no_key=True)
    return rows.select_related("run", "reader", "asked_by")


def _own(actor: Actor, run: Run) -> SecondReading:
    reading = _locked().filter(run=run, reader_id=actor.user_id).first()
    if reading is None:
        raise Hidden()
    return reading


def _may_ask(actor: Actor, run: Run) -> None:
    if blind(actor, run.case_id) is not None:
        raise Conflict(
            _("You are the second reader of this case yourself."),
            hint=_("Commit your reading first."),
            code="review.commit_first",
        )
    if not Verdict.objects.filter(run=run, reader_id=actor.user_id).exists():
        raise Conflict(
            _("You have given no verdict yet."),
            hint=_("Give your own first, so that the second reading is independent of it and yours of the second."),
            code="review.no_verdict",
        )
    if kept_from(run.case_id) is not None:
        raise Conflict(
            _("The diagnosis of this case stands among the team's cases: a second reading would not be blind."),
            hint=_("Withdraw the team's case first."),
            code="review.kept",
        )


def _clinicians(team_id: int) -> list[int]:
    roles = [Role(role) for role in TABLE[Verb.SECOND_READ]]
    return list(Membership.objects.filter(team_id=team_id, role__in=roles).values_list("user_id", flat=True))


def _still_there(person: User, team_id: int) -> bool:
    return person.is_active and person.pk in _clinicians(team_id)


def _saw(person: User, run: Run) -> bool:
    """Whether this person may know what somebody made of the case: the trail knows who opened a result, also as a
    report, since the first verdict was given, whether or not that one still stands. An auditor reads the trail itself,
    which leaves no row."""
    runs = [f"run:{pk}" for pk in Run.objects.filter(case_id=run.case_id).values_list("pk", flat=True)]
    rows = Entry.objects.filter(object__in=runs)
    given = rows.filter(verb=str(Verb.VERDICT_GIVE)).exclude(actor_id=person.pk)
    first = given.order_by("seq").values_list("seq", flat=True).first()
    if first is None:
        return False
    if Membership.objects.filter(user=person, team_id=run.team_id, role=Role.AUDITOR).exists():
        return True
    return rows.filter(verb__in=_SHOWS_VERDICTS, actor_id=person.pk, seq__gt=first).exists()


def _note_down(actor: Actor, verb: Verb | str, reading: SecondReading, detail: Mapping[str, Any]) -> None:
    detail = {"case": str(reading.case_id), **detail}
    log.record(actor, verb, object=f"run:{reading.run_id}", team_id=reading.run.team_id, detail=detail)
