"""A batch of invented patients, read and started."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.diagnosis_app.batch.packets import SEIZURES, packet, terms

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.batch.models import Batch
    from retrieval.snapshot import Snapshot

FILES = {"a.json": packet(), "b.txt": terms(), "broken.json": b"{", "few.txt": terms(SEIZURES[:1])}


@pytest.fixture
def make(snapshot: Snapshot, actor: Actor, team: Any) -> Callable[..., Batch]:
    """make(files) -> a batch that was read and not started."""
    from diagnosis_app.batch import actions
    from diagnosis_app.batch.files import File

    def made(files: dict[str, bytes] | None = None, name: str = "ward.zip") -> Batch:
        given = FILES if files is None else files
        return actions.create(actor, team.pk, name, [File(one, content) for one, content in given.items()])

    return made


@pytest.fixture
def batch(make: Callable[..., Batch]) -> Batch:
    return make()


@pytest.fixture
def started(batch: Batch, actor: Actor) -> Batch:
    from diagnosis_app.batch import actions

    return actions.start(actor, batch)


@pytest.fixture
def carry() -> Callable[[], int]:
    """Does what workers do until nothing is left; returns how many runs there were."""

    def all_of_it() -> int:
        from diagnosis_app.batch import feeding
        from diagnosis_app.runs import worker
        from diagnosis_app.runs.models import Run

        done = 0
        while True:
            feeding.give()
            waiting = list(Run.objects.filter(state="queued").values_list("pk", flat=True))
            if not waiting:
                return done
            for pk in waiting:
                worker.investigate(pk)
                done += 1

    return all_of_it
