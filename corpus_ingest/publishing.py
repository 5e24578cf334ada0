"""Who proposed a snapshot, who put it into use, and how to go back.

The pointer in the knowledge directory says what is in use; rows are the record of it. The pointer is
moved after the approval is stored and before the row says "published", so that a process killed in
between leaves an approval that `settle` carries out. Whoever moves the pointer or ends a row does so alone,
under the kernel's lock, so that two people at once leave rows and pointer that agree. What somebody put
into use at the shell (`knowledge build`, `knowledge use`) is found by `settle` and recorded without a name.

Nobody publishes what they proposed themselves unless CLEW_PUBLISH_ALONE says so.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from corpus_ingest import held as held_back
from corpus_ingest import publish, quarantine
from corpus_ingest.errors import NothingToRollBack, NotPossible, SecondPersonNeeded
from corpus_ingest.finished import Finished
from corpus_ingest.models import Ingestion, Publication, PublicationState
from retrieval.errors import SnapshotMissing, SnapshotUnreadable
from retrieval.snapshot import verify_snapshot

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import User

Published = Callable[[str, str], None]  # (snapshot now in use, the one before or ""), after the pointer has moved
AT_THE_SHELL = "At the command line."
GONE = "The snapshot was no longer there."
_LOCK = ".publishing"
log = logging.getLogger("clew.ingest")
_listeners: list[Published] = []


def when_published(listener: Published) -> None:
    """Asks to be told of each change of the snapshot in use. Called once, when the application starts."""
    _listeners.append(listener)


def propose(
    snapshot: str,
    *,
    by: User | None = None,
    note: str = "",
    checks: Sequence[Mapping[str, Any]] = (),
    ingestion: Ingestion | None = None,
) -> Publication:
    """Offers a snapshot for use. Proposed already: that proposal comes back as it is."""
    _whole(snapshot)
    if snapshot == in_use():
        raise NotPossible("This snapshot is in use already.")
    try:
        with transaction.atomic():
            return Publication.objects.create(
                snapshot=snapshot,
                ingestion=ingestion,
                proposed_by=by,
                proposed_at=timezone.now(),
                note=note[:500],
                checks=[dict(one) for one in checks],
            )
    except IntegrityError:
        return Publication.objects.get(snapshot=snapshot, state=PublicationState.PROPOSED)


def approve(publication: Publication, *, by: User | None = None, note: str = "") -> Publication:
    """Puts a proposed snapshot into use. `by` None is whoever works at the machine's shell."""
    with _alone():
        return _approved(publication, by, note)


def _approved(publication: Publication, by: User | None, note: str) -> Publication:
    _settle()
    with transaction.atomic():
        row = Publication.objects.select_for_update().get(pk=publication.pk)
        if row.state != PublicationState.PROPOSED:
            raise NotPossible("This proposal is not open any more.", hint="Propose the snapshot again.")
        if by is not None and row.proposed_by_id == by.pk and not settings.PUBLISH_ALONE:
            raise SecondPersonNeeded(
                "A second person publishes what you proposed.", hint="Ask another curator of your deployment."
            )
        _whole(row.snapshot)
        row.approved_by, row.approved_at = by, timezone.now()
        row.note = note[:500] or row.note
        row.save()
    _carry_out(row)
    return row


def withdraw(publication: Publication, *, note: str = "") -> Publication:
    """Takes a proposal back; the snapshot stays where it is until it is pruned."""
    with _alone(), transaction.atomic():
        row = Publication.objects.select_for_update().get(pk=publication.pk)
        if row.state != PublicationState.PROPOSED:
            raise NotPossible("This proposal is not open any more.")
        row.state, row.ended_at, row.note = PublicationState.WITHDRAWN, timezone.now(), note[:500] or row.note
        row.save()
    return row


def roll_back(*, by: User | None = None, note: str = "", to: str = "") -> Publication:
    """Goes back to the snapshot that was in use before, or to `to`, in one step; one person is enough.

    Going back is what is done when something is wrong: it does not wait for a second person.
    """
    with _alone():
        return _rolled_back(by, note, to)


def _rolled_back(by: User | None, note: str, to: str) -> Publication:
    _settle()
    now = in_use()
    target = to or previous()
    if not target or target == now:
        raise NothingToRollBack("No earlier snapshot is there.", hint="See manage.py knowledge list.")
    _whole(target)
    moment = timezone.now()
    with transaction.atomic():
        Publication.objects.filter(snapshot=target, state=PublicationState.PROPOSED).update(
            state=PublicationState.WITHDRAWN, ended_at=moment
        )
        Publication.objects.filter(snapshot=now or "", state=PublicationState.PUBLISHED, ended_at=None).update(
            state=PublicationState.ROLLED_BACK, ended_at=moment
        )
        row = Publication.objects.create(
            snapshot=target,
            before=now or "",
            proposed_by=by,
            proposed_at=moment,
            approved_by=by,
            approved_at=moment,
            note=note[:500],
        )
    _carry_out(row)
    return row


def history(limit: int = 100) -> QuerySet[Publication]:
    """Newest first, proposals included. What was put into use at the shell is there too."""
    settle()
    return Publication.objects.select_related("proposed_by", "approved_by", "ingestion")[:limit]


def proposals() -> QuerySet[Publication]:
    """What waits for a second person, newest first."""
    waiting = Publication.objects.filter(state=PublicationState.PROPOSED, approved_at=None)
    return waiting.select_related("proposed_by", "ingestion")


def in_use() -> str | None:
    """The id that the pointer names; None without a pointer that can be read."""
    try:
        return publish.in_use(_directory())
    except SnapshotMissing:
        return None


def previous() -> str:
    """The last snapshot in use before the present one that is still there; "" if there is none."""
    there = {*publish.finished(_directory())} - {in_use()}
    used = Publication.objects.exclude(published_at=None).order_by("-published_at", "-pk")
    for snapshot, state in used.values_list("snapshot", "state"):
        if snapshot in there and state == PublicationState.PUBLISHED:
            return str(snapshot)
        there.discard(snapshot)  # what was rolled back the last time is not what one goes back to
    return ""


def settle() -> None:
    """Brings rows and pointer together: carries out what was approved, and records what the shell put into use."""
    if _unsettled():
        with _alone():
            _settle()


# --- inside --------------------------------------------------------------


def _approvals() -> QuerySet[Publication]:
    """What was approved and is not in use yet."""
    return Publication.objects.filter(state=PublicationState.PROPOSED).exclude(approved_at=None)


def _last() -> Publication | None:
    return Publication.objects.filter(state=PublicationState.PUBLISHED, ended_at=None).first()


def _unsettled() -> bool:
    now, last = in_use(), _last()
    return _approvals().exists() or (now is not None and (last is None or last.snapshot != now))


def _settle() -> None:
    """As `settle`, with the lock held. What cannot be carried out now waits, and hinders nobody who only looks."""
    for row in _approvals():
        if row.snapshot not in publish.finished(_directory()):
            row.state, row.ended_at, row.note = PublicationState.WITHDRAWN, timezone.now(), row.note or GONE
            row.save(update_fields=["state", "ended_at", "note"])
            continue
        try:
            _carry_out(row)
        except OSError as error:
            log.error("snapshot %s is approved and cannot be put into use: %s", row.snapshot, type(error).__name__)
    now, last = in_use(), _last()
    if now is None or (last is not None and last.snapshot == now):
        return
    try:
        _record(now, last)
    except IntegrityError:  # another process saw it at the same moment and recorded it
        return
    if last is not None:
        _tell(now, last.snapshot)


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time; the lock is the kernel's and goes with the process. No directory, nothing to move."""
    directory = _directory()
    if not directory.is_dir():
        yield
        return
    with (directory / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _carry_out(row: Publication) -> None:
    """Moves the pointer, then says so in the row. Doing it twice leaves what doing it once leaves."""
    before = in_use() or ""
    publish.use(_directory(), row.snapshot)
    moment = timezone.now()
    with transaction.atomic():
        Publication.objects.filter(state=PublicationState.PUBLISHED, ended_at=None).exclude(pk=row.pk).update(
            ended_at=moment
        )
        row.state, row.published_at = PublicationState.PUBLISHED, moment
        row.before = row.before or (before if before != row.snapshot else "")
        row.save()
    _tell(row.snapshot, row.before)


def _record(snapshot: str, last: Publication | None) -> None:
    """What the shell put into use. An open proposal of it is thereby published."""
    moment = timezone.now()
    with transaction.atomic():
        _mirror_what_was_held(snapshot)
        Publication.objects.filter(state=PublicationState.PUBLISHED, ended_at=None).update(ended_at=moment)
        row = Publication.objects.filter(snapshot=snapshot, state=PublicationState.PROPOSED).first()
        row = row or Publication(snapshot=snapshot, proposed_at=moment)
        row.state, row.approved_at, row.published_at = PublicationState.PUBLISHED, moment, moment
        row.before = last.snapshot if last else ""
        row.note = row.note or AT_THE_SHELL
        row.save()


def _mirror_what_was_held(snapshot: str) -> None:
    """What a build at the shell held back is to be decided like any other. Going back to an older one is none."""
    known = Publication.objects.filter(snapshot=snapshot) | Publication.objects.filter(before=snapshot)
    if known.exists() or Ingestion.objects.filter(snapshot=snapshot).exists():
        return
    held = held_back.of(snapshot, Finished(Path(settings.VAR_DIR) / "ingest"))
    if held is not None:
        quarantine.mirror(held)


def _tell(snapshot: str, before: str) -> None:
    for listener in _listeners:
        listener(snapshot, before)


def _whole(snapshot: str) -> None:
    if snapshot not in publish.finished(_directory()):
        raise SnapshotMissing("There is no such snapshot.", hint="See manage.py knowledge list.")
    problems = verify_snapshot(_directory() / snapshot)
    if problems:
        raise SnapshotUnreadable(f"Snapshot {snapshot} is damaged. {problems[0]}", hint="Build it again.")


def _directory() -> Path:
    return Path(settings.KNOWLEDGE_DIR)
