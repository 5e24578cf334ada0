"""The texts that screening held back, as rows for the pages: mirrored after each ingestion, released one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from corpus_ingest import released
from corpus_ingest.errors import NotPossible
from corpus_ingest.models import HeldState, HeldText, Ingestion

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import User


class Held(Protocol):
    """What screening says of a text it held (`screening.Held`)."""

    @property
    def id(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def excerpt(self) -> str: ...
    @property
    def block(self) -> int | None: ...


def mirror(held: Iterable[Held], ingestion: Ingestion | None = None) -> int:
    """Makes the rows say what the last ingestion held. Decisions stay, also of texts that are gone."""
    rows = [
        HeldText(
            id=one.id,
            document=one.document[:200],
            title=one.title[:300],
            source=one.source[:120],
            reason=one.reason[:60],
            excerpt=_storable(one.excerpt),
            block=one.block,
            state=HeldState.HELD,
            ingestion=ingestion,
        )
        for one in {one.id: one for one in held}.values()
    ]
    with transaction.atomic():
        HeldText.objects.filter(state=HeldState.HELD).delete()
        HeldText.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def release(text: HeldText, *, by: User | None, why: str) -> HeldText:
    """Lets a text pass from the next build on."""
    return _decide(text, HeldState.RELEASED, by, why)


def hold(text: HeldText, *, by: User | None, why: str) -> HeldText:
    """Takes a release back, from the next build on."""
    return _decide(text, HeldState.HELD, by, why)


def waiting() -> QuerySet[HeldText]:
    return HeldText.objects.filter(state=HeldState.HELD)


def _decide(text: HeldText, state: HeldState, by: User | None, why: str) -> HeldText:
    if not why.strip():
        raise NotPossible("A reason is missing.", hint="Say why this text may be shown.")
    said, now = _storable(why.strip())[:500], timezone.now()
    with transaction.atomic():  # the file last: no text is let in of which no row says who answers for it
        row = HeldText.objects.filter(pk=text.pk).update(state=state, by=by, why=said, at=now)
        if row != 1:
            raise NotPossible("This text is not among those held back any more.", hint="Reload the page.")
        who = by.get_username() if by is not None else ""
        released.decide(text.id, released=state == HeldState.RELEASED, by=who, why=said)
    text.state, text.by, text.why, text.at = state, by, said, now
    return text


def _storable(excerpt: str) -> str:
    """PostgreSQL stores no NUL, and a text may hold half a surrogate pair."""
    return excerpt.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
