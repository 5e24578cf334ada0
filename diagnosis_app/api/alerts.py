"""What new knowledge changed in a case: the first five before and after, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import alert_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.cases.actions import read_case
from diagnosis_app.reanalysis.actions import alerts_of
from diagnosis_app.reanalysis.models import Alert
from diagnosis_app.reanalysis.words import said

operations = Operations("Cases")


@operations.get("/cases/{uuid:case_id}/alerts", verb=Verb.CASE_READ, answers=words.Alerts)
def list_alerts(request: HttpRequest, case_id: UUID) -> words.Alerts:
    """Each time new knowledge changed the first five, the newest first, at most 50. The reading is recorded."""
    actor = actor_of(request)
    case = read_case(actor, case_id, part="alerts")
    return words.Alerts(alerts=[_alert(one) for one in alerts_of(actor, case)])


def _alert(one: Alert) -> words.Alert:
    return words.Alert(
        id=one.pk,
        version=one.version.number if one.version else None,
        source=one.source,
        target=one.target,
        before=[words.Placed(**place) for place in one.before],
        after=[words.Placed(**place) for place in one.after],
        reasons=[_reason(reason) for reason in one.reasons],
        sources=one.sources,
        explained=one.known,
        created_at=one.created_at,
        seen_at=one.seen_at,
        seen_by=one.seen_by.display_name if one.seen_by else "",
    )


def _reason(reason: dict[str, Any]) -> words.AlertReason:
    return words.AlertReason(**reason, words=said(reason).text)
