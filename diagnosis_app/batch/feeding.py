"""Gives the files of batches to the workers, a few at a time.

Never more than `ROOM` runs of batches are under way, so that neither the broker nor a person who asks for an
investigation stands behind hundreds. A file becomes case and run in one transaction: killed anywhere, it is still
waiting or it has both. Carried by a worker, after each run and when the reaper rings; any number may do it at once.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction
from django.db.models import Count, Q
from django.db.models.query import QuerySet

from diagnosis_app.accounts.policy import Verb, actor_for
from diagnosis_app.batch.models import Batch, Item
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.errors import ClinicError
from diagnosis_app.runs.actions import request_run
from diagnosis_app.runs.models import State
from retrieval.errors import RetrievalError

ROOM = 4  # runs of batches under way, over all batches
WAITING = Q(items__state=Item.State.WAITING)
BUSY = (State.QUEUED, State.RUNNING)
UNDER_WAY = Q(items__run__state__in=BUSY, items__run__background=True)
log = logging.getLogger("clew.batch")


def room() -> int:
    """How many more runs may be begun."""
    busy = Item.objects.filter(run__state__in=BUSY, run__background=True)  # one that somebody asked for is not ours
    return max(0, ROOM - busy.count())


def hungry() -> QuerySet[Batch]:
    """Batches with files that wait; the one with the fewest under way first, so that none waits for another's end."""
    going = Batch.objects.filter(started_at__isnull=False, stopped_at__isnull=True, deleted_at__isnull=True)
    counted = going.annotate(
        waiting=Count("items", filter=WAITING, distinct=True), busy=Count("items", filter=UNDER_WAY, distinct=True)
    )
    return counted.filter(waiting__gt=0).order_by("busy", "started_at")


def give() -> int:
    """As many as there is room for; returns how many. Without knowledge nothing is begun, and all stay waiting."""
    given = 0
    while room() and (batch := hungry().first()) is not None:
        item = batch.items.filter(state=Item.State.WAITING).order_by("position").first()
        if item is None:
            continue
        try:
            given += _give(item)
        except RetrievalError as error:
            log.warning("batch %s waits: %s", batch.pk, error.code)
            break
        except ClinicError as error:
            _refused(item, error.as_json())
        except DatabaseError:
            raise
        except Exception as error:  # the border: one file must not stop the others, and nothing of it is logged
            log.error("an item of batch %s failed: %s", batch.pk, type(error).__name__)
            _refused(item, {"code": "internal", "message": "No case could be made of this file.", "hint": "Try again."})
    return given


def _give(item: Item) -> bool:
    content = read_content(item.content) if item.case_id is None else None
    if content is not None:
        rank_content(content)  # remembered: nobody else waits for it while the rows are held
    with transaction.atomic():
        batch = Batch.objects.select_for_update(of=("self",)).select_related("started_by").get(pk=item.batch_id)
        mine = Item.objects.filter(pk=item.pk, state=Item.State.WAITING)
        if not batch.going or not room() or batch.started_by is None or mine.update(state=Item.State.GIVEN) != 1:
            return False
        actor = actor_for(batch.started_by, "batch")
        if item.case_id is None:
            item.case_id = cases.create_case(actor, batch.team_id, content, origin="batch").pk
        case = cases.find(actor, Verb.RUN_START, item.case_id)
        run = request_run(actor, case, background=True)
        Item.objects.filter(pk=item.pk).update(case=case, run=run, content={}, error={})
    return True


def _refused(item: Item, error: dict[str, object]) -> None:
    told = {key: str(error.get(key, "")) for key in ("code", "message", "hint")}
    Item.objects.filter(pk=item.pk, state=Item.State.WAITING).update(state=Item.State.FAILED, error=told)
