"""What people do with an alert. It belongs to the case, and the case to its team: any clinician of the team is its
owner, because the one who began the case may be off duty or gone. Seeing it is one person's word for all of them.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.actions import find as find_case
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Hidden
from diagnosis_app.reanalysis.models import Alert

LISTED = 50


def alerts_of(actor: Actor, case: Case) -> list[Alert]:
    """The alerts of a case, newest first, without those that nobody saw before later knowledge answered them.

    The caller has read the case.
    """
    actor.require(Verb.CASE_READ, case)
    return list(_told(case).select_related("version", "seen_by", "case", "case__draft")[:LISTED])


def find(actor: Actor, verb: Verb, case_id: UUID | str, alert_id: int) -> Alert:
    """The alert, if this actor may do `verb` with its case; otherwise there is none."""
    case = find_case(actor, verb, case_id)
    alert = case.alerts.select_related("version", "seen_by").filter(pk=alert_id).first()
    if alert is None:
        raise Hidden()
    alert.case = case
    return alert


def see(actor: Actor, alert: Alert) -> Alert:
    """Seen, by whom and when. Seeing it twice changes nothing."""
    actor.require(Verb.ALERT_SEE, alert.case)
    with transaction.atomic():
        unseen = Alert.objects.filter(pk=alert.pk, seen_at__isnull=True, replaced_at__isnull=True)
        if unseen.update(seen_at=timezone.now(), seen_by=actor.user_id) == 1:
            _note(actor, Verb.ALERT_SEE, alert)
    alert.refresh_from_db()
    return alert


def unsee(actor: Actor, alert: Alert) -> Alert:
    """Takes `see` back, so that it is in the worklist again. Only of the newest: that is what the page shows."""
    actor.require(Verb.ALERT_SEE, alert.case)
    if _told(alert.case).filter(pk__gt=alert.pk).exists():
        raise _newer()
    try:
        with transaction.atomic():
            if Alert.objects.filter(pk=alert.pk, seen_at__isnull=False).update(seen_at=None, seen_by=None) == 1:
                _note(actor, "alert.unsee", alert)
    except IntegrityError:
        raise _newer() from None
    alert.refresh_from_db()
    return alert


def _told(case: Case) -> QuerySet[Alert]:
    return case.alerts.filter(Q(replaced_at__isnull=True) | Q(seen_at__isnull=False))


def _newer() -> Conflict:
    return Conflict(
        _("Later knowledge changed the first five again."),
        hint=_("Open the case to read the newer alert."),
        code="alert.newer",
    )


def _note(actor: Actor, verb: Verb | str, alert: Alert) -> None:
    detail = {"alert": alert.pk, "to": alert.target}
    log.record(actor, verb, object=f"case:{alert.case_id}", team_id=alert.team_id, detail=detail)
