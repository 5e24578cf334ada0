"""What screening held back, by reason and one by one, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, When

from corpus_ingest.models import HeldState, HeldText
from diagnosis_app.knowledge import words

PAGE = 20  # texts
_GRAVE_FIRST = Case(When(reason__in=words.GRAVE, then=0), default=1)


@dataclass(frozen=True, slots=True)
class Group:
    reason: str
    name: str
    words: str
    look: str
    icon: str
    count: int


@dataclass(frozen=True, slots=True)
class Held:
    total: int
    released: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One text: everything in it is somebody else's and shown as such."""

    held: HeldText
    group: Group
    source: str


def held() -> Held:
    counted = HeldText.objects.filter(state=HeldState.HELD).values_list("reason").annotate(n=Count("pk")).order_by()
    groups = sorted((_group(reason, n) for reason, n in counted), key=_weight)
    released = HeldText.objects.filter(state=HeldState.RELEASED).count()
    return Held(sum(one.count for one in groups), released, tuple(groups))


def page_of(number: str, *, reason: str = "", released: bool = False) -> tuple[Page[HeldText], list[Row]]:
    """A page of the texts; what is no number is the first page, what is too large the last."""
    state = HeldState.RELEASED if released else HeldState.HELD
    found = (
        HeldText.objects.filter(state=state)
        .select_related("by", "ingestion")
        .order_by(_GRAVE_FIRST, "source", "document", "id")
    )
    if reason:
        found = found.filter(reason=reason)
    page = Paginator(found, PAGE).get_page(number if number.isascii() else "1")
    return page, [Row(one, _group(one.reason, 1), words.feed_name(one.source)) for one in page]


def row_of(one: HeldText) -> Row:
    return Row(one, _group(one.reason, 1), words.feed_name(one.source))


def _group(reason: str, count: int) -> Group:
    look, icon = words.reason_look(reason)
    return Group(reason, words.reason_name(reason), words.reason_words(reason), look, icon, count)


def _weight(group: Group) -> tuple[int, int]:
    """The dangerous first, then the many."""
    return ("danger", "unsure", "").index(group.look), -group.count
