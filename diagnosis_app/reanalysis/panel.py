"""The alert of a case as its page shows it: the two lists side by side, and why one became the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases.actions import content_of
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.strength import band
from diagnosis_app.reanalysis.actions import alerts_of
from diagnosis_app.reanalysis.models import Alert
from diagnosis_app.reanalysis.words import Link, Said, said, source_words
from frontend.words import number, source_url

NAMED = 6  # reasons shown at once; the rest open


@dataclass(frozen=True, slots=True)
class Line:
    rank: int
    name: str
    links: tuple[Link, ...]
    score: str
    band: SafeString
    way: str  # where it stands in the other list
    sign: str  # up, down, same, plus, x: an icon
    moved: bool


@dataclass(frozen=True, slots=True)
class Shown:
    id: int
    unseen: bool
    at: datetime
    version: int | None  # none: the draft
    changed_since: bool
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    reasons: tuple[Said, ...]
    more: tuple[Said, ...]
    sources: tuple[str, ...]
    known: bool
    source: str
    target: str
    seen_at: datetime | None
    seen_by: str
    changeable: bool
    startable: bool


def newest(actor: Actor, case: Case) -> Shown | None:
    """The alert that waits to be seen, or the last one that was: that can be taken back."""
    found = alerts_of(actor, case)
    return shown(actor, found[0], case) if found else None


def shown(actor: Actor, alert: Alert, case: Case) -> Shown:
    reasons = [said(one) for one in alert.reasons]
    open_ = case.deleted_at is None and case.closed_at is None
    return Shown(
        id=alert.pk,
        unseen=alert.unseen,
        at=alert.created_at,
        version=alert.version.number if alert.version else None,
        changed_since=content_of(case.draft).digest() != alert.digest,
        before=tuple(_line(one, before=True) for one in alert.before),
        after=tuple(_line(one, before=False) for one in alert.after),
        reasons=tuple(reasons[:NAMED]),
        more=tuple(reasons[NAMED:]),
        sources=tuple(source_words(one) for one in alert.sources),
        known=alert.known,
        source=alert.source[:12],
        target=alert.target[:12],
        seen_at=alert.seen_at,
        seen_by=alert.seen_by.display_name if alert.seen_by else "",
        changeable=actor.may(Verb.ALERT_SEE, case),
        startable=open_ and actor.may(Verb.RUN_START, case),
    )


def _line(one: Mapping[str, Any], *, before: bool) -> Line:
    rank, other = int(one["rank"]), one.get("other")
    way, sign = _way(rank, other, before=before)
    return Line(
        rank=rank,
        name=str(one["name"]),
        links=tuple(Link(name, source_url(name)) for name in one.get("ids") or [one["id"]]),
        score=number(float(one["score"])),
        band=band(one.get("strength")),
        way=way,
        sign=sign,
        moved=other != rank,
    )


def _way(rank: int, other: int | None, *, before: bool) -> tuple[str, str]:
    if other is None:
        return (_("no longer ranked"), "x") if before else (_("new"), "plus")
    if other == rank:
        return _("unchanged"), "same"
    if before:
        return _("now %(rank)s") % {"rank": other}, "up" if other < rank else "down"
    return _("was %(rank)s") % {"rank": other}, "up" if rank < other else "down"
