"""The files of a batch as rows: a page at a time, by outcome, in the order that somebody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.urls import reverse

from diagnosis_app.batch.models import Batch
from diagnosis_app.batch.progress import OPEN, OUTCOMES, with_outcome
from diagnosis_app.batch.summing import FIRST, Row
from diagnosis_app.batch.words import Look, look_of, why
from diagnosis_app.cases.strength import word
from diagnosis_app.runs.models import Candidate
from diagnosis_app.runs.result import SHOWS_LIST
from frontend.words import duration, number

PAGE = 50
ORDERS = {
    "file": ("position",),
    "outcome": ("outcome", "position"),
    "leading": ("leading", "position"),
    "score": ("score", "position"),
    "seconds": ("took", "position"),
}
_CHUNK = 200  # runs whose candidates are read at once


@dataclass(frozen=True, slots=True)
class Line:
    """One file in words."""

    position: int
    name: str
    kind: str
    findings: int
    look: Look
    why: str
    reference: str
    url: str
    case_url: str
    leading: str
    leading_id: str
    word: str
    score: str
    seconds: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the table is asked for; what is not known counts as not asked."""

    show: str = ""
    sort: str = "file"
    down: bool = False
    page: int = 1

    @classmethod
    def of(cls, data: Any) -> Asked:
        show, sort, page = data.get("show", ""), data.get("sort", ""), data.get("page", "")
        down = sort.startswith("-")
        return cls(
            show if show in OUTCOMES else "",
            sort.removeprefix("-") if sort.removeprefix("-") in ORDERS else "file",
            down,
            max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
        )


@dataclass(frozen=True, slots=True)
class Table:
    lines: tuple[Line, ...]
    found: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1 if self.found else 0

    @property
    def last(self) -> int:
        return min(self.page * PAGE, self.found)


def table_of(batch: Batch, asked: Asked) -> Table:
    rows = _leading(with_outcome(batch.items.all()))
    if asked.show:
        rows = rows.filter(outcome=asked.show)
    found = rows.count()
    page = min(asked.page, max(1, -(-found // PAGE)))
    first, *rest = ORDERS[asked.sort]
    order = F(first).desc(nulls_last=True) if asked.down else F(first).asc(nulls_last=True)
    chosen = rows.select_related("case", "run").order_by(order, *rest)[(page - 1) * PAGE : page * PAGE]
    started = batch.started_at is not None
    return Table(tuple(_line(item, started) for item in chosen), found, page)


def rows_of(batch: Batch) -> Iterator[Row]:
    """Every file for the download, with its first five candidates."""
    items = list(with_outcome(batch.items.all()).select_related("case", "run").order_by("position"))
    for start in range(0, len(items), _CHUNK):
        part = items[start : start + _CHUNK]
        first: dict[Any, list[dict[str, Any]]] = {}
        runs = [item.run_id for item in part if item.run_id and item.outcome in SHOWS_LIST]
        for one in Candidate.objects.filter(run__in=runs, rank__lte=FIRST).order_by("rank"):
            told = {"id": one.disease, "name": one.name, "score": one.score, "strength": one.strength}
            first.setdefault(one.run_id, []).append(told)
        yield from (_row(item, tuple(first.get(item.run_id, ()))) for item in part)


def _leading(items: QuerySet[Any]) -> QuerySet[Any]:
    leader = Candidate.objects.filter(run=OuterRef("run"), rank=1, run__outcome__in=SHOWS_LIST)
    annotated: QuerySet[Any] = items.annotate(
        leading=Subquery(leader.values("name")[:1]),
        leading_id=Subquery(leader.values("disease")[:1]),
        score=Subquery(leader.values("score")[:1]),
        strength=Subquery(leader.values("strength")[:1]),
        took=ExpressionWrapper(F("run__ended_at") - F("run__started_at"), output_field=DurationField()),
    )
    return annotated


def _line(item: Any, started: bool) -> Line:
    case, run = item.case, item.run
    outcome = item.outcome if started or item.outcome == "unreadable" else "read"
    here = {"case_id": case.pk} if case else {}
    url = reverse("run", kwargs={**here, "run_id": run.pk}) if run else reverse("case", kwargs=here) if case else ""
    return Line(
        position=item.position,
        name=item.name,
        kind=item.kind,
        findings=item.findings,
        look=look_of(outcome),
        why=why(outcome, run.reasons if run else (), item.error or (run.error if run else {})),
        reference=case.reference if case else "",
        url=url,
        case_url=reverse("case", kwargs=here) if case else "",
        leading=item.leading or "",
        leading_id=item.leading_id or "",
        word=word(item.strength or ""),
        score=number(item.score) if item.score is not None else "",
        seconds=duration(item.took.total_seconds()) if item.took is not None and outcome not in OPEN else "",
        warnings=tuple(item.warnings),
    )


def _row(item: Any, first: tuple[dict[str, Any], ...]) -> Row:
    run = item.run
    ended = bool(run and run.ended_at and run.started_at)
    return Row(
        file=item.name,
        outcome=item.outcome,
        reasons=tuple(run.reasons) if run else (),
        first=first,
        seconds=(run.ended_at - run.started_at).total_seconds() if ended else None,
        warnings=tuple(item.warnings),
        error=item.error or (run.error if run else {}),
        case=item.case.reference if item.case else "",
        ids=(item.case_id, item.run_id),
    )
