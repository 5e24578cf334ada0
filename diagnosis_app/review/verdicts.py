"""Giving a verdict on a candidate, or on a disease that the result does not list, and taking it back.

The row holds what stands; the trail holds what it was before, by value and never with the comment. Whatever is given,
asked, committed or kept of one case comes one after another: `hold` is the first thing in each such transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Hidden, Invalid
from diagnosis_app.local_cases.text import prose
from diagnosis_app.review.blinding import UNGIVE, still_blind
from diagnosis_app.review.diseases import Named, disease_named
from diagnosis_app.review.models import Verdict
from diagnosis_app.runs.models import Candidate, Run, State
from diagnosis_app.runs.result import SHOWS_LIST

COMMENT_LIMIT = 2000  # characters
OTHERS = 10  # diseases that are not in the list, per reader and run


def give(actor: Actor, run: Run, disease: str, value: str, comment: str = "", *, reading: str = "") -> Verdict:
    """One's own verdict on a candidate, or on a disease that one has named before. A second one replaces the first.

    `reading` is the second reading that the form was shown for: once it is open no more, nothing is given.
    """
    actor.require(Verb.VERDICT_GIVE, run)
    readable(run)
    candidate = candidate_of(run, disease)
    with transaction.atomic():
        hold(run)
        still_blind(actor, run.case_id, reading)
        if candidate is not None:
            return _give(actor, run, _of(candidate), True, value, comment)
        own = Verdict.objects.filter(run=run, reader_id=actor.user_id, disease=disease, listed=False).first()
        if own is None:
            raise Hidden()
        return _give(actor, run, Named(own.disease, tuple(own.ids), own.name), False, value, comment)


def give_another(actor: Actor, run: Run, disease: str, value: str, comment: str = "", *, reading: str = "") -> Verdict:
    """A verdict on a disease that the result does not list, by its id in the knowledge of the run."""
    actor.require(Verb.VERDICT_GIVE, run)
    readable(run)
    writable(disease)
    named = disease_named(run, disease)
    listed = next((one for one in (candidate_of(run, id) for id in named.ids) if one is not None), None)
    if listed is not None:
        raise Invalid(
            _("This disease is in the list, at place %(rank)s.") % {"rank": listed.rank},
            field="disease",
            hint=_("Give the verdict there."),
        )
    with transaction.atomic():
        hold(run)
        still_blind(actor, run.case_id, reading)
        others = Verdict.objects.filter(run=run, reader_id=actor.user_id, listed=False)
        if others.exclude(disease=named.id).count() >= OTHERS:
            raise Invalid(
                _("You have named %(n)s diseases that are not in the list.") % {"n": OTHERS},
                field="disease",
                hint=_("Take one of them back first."),
            )
        return _give(actor, run, named, False, value, comment)


def take_back(actor: Actor, run: Run, disease: str, *, reading: str = "") -> None:
    """Deletes one's own verdict with its comment. Taking back what is not there changes nothing."""
    actor.require(Verb.VERDICT_GIVE, run)
    readable(run)
    candidate = candidate_of(run, disease)
    wanted = candidate.disease if candidate is not None else disease
    with transaction.atomic():
        hold(run)
        still_blind(actor, run.case_id, reading)
        own = Verdict.objects.filter(run=run, reader_id=actor.user_id, disease=wanted).first()
        if own is None:
            if candidate is None:
                raise Hidden()
            return
        own.delete()
        _note_down(actor, UNGIVE, run, {"disease": wanted, "was": own.value})


def readable(run: Run) -> None:
    """A result is judged when it has ended, and while its case is not in the bin."""
    if run.state != State.ENDED:
        raise Conflict(
            _("This investigation is still under way."), hint=_("Wait for its end."), code="review.under_way"
        )
    if run.case.deleted_at is not None:
        raise Conflict(_("This case is in the bin."), hint=_("Restore it to change it."), code="case.deleted")


def hold(run: Run) -> Case:
    """Locks the case of the run for the rest of the transaction, and reads it again: it may have been put into the bin
    or purged since. Nothing that refers to the case waits for this lock."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=run.case_id, deleted_at__isnull=True).first()
    if case is None:
        raise Hidden()
    return case


def writable(*texts: str) -> None:
    """A text with a NUL names nothing: no database of ours can hold one."""
    if any("\x00" in text for text in texts):
        raise Hidden()


def candidate_of(run: Run, disease: str) -> Candidate | None:
    """A candidate that the page of the result lists, by its first id."""
    writable(disease)
    if run.outcome not in SHOWS_LIST:
        return None
    return run.candidates.filter(disease=disease).first()


def _of(candidate: Candidate) -> Named:
    return Named(candidate.disease, tuple(candidate.ids) or (candidate.disease,), candidate.name)


def _give(actor: Actor, run: Run, named: Named, listed: bool, value: str, comment: str) -> Verdict:
    """In the transaction of the caller, which holds the case."""
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    if value not in Verdict.Value.values:
        raise Invalid(
            _("No verdict was chosen."),
            field="verdict",
            hint=_("Choose one of confirmed, plausible, unlikely and excluded."),
        )
    said, now = prose(comment, field="comment", limit=COMMENT_LIMIT), timezone.now()
    own, made = Verdict.objects.get_or_create(
        run=run,
        reader_id=actor.user_id,
        disease=named.id,
        defaults={
            "ids": list(named.ids),
            "name": named.name,
            "listed": listed,
            "value": value,
            "comment": said,
            "created_at": now,
            "changed_at": now,
        },
    )
    was = "" if made else own.value
    if not made and (own.value, own.comment) == (value, said):
        return own
    commented = bool(said) if made else own.comment != said
    if not made:
        own.value, own.comment, own.changed_at = value, said, now
        own.save(update_fields=["value", "comment", "changed_at"])
    detail = {"disease": named.id, "was": was, "now": value, "comment": commented}
    _note_down(actor, Verb.VERDICT_GIVE, run, detail)
    return own


def _note_down(actor: Actor, verb: Verb | str, run: Run, detail: Mapping[str, Any]) -> None:
    detail = {"case": str(run.case_id), **detail}
    log.record(actor, verb, object=f"run:{run.pk}", team_id=run.team_id, detail=detail)
