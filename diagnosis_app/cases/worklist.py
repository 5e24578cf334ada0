"""The cases of a person's teams, as the worklist shows them: filtered, searched, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.strength import word as strength_word
from diagnosis_app.reanalysis.models import Alert
from diagnosis_app.review.blinding import open_readings
from diagnosis_app.review.models import SecondReading
from diagnosis_app.runs.models import Outcome, Run, State
from frontend.words import number, who

PAGE = 25
MOST = 500
STATES = ("open", "awaited", "changed", "second", "closed", "batches", "bin")

UNTOUCHED = Q(batch_item__isnull=False, draft__revision=1)  # made of a file of a batch, and nobody has edited it


@dataclass(frozen=True, slots=True)
class Row:
    """One case in words. `tone` names a tag colour and `sign` an icon; the words carry the meaning."""

    id: str
    reference: str
    who: str
    team: str
    tone: str
    sign: str
    state: str
    leading: str
    then: str
    word: str  # how strong the leader is
    score: str
    lead: str
    run: str
    reader: str
    updated: datetime
    news: bool  # new knowledge changed its first five, and nobody has seen it
    second: str  # the run of which this person is the second reader and has not committed


@dataclass(frozen=True, slots=True)
class Worklist:
    rows: tuple[Row, ...]
    found: int
    counts: dict[str, int]
    state: str
    query: str

    @property
    def more(self) -> int:
        """How many to ask for next; 0 when all are shown."""
        return min(len(self.rows) + PAGE, MOST) if self.found > len(self.rows) < MOST else 0


def worklist(actor: Actor, *, state: str = "open", query: str = "", shown: int = PAGE) -> Worklist:
    actor.require(Verb.CASE_LIST)
    state = state if state in STATES else "open"
    mine = Case.objects.filter(team_id__in=actor.teams(Verb.CASE_LIST))
    counts = {name: _in_state(mine, name, actor).count() for name in STATES}
    found = _matching(_in_state(mine, state, actor), query)
    last = Run.objects.filter(case=OuterRef("pk")).order_by("-created_at")
    page = (
        found.select_related("team")
        .annotate(
            run_state=Subquery(last.values("state")[:1]),
            run_outcome=Subquery(last.values("outcome")[:1]),
            run_at=Subquery(last.values("created_at")[:1]),
            news=Exists(unseen()),
            second=Subquery(to_read(actor).values("run_id")[:1], output_field=UUIDField()),
            reader_id=F("draft__updated_by_id"),
            reader_name=F("draft__updated_by__full_name"),
            reader_login=F("draft__updated_by__username"),
        )
        .order_by("-updated_at", "number")[: max(1, min(shown, MOST))]
    )
    rows = tuple(_row(actor, case) for case in page)
    log.record(actor, Verb.CASE_LIST, detail={"state": state, "shown": len(rows), "searched": bool(query.strip())})
    return Worklist(rows, found.count(), counts, state, query)


def unseen() -> QuerySet[Alert]:
    """For a query over cases: the alert of one that waits to be seen."""
    return Alert.objects.filter(case=OuterRef("pk"), seen_at__isnull=True, replaced_at__isnull=True)


def to_read(actor: Actor) -> QuerySet[SecondReading]:
    """For a query over cases: the second reading of one that waits for this person."""
    return open_readings().filter(case=OuterRef("pk"), reader_id=actor.user_id)


def _in_state(cases: QuerySet[Case], state: str, actor: Actor) -> QuerySet[Case]:
    """What came from a batch stands apart until somebody edits it; what went with its batch is restored with it."""
    if state == "bin":
        return cases.filter(deleted_at__isnull=False).exclude(batch_item__binned=True)
    if state == "changed":
        return _in_state(cases, "open", actor).filter(Exists(unseen()))
    if state == "awaited":  # also one of a batch: whoever asked for that investigation is asked
        waiting = Run.objects.filter(case=OuterRef("pk"), state=State.WAITING)
        return cases.filter(Exists(waiting), deleted_at__isnull=True, closed_at__isnull=True)
    if state == "second":  # also one of a batch: a colleague asked
        return cases.filter(Exists(to_read(actor)), deleted_at__isnull=True)
    if state == "batches":
        return cases.filter(UNTOUCHED, deleted_at__isnull=True)
    return cases.exclude(UNTOUCHED).filter(deleted_at__isnull=True, closed_at__isnull=state == "open")


def _matching(cases: QuerySet[Case], query: str) -> QuerySet[Case]:
    """Every word must occur in the findings or diseases of a case, or the whole be its reference."""
    text = query.replace("\x00", "").strip()[:200]
    if not text:
        return cases
    digits = text.upper().removeprefix("C-").lstrip("0")
    by_words = Q()
    for word in text.casefold().split():
        by_words &= Q(summary__words__icontains=word)
    return cases.filter(by_words | Q(number=int(digits)) if digits.isascii() and digits.isdigit() else by_words)


def _row(actor: Actor, case: Any) -> Row:
    summary = case.summary
    leading = summary.get("leading") or []
    tone, sign, state = _state(case, summary)
    return Row(
        id=str(case.pk),
        reference=case.reference,
        who=who(summary.get("sex", ""), summary.get("age")),
        team=case.team.name,
        tone=tone,
        sign=sign,
        state=state,
        leading=leading[0]["name"] if leading else "",
        then=", ".join(one["name"] for one in leading[1:]),
        word=strength_word(leading[0].get("strength") or "") if leading else "",
        score=number(leading[0]["score"]) if leading else "",
        lead=_lead(summary.get("lead")),
        run=_run(case),
        reader=_("you") if case.reader_id == actor.user_id else case.reader_name or case.reader_login,
        updated=case.updated_at,
        news=case.news,
        second=str(case.second) if case.second else "",
    )


def _lead(lead: float | None) -> str:
    if lead is None:
        return ""
    return _("level with the next") if lead < 0.05 else _("%(lead)s ahead") % {"lead": f"{lead:.1f}"}


def _state(case: Any, summary: dict[str, Any]) -> tuple[str, str, str]:
    if case.run_state == State.WAITING:
        return "thread", "clock", _("Answer awaited")
    if case.run_state in {State.QUEUED, State.RUNNING}:
        return "", "clew", _("Investigating")
    if summary.get("outcome") == "ranked" and summary.get("none_leads"):
        return "unsure", "q", _("None of these leads")
    if summary.get("outcome") == "ranked":
        return "for", "check", _("Ranked")
    if summary.get("findings"):
        return "unsure", "q", _("Not enough to rank")
    return "", "ring", _("No findings yet")


def _run(case: Any) -> str:
    if case.run_state is None:
        return ""
    if case.run_state != State.ENDED:
        return {State.QUEUED: _("queued"), State.RUNNING: _("running"), State.WAITING: _("waits for you")}[
            case.run_state
        ]
    return {
        Outcome.RANKED: _("ranked"),
        Outcome.PARTIAL: _("partial"),
        Outcome.INSUFFICIENT: _("not enough to rank"),
        Outcome.FAILED: _("failed"),
        Outcome.CANCELLED: _("cancelled"),
    }.get(case.run_outcome, "")
