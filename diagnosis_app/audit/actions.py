"""What an auditor does with the trail: verify it, take it along. Both leave a row themselves."""

from __future__ import annotations

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.audit.models import Entry
from diagnosis_app.audit.reading import Filters

VERIFY, EXPORT = "audit.verify", "audit.export"


def verify(actor: Actor, noted_head: str = "") -> log.Verdict:
    """Checks the whole chain, also the rows of other teams: only counts and digests come back."""
    actor.require(Verb.AUDIT_READ)
    verdict = log.verify(noted_head)
    detail = {"rows": verdict.rows, "broken_at": verdict.broken_at, "why": verdict.why, "head": verdict.head}
    log.record(actor, VERIFY, detail=detail, team_id=_team(actor))
    return verdict


def export(actor: Actor, filters: Filters) -> Entry:
    """Notes the export; the rows up to and including this one are what is taken along."""
    actor.require(Verb.AUDIT_READ)
    return log.record(actor, EXPORT, detail=filters.asked(), team_id=_team(actor))


def _team(actor: Actor) -> int | None:
    return min(actor.teams(Verb.AUDIT_READ), default=None)
