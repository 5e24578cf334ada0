"""What can be done with a team's own cases. Page and API come through these functions.

The trail names the local case and counts: neither the case it was made from, nor its diagnosis, nor the words
of the consent, so that nothing of a withdrawn case stays there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, OwnedByTeam, Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.fate import Fate
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Hidden, Invalid
from diagnosis_app.local_cases.kept import Kept
from diagnosis_app.local_cases.models import Consent, Gone, LocalCase, Shelf
from diagnosis_app.local_cases.text import line

REFERENCE_LIMIT = 120  # characters
PAGE = 50
MOST = 500
_CHOSEN = (Gone.CONSENT, Gone.MISTAKE)  # what a person can say; the third follows from a purge


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was confirmed, and by whom."""

    disease: str
    ids: tuple[str, ...]
    name: str
    confirmed_by: int


@dataclass(frozen=True, slots=True)
class Listed:
    rows: tuple[LocalCase, ...]
    found: int
    all: int  # of the teams, whatever was searched for
    gone: tuple[LocalCase, ...]  # tombstones, the latest first
    query: str

    @property
    def more(self) -> int:
        return min(len(self.rows) + PAGE, MOST) if self.found > len(self.rows) < MOST else 0


def keep(
    actor: Actor, source: OwnedByTeam, source_id: UUID, kept: Kept, diagnosis: Diagnosis, consent: str, reference: str
) -> LocalCase:
    """Puts what was shown among the team's cases, with the consent that this person records."""
    actor.require(Verb.LOCAL_ADD, source)
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    if consent not in Consent.values:
        raise Invalid(
            _("The consent is not named."),
            field="consent",
            hint=_("Choose whose consent is on record; without it nothing is kept."),
        )
    filed = line(reference, field="reference", limit=REFERENCE_LIMIT)
    if not filed:
        raise Invalid(
            _("It is not said where the consent is filed."),
            field="reference",
            hint=_("Write where it can be found, such as the number of the form. No name."),
        )
    try:
        with transaction.atomic():
            made = LocalCase.objects.create(
                team_id=source.team_id,
                source=source_id,
                content=kept.stored(),
                disease=diagnosis.disease,
                ids=list(diagnosis.ids),
                name=diagnosis.name,
                confirmed_by_id=diagnosis.confirmed_by,
                consent=consent,
                reference=filed,
                recorded_by_id=actor.user_id,
            )
            _changed(made)
            detail = {"consent": consent, "present": len(kept.present), "excluded": len(kept.excluded)}
            _note_down(actor, Verb.LOCAL_ADD, made, detail)
    except IntegrityError:
        raise already_kept() from None
    return made


def already_kept() -> Conflict:
    return Conflict(
        _("This case is among the team's cases already."),
        hint=_("Withdraw that one first."),
        code="local_case.kept_already",
    )


def kept_from(source_id: UUID) -> LocalCase | None:
    """What was kept of a case and is not withdrawn. The caller may read the case."""
    return LocalCase.objects.filter(source=source_id).first()


def listed(actor: Actor, *, query: str = "", shown: int = PAGE) -> Listed:
    """The cases of a person's teams. Every word must occur in the name of the diagnosis, or be its id."""
    teams = actor.teams(Verb.LOCAL_LIST)
    actor.require(Verb.LOCAL_LIST)
    text = " ".join(query.replace("\x00", "").split())[:200]
    mine = LocalCase.objects.filter(team_id__in=teams).select_related("team", "confirmed_by", "recorded_by")
    here = mine.filter(withdrawn_at__isnull=True)
    found = _matching(here, text)
    rows = tuple(found[: max(1, min(shown, MOST))])
    log.record(actor, Verb.LOCAL_LIST, detail={"shown": len(rows), "searched": bool(text)})
    gone = mine.filter(withdrawn_at__isnull=False).order_by("-withdrawn_at")[:PAGE]
    return Listed(rows, found.count(), here.count(), tuple(gone), text)


def read(actor: Actor, local_id: UUID | str) -> LocalCase:
    """One case; every reading is a row of the trail."""
    found = find(actor, Verb.LOCAL_READ, local_id)
    _note_down(actor, Verb.LOCAL_READ, found, {})
    return found


def find(actor: Actor, verb: Verb, local_id: UUID | str) -> LocalCase:
    """The local case, if this actor may do `verb` with it; otherwise there is none."""
    actor.require(verb)
    try:
        found = LocalCase.objects.select_related("team", "confirmed_by", "recorded_by").get(pk=local_id)
    except (LocalCase.DoesNotExist, ValidationError, ValueError, TypeError):
        raise Hidden() from None
    actor.require(verb, found)
    return found


def withdraw(actor: Actor, local: LocalCase, reason: str) -> LocalCase:
    """Out of retrieval at once, and what was kept is deleted. Only that there was one stays, when and why it went."""
    actor.require(Verb.LOCAL_WITHDRAW, local)
    if reason not in _CHOSEN:
        raise Invalid(_("The reason is not named."), field="reason", hint=_("Choose why this case is withdrawn."))
    with transaction.atomic():
        _empty(actor, local, Gone(reason))
    local.refresh_from_db()
    return local


def follow(actor: Actor, case: Case, fate: Fate) -> None:
    """What becomes of the case becomes of what was kept of it: it rests in the bin, and a purge withdraws it."""
    local = LocalCase.objects.filter(source=case.pk).first()
    if local is None:
        return
    if fate == Fate.PURGED:
        _empty(actor, local, Gone.PURGED)
        return
    LocalCase.objects.filter(pk=local.pk).update(resting=fate == Fate.BINNED)
    _changed(local)
    _note_down(actor, "local_case.rest" if fate == Fate.BINNED else "local_case.wake", local, {})


def _empty(actor: Actor, local: LocalCase, reason: Gone) -> None:
    """Withdrawing what was withdrawn changes nothing."""
    changed = LocalCase.objects.filter(pk=local.pk, withdrawn_at__isnull=True).update(
        content={},
        disease="",
        ids=[],
        name="",
        consent="",
        reference="",
        source=None,
        confirmed_by=None,
        recorded_by=None,
        resting=False,
        withdrawn_at=timezone.now(),
        reason=reason,
    )
    if changed == 1:
        _changed(local)
        _note_down(actor, Verb.LOCAL_WITHDRAW, local, {"reason": str(reason)})


def _changed(local: LocalCase) -> None:
    """In the transaction of the change: the row of the team holds the next writer until this one is done."""
    Shelf.objects.get_or_create(team_id=local.team_id)
    Shelf.objects.filter(team_id=local.team_id).update(stamp=uuid4())


def _matching(rows: QuerySet[LocalCase], text: str) -> QuerySet[LocalCase]:
    if not text:
        return rows
    by_name = Q()
    for word in text.split():
        by_name &= Q(name__icontains=word)
    return rows.filter(by_name | Q(disease__iexact=text))


def _note_down(actor: Actor, verb: Verb | str, local: LocalCase, detail: Mapping[str, Any]) -> None:
    log.record(actor, verb, object=f"local:{local.pk}", team_id=local.team_id, detail=detail)
