"""Which rows of the trail an auditor sees, filtered and page by page.

An auditor sees the rows of their teams, and of those without a team the ones made by a member of
their teams or by nobody (the command line, a sign-in with a name that does not exist).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.models import Membership
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit.models import Entry
from diagnosis_app.errors import Invalid

PAGE = 100  # rows
_withheld: list[Callable[[Actor], Q]] = []


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for. `problems` names what could not be read; the rest still applies."""

    person: str = ""
    verb: str = ""
    object: str = ""
    since: str = ""
    until: str = ""
    problems: tuple[Invalid, ...] = field(default=())

    def asked(self) -> dict[str, str]:
        fields = {
            "person": self.person,
            "verb": self.verb,
            "object": self.object,
            "since": self.since,
            "until": self.until,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Entry]
    older: int | None  # rows below this number follow
    newer: bool  # this is not the first page


def filters_from(query: Mapping[str, str]) -> Filters:
    given = {name: query.get(name, "").replace("\x00", "").strip()[:120] for name in ("person", "verb", "object")}
    dates, problems = {}, []
    for name, words in (("since", _("From")), ("until", _("To"))):
        text = query.get(name, "").strip()[:20]
        if text and _day(text) is None:
            hint = _("Write it as 2026-11-20.")
            problems.append(Invalid(_("%s is not a date.") % words, field=name, hint=hint))
            text = ""
        dates[name] = text
    return Filters(**given, **dates, problems=tuple(problems))


def withhold(rows: Callable[[Actor], Q]) -> None:
    """Leaves out, on page and export, rows that would tell this person what they must not know yet."""
    if rows not in _withheld:
        _withheld.append(rows)


def visible(actor: Actor) -> QuerySet[Entry]:
    found = _of_teams(actor)
    for rule in _withheld:
        if rows := rule(actor):
            found = found.exclude(rows)
    return found


def withheld(actor: Actor) -> int:
    """How many rows are left out for this person for now."""
    return _of_teams(actor).count() - visible(actor).count() if any(rule(actor) for rule in _withheld) else 0


def _of_teams(actor: Actor) -> QuerySet[Entry]:
    actor.require(Verb.AUDIT_READ)
    teams = actor.teams(Verb.AUDIT_READ)
    members = Membership.objects.filter(team__in=teams).values("user_id")
    without_team = Q(team_id=None) & (Q(actor_id=None) | Q(actor_id__in=members))
    return Entry.objects.filter(Q(team_id__in=teams) | without_team)


def matching(actor: Actor, filters: Filters) -> QuerySet[Entry]:
    rows = visible(actor)
    if filters.person:
        rows = rows.filter(actor__icontains=filters.person)
    if filters.verb:
        rows = rows.filter(verb=filters.verb)
    if filters.object:
        rows = rows.filter(object__startswith=filters.object)
    first, last = _day(filters.since), _day(filters.until)
    if first:
        rows = rows.filter(at__gte=_midnight(first))
    if last:
        rows = rows.filter(at__lt=_midnight(last) + timedelta(days=1))
    return rows.order_by("-seq")


def page(actor: Actor, filters: Filters, below: int | None) -> Page:
    """One page, newest first, of the rows numbered below `below`: cheap at any depth of the trail."""
    found = matching(actor, filters)
    rows = list((found.filter(seq__lt=below) if below else found)[: PAGE + 1])
    older = rows[PAGE - 1].seq if len(rows) > PAGE else None
    return Page(rows[:PAGE], older, below is not None)


def verbs(actor: Actor) -> list[str]:
    return list(visible(actor).order_by("verb").values_list("verb", flat=True).distinct())


def told(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The details of a row as an auditor reads them; a digest by its first letters."""
    return [
        (name.replace("_", " "), _words(value)) for name, value in detail.items() if value not in (None, "", [], {})
    ]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    text = str(value)
    return f"{text[:10]}…" if len(text) == 64 and text.isalnum() else text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 and int(text[:4]) in range(1900, 9999) else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
