"""What can be done with a batch. Page and API come through these functions.

Each asks the policy, does its work in one transaction and leaves one row in the trail; what happens to its cases leaves
the rows that it leaves anywhere. The trail holds counts, never the name of a file. What touches many cases or runs
holds all of them first, in the order of their keys, and writes the trail last: so no two acts wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments.names import shown_name
from diagnosis_app.audit import log
from diagnosis_app.batch.files import File, Found
from diagnosis_app.batch.models import Batch, Item
from diagnosis_app.batch.progress import with_outcome
from diagnosis_app.batch.reading import Input, read_file
from diagnosis_app.batch.watch import bell
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Hidden, Invalid, TooLarge
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run

MOST = 1000  # files of a batch; settings.DATA_UPLOAD_MAX_NUMBER_FILES lets as many through
LISTED = 100  # batches of a list
NAMED = 50  # files of other kinds that are named
Row = TypeVar("Row", Case, Run)


def create(actor: Actor, team_id: int, name: str, files: Iterable[File], found: Found | None = None) -> Batch:
    """Reads the files and keeps what they hold. Nothing is a case before `start`."""
    if team_id not in actor.teams(Verb.BATCH_CREATE):
        actor.require(Verb.BATCH_CREATE)
        raise Hidden(_("There is no such team."), field="team")
    knowledge = library.current()
    read: list[Input] = []
    for file in files:
        if len(read) >= MOST:
            raise too_many()
        read.append(read_file(file, knowledge))
    if not read:
        raise Invalid(
            _("There is no case in it."),
            field="file",
            hint=_("Phenopackets end in .json, lists of HPO ids in .txt."),
            code="batch.empty",
        )
    passed_over = [shown_name(one) for one in (found.passed_over if found else [])][:NAMED]
    with transaction.atomic():
        batch = Batch.objects.create(
            team_id=team_id, name=shown_name(name), passed_over=passed_over, created_by_id=_person(actor)
        )
        Item.objects.bulk_create([_item(batch, position, one) for position, one in enumerate(read, 1)], batch_size=200)
        unreadable = sum(one.content is None for one in read)
        _note_down(actor, Verb.BATCH_CREATE, batch, {"files": len(read), "unreadable": unreadable})
    return batch


def too_many() -> TooLarge:
    words = _("A batch holds at most %(n)s files.") % {"n": MOST}
    return TooLarge(words, field="file", hint=_("Split it into several."), code="batch.too_many")


def start(actor: Actor, batch: Batch) -> Batch:
    """Begins with what was read; again, it changes nothing."""
    actor.require(Verb.BATCH_START, batch)
    with transaction.atomic():
        held = _held(batch)
        _not_deleted(held)
        if held.started_at is not None:
            return held
        waiting = held.items.filter(state=Item.State.WAITING).count()
        if not waiting:
            raise Conflict(
                _("No file of this batch could be read."),
                hint=_("Mend the files and upload again."),
                code="batch.empty",
            )
        _put(held, started_at=timezone.now(), started_by_id=_person(actor))
        _note_down(actor, Verb.BATCH_START, held, {"cases": waiting})
        transaction.on_commit(lambda: bell([held.pk]))
    return held


def cancel(actor: Actor, batch: Batch) -> Batch:
    """Ends what is under way and leaves the rest; what was done stays. `resume` goes on."""
    actor.require(Verb.BATCH_CANCEL, batch)
    with transaction.atomic():
        held = _held(batch)
        _not_deleted(held)
        if held.started_at is None or held.stopped_at is not None:
            return held
        with log.at_the_end():
            stopped = _stop(actor, held, _under_way(held))
            _note_down(actor, Verb.BATCH_CANCEL, held, {"cancelled": stopped})
    return held


def resume(actor: Actor, batch: Batch) -> Batch:
    """Goes on with what was cancelled."""
    return _again(actor, batch, "cancelled")


def retry(actor: Actor, batch: Batch) -> Batch:
    """Does once more what failed."""
    return _again(actor, batch, "failed")


def discard(actor: Actor, batch: Batch) -> None:
    """A batch that was only read goes for good: there is nothing of it elsewhere."""
    actor.require(Verb.BATCH_DELETE, batch)
    with transaction.atomic():
        held = _held(batch)
        if held.started_at is not None:
            raise Conflict(
                _("This batch was started: it holds cases."), hint=_("Delete it instead."), code="batch.started"
            )
        with log.at_the_end():
            _note_down(actor, Verb.BATCH_DELETE, held, {"discarded": held.items.count()})
            held.delete()


def delete(actor: Actor, batch: Batch) -> Batch:
    """Its cases go into the bin, and what is under way ends. `restore` brings back exactly these."""
    actor.require(Verb.BATCH_DELETE, batch)
    with transaction.atomic():
        held = _held(batch)
        if held.deleted_at is not None:
            return held
        going = _under_way(held) if held.started_at is not None and held.stopped_at is None else None
        kept = _in_order(Case.objects.filter(batch_item__batch=held, deleted_at__isnull=True))
        with log.at_the_end():
            if going is not None:
                _stop(actor, held, going)
            binned = [cases.delete_case(actor, case).pk for case in kept]
            held.items.filter(case__in=binned).update(binned=True)
            _put(held, deleted_at=timezone.now())
            _note_down(actor, Verb.BATCH_DELETE, held, {"cases": len(binned)})
    return held


def restore(actor: Actor, batch: Batch) -> Batch:
    actor.require(Verb.BATCH_DELETE, batch)
    with transaction.atomic():
        held = _held(batch)
        if held.deleted_at is None:
            return held
        mine = Case.objects.filter(batch_item__batch=held, batch_item__binned=True, deleted_at__isnull=False)
        binned = _in_order(mine)
        with log.at_the_end():
            for case in binned:
                cases.restore_case(actor, case)
            held.items.filter(binned=True).update(binned=False)
            _put(held, deleted_at=None)
            _note_down(actor, "batch.restore", held, {"cases": len(binned)})
    return held


def read(actor: Actor, batch_id: UUID | str, *, part: str = "batch") -> Batch:
    """The batch with its team. Every read is one row of the trail."""
    batch = find(actor, Verb.BATCH_READ, batch_id)
    _note_down(actor, Verb.BATCH_READ, batch, {"part": part})
    return batch


def listed(actor: Actor, *, deleted: bool = False) -> list[Batch]:
    """The newest of the actor's teams."""
    actor.require(Verb.BATCH_READ)
    mine: QuerySet[Batch] = Batch.objects.filter(team_id__in=actor.teams(Verb.BATCH_READ))
    found = mine.filter(deleted_at__isnull=not deleted).select_related("team", "created_by").order_by("-created_at")
    rows = list(found[:LISTED])
    log.record(actor, Verb.BATCH_READ, detail={"batches": len(rows)})
    return rows


def find(actor: Actor, verb: Verb, batch_id: UUID | str) -> Batch:
    """The batch, if this actor may do `verb` with it; otherwise there is no such batch."""
    actor.require(verb)
    try:
        batch = Batch.objects.select_related("team", "created_by", "started_by").get(pk=batch_id)
    except (Batch.DoesNotExist, ValidationError, ValueError, TypeError):
        raise Hidden() from None  # the same words as for one of another team
    actor.require(verb, batch)
    return batch


def _again(actor: Actor, batch: Batch, outcome: str) -> Batch:
    actor.require(Verb.BATCH_START, batch)
    with transaction.atomic():
        held = _held(batch)
        _not_deleted(held)
        if held.started_at is None:
            raise Conflict(_("This batch was not started."), hint=_("Start it first."), code="batch.not_started")
        which = [item.pk for item in with_outcome(held.items.all()).filter(outcome=outcome)]
        Item.objects.filter(pk__in=which).update(state=Item.State.WAITING, run=None, error={})
        _put(held, stopped_at=None, rung_at=None, started_by_id=_person(actor))
        _note_down(actor, Verb.BATCH_START, held, {"cases": len(which), "again": outcome})
        transaction.on_commit(lambda: bell([held.pk]))
    return held


def _stop(actor: Actor, batch: Batch, going: Sequence[Run]) -> int:
    """Nothing more of it is begun, and what is under way ends."""
    _put(batch, stopped_at=timezone.now())
    waiting = batch.items.filter(state=Item.State.WAITING).update(state=Item.State.CANCELLED)
    for run in going:
        runs.cancel(actor, run)
    return waiting + len(going)


def _under_way(batch: Batch) -> list[Run]:
    """The runs of it that nobody asked for since: such a one is theirs."""
    given = batch.items.filter(state=Item.State.GIVEN).values("run")
    return _in_order(Run.objects.filter(pk__in=given, background=True).exclude(state="ended"))


def _in_order(rows: QuerySet[Row]) -> list[Row]:
    """The rows, held until the end of the transaction. Whoever takes the same ones takes them in the same order."""
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def _held(batch: Batch) -> Batch:
    """The row as it is now, held until the end of the transaction."""
    now = Batch.objects.select_for_update().filter(pk=batch.pk).first()
    if now is None:
        raise Hidden()
    return now


def _put(batch: Batch, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(fields))


def _not_deleted(batch: Batch) -> None:
    if batch.deleted_at is not None:
        raise Conflict(_("This batch is in the bin."), hint=_("Restore it first."), code="batch.deleted")


def _item(batch: Batch, position: int, one: Input) -> Item:
    if one.content is None:
        return Item(
            batch=batch,
            position=position,
            name=_short(one.name),
            sha256=one.sha256,
            state=Item.State.UNREADABLE,
            error=one.told,
        )
    return Item(
        batch=batch,
        position=position,
        name=_short(one.name),
        sha256=one.sha256,
        kind=one.kind,
        content=one.content.stored(),
        findings=sum(entry.status == "present" for entry in one.content.findings),
        warnings=[told[:300] for told in one.warnings[:20]],
    )


def _short(name: str) -> str:
    """As it was called, in one line, with the end that tells it from its neighbours."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return plain if len(plain) <= 300 else f"…{plain[-299:]}"


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    return actor.user_id


def _note_down(actor: Actor, verb: Verb | str, batch: Batch, detail: Mapping[str, Any]) -> None:
    log.record(actor, verb, object=f"batch:{batch.pk}", team_id=batch.team_id, detail=detail)
