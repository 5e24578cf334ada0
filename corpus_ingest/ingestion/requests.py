"""What can be asked of an ingestion: start, pause, resume, cancel. Whoever calls has looked whether it is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from corpus_ingest.errors import NotPossible
from corpus_ingest.ingestion.bell import ring
from corpus_ingest.models import ENDED, Ingestion, StageName, StageRecord, State, Then

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import User

PAUSE = "pause"


def start(
    files: Sequence[Mapping[str, Any]] = (),
    feeds: Sequence[str | Mapping[str, Any]] = (),
    *,
    then: Then = Then.PROPOSE,
    by: User | None = None,
    accept_drops: bool = False,
    inline: bool = False,
) -> Ingestion:
    """Asks for a pass of the pipeline: bring in these files and feeds, if any, and build from the shelf.

    `files` are what `incoming.receive` gave (`Incoming.as_json()`), `feeds` kinds of source that are fetched from
    their publisher, each alone or as {"kind", "sha256", "unseen"} (see `open_data.load`). `inline`: nobody is rung for,
    because the caller carries it itself (`worker.work`).
    """
    with transaction.atomic():
        asked = Ingestion.objects.create(
            wanted={
                "files": [dict(one) for one in files],
                "feeds": [{"kind": one} if isinstance(one, str) else dict(one) for one in feeds],
            },
            then=then,
            started_by=by,
            accept_drops=accept_drops,
        )
        StageRecord.objects.bulk_create(
            StageRecord(ingestion=asked, name=name, position=position) for position, name in enumerate(StageName)
        )
        if not inline:
            transaction.on_commit(lambda: ring(asked.pk))
    return asked


def pause(ingestion: Ingestion) -> Ingestion:
    """Stops after the item that is being worked on; nothing that was finished is lost."""
    now = Ingestion.objects.filter(pk=ingestion.pk, state=State.QUEUED).update(state=State.PAUSED)
    if not now and not Ingestion.objects.filter(pk=ingestion.pk, state=State.RUNNING).update(asked=PAUSE):
        ingestion.refresh_from_db()
        if ingestion.state != State.PAUSED:
            raise NotPossible("This ingestion has ended.", hint="Start another one.")
    ingestion.refresh_from_db()
    return ingestion


def resume(ingestion: Ingestion, *, accept_drops: bool | None = None, inline: bool = False) -> Ingestion:
    """Goes on with a paused one, or tries a failed one again: what was finished is not done again."""
    values: dict[str, Any] = {"state": State.QUEUED, "asked": "", "error": {}, "attempts": 0, "ended_at": None}
    if accept_drops is not None:
        values["accept_drops"] = accept_drops
    with transaction.atomic():
        again = Ingestion.objects.filter(pk=ingestion.pk, state__in=(State.PAUSED, State.FAILED)).update(
            rung_at=None, **values
        )
        if not again:  # asked to pause and not paused yet: the wish is taken back
            Ingestion.objects.filter(pk=ingestion.pk, state=State.RUNNING).update(asked="")
        elif not inline:
            transaction.on_commit(lambda: ring(ingestion.pk))
    ingestion.refresh_from_db()
    if ingestion.state in (State.DONE, State.CANCELLED):
        raise NotPossible("This ingestion has ended.", hint="Start another one.")
    return ingestion


def cancel(ingestion: Ingestion) -> Ingestion:
    """Ends it now, wherever it is: whoever still carries it can write nothing more. What is in use stays in use."""
    Ingestion.objects.filter(pk=ingestion.pk).exclude(state__in=ENDED).update(
        state=State.CANCELLED,
        fence=F("fence") + 1,
        asked="",
        ended_at=timezone.now(),
        lease_holder="",
        lease_until=None,
    )
    ingestion.refresh_from_db()
    return ingestion


def active() -> Ingestion | None:
    """The one that is under way, waits or is paused, oldest first; None when there is nothing to do."""
    going = Ingestion.objects.exclude(state__in=ENDED)
    return going.filter(state=State.RUNNING).first() or going.order_by("created_at").first()
