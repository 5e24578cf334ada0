"""Who puts a snapshot into use: a second person, unless the deployment says otherwise; and how to go back."""

from __future__ import annotations

import errno
import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus_ingest import library, pipeline, publish, publishing, retention
from corpus_ingest.errors import NothingToRollBack, NotPossible, SecondPersonNeeded
from corpus_ingest.ingestion import reaper
from corpus_ingest.models import Publication
from retrieval.errors import SnapshotMissing, SnapshotUnreadable
from tests.corpus_ingest import tiny

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(places: Path) -> Callable[[int], str]:
    """A snapshot of so many rows, built and not used, if another one is."""

    def build(rows: int) -> str:
        source = tiny.write(places / f"raw{rows}", rows=tiny.ROWS[:rows])
        return pipeline.build(places / "knowledge", use=False, sources=[source]).id

    return build


@pytest.fixture
def people() -> tuple[User, User]:
    from diagnosis_app.accounts.models import User

    return User.objects.create(username="ada"), User.objects.create(username="ben")


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    heard: list[tuple[str, str]] = []
    listener = lambda now, before: heard.append((now, before))  # noqa: E731
    publishing.when_published(listener)
    yield heard
    publishing._listeners.remove(listener)


def test_a_second_person_publishes(built: Callable[[int], str], people: Any, told: list[Any]) -> None:
    first, second = built(11), built(8)
    publishing.settle()
    proposal = publishing.propose(second, by=people[0], note="Fewer rows.", checks=[{"name": "files", "ok": True}])
    with pytest.raises(SecondPersonNeeded):
        publishing.approve(proposal, by=people[0])
    assert publishing.in_use() == first
    done = publishing.approve(proposal, by=people[1])
    assert publishing.in_use() == second == library.current().id
    assert (done.state, done.before, done.approved_by, done.note) == ("published", first, people[1], "Fewer rows.")
    assert told == [(second, first)]
    assert [row.snapshot for row in publishing.history()] == [second, first]


def test_one_person_is_enough_where_the_deployment_says_so(
    built: Callable[[int], str], people: Any, settings: Any
) -> None:
    built(11)
    settings.PUBLISH_ALONE = True
    assert publishing.approve(publishing.propose(built(8), by=people[0]), by=people[0]).state == "published"


def test_proposing_twice_is_one_proposal_and_what_is_in_use_is_not_proposed(built: Callable[[int], str]) -> None:
    first, second = built(11), built(8)
    assert publishing.propose(second).pk == publishing.propose(second).pk
    with pytest.raises(NotPossible):
        publishing.propose(first)
    with pytest.raises(SnapshotMissing):
        publishing.propose("0" * 16)


def test_a_withdrawn_proposal_cannot_be_published(built: Callable[[int], str], people: Any) -> None:
    first = built(11)
    proposal = publishing.withdraw(publishing.propose(built(8), by=people[0]))
    with pytest.raises(NotPossible):
        publishing.approve(proposal, by=people[1])
    assert publishing.in_use() == first and not publishing.proposals()


def test_a_damaged_snapshot_is_not_published(built: Callable[[int], str], people: Any, places: Path) -> None:
    first, second = built(11), built(8)
    proposal = publishing.propose(second, by=people[0])
    (places / "knowledge" / second / "diseases" / "ranked.npy").unlink()
    with pytest.raises(SnapshotUnreadable, match="damaged"):
        publishing.approve(proposal, by=people[1])
    assert publishing.in_use() == first and list(publishing.proposals()) == [proposal]


def test_going_back_is_one_step_and_one_person(built: Callable[[int], str], people: Any, told: list[Any]) -> None:
    first, second = built(11), built(8)
    publishing.settle()
    publishing.approve(publishing.propose(second, by=people[0]), by=people[1])
    back = publishing.roll_back(by=people[0], note="It lost three rows.")
    assert publishing.in_use() == first == back.snapshot
    assert [(row.snapshot, row.state) for row in publishing.history()] == [
        (first, "published"),
        (second, "rolled_back"),
        (first, "published"),
    ]
    assert told[-1] == (first, second)
    assert publishing.previous() == "", "what was rolled back is not what one goes back to"
    with pytest.raises(NothingToRollBack):
        publishing.roll_back()
    assert publishing.roll_back(to=second).snapshot == second, "but it can be named"


def test_going_back_from_nothing_says_so(built: Callable[[int], str]) -> None:
    built(11)
    with pytest.raises(NothingToRollBack):
        publishing.roll_back()


def test_a_process_killed_after_the_approval_is_finished_by_the_next_round(
    built: Callable[[int], str], people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = built(11), built(8)
    publishing.settle()
    proposal = publishing.propose(second, by=people[0])
    with monkeypatch.context() as patched:
        patched.setattr(publish, "use", _killed)
        with pytest.raises(KeyboardInterrupt):
            publishing.approve(proposal, by=people[1])
    assert publishing.in_use() == first and Publication.objects.get(pk=proposal.pk).approved_by == people[1]
    reaper.sweep()
    assert publishing.in_use() == second
    assert Publication.objects.get(pk=proposal.pk).state == "published"


def test_a_full_disk_at_the_pointer_leaves_pages_prune_and_a_way_out(
    built: Callable[[int], str], people: Any, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = built(11), built(8)
    publishing.settle()
    proposal = publishing.propose(second, by=people[0])
    with monkeypatch.context() as patched:
        patched.setattr(publish, "use", _full)
        with pytest.raises(OSError):
            publishing.approve(proposal, by=people[1])
        assert [row.snapshot for row in publishing.history()] == [second, first]
        assert second in retention.prune(places / "knowledge", keep=0).stays
        reaper.sweep()
        assert publishing.in_use() == first
    reaper.sweep()
    assert publishing.in_use() == second


def test_an_approved_snapshot_that_is_gone_is_never_put_into_use(
    built: Callable[[int], str], people: Any, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = built(11), built(8)
    publishing.settle()
    proposal = publishing.propose(second, by=people[0])
    with monkeypatch.context() as patched:
        patched.setattr(publish, "use", _killed)
        with pytest.raises(KeyboardInterrupt):
            publishing.approve(proposal, by=people[1])
    shutil.rmtree(places / "knowledge" / second)
    reaper.sweep()
    assert publishing.in_use() == first == library.current().id
    assert Publication.objects.get(pk=proposal.pk).state == "withdrawn"


def test_the_pointer_is_moved_by_one_at_a_time(
    built: Callable[[int], str], people: Any, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who approve, go back or settle at once wait for each other: rows and pointer never disagree."""
    first, second = built(11), built(8)
    publishing.settle()
    moved, really = [], publish.use

    def use(directory: Path, snapshot: str) -> None:
        with (directory / publishing._LOCK).open("a") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        moved.append(snapshot)
        really(directory, snapshot)

    monkeypatch.setattr(publish, "use", use)
    publishing.approve(publishing.propose(second, by=people[0]), by=people[1])
    publishing.roll_back(by=people[0])
    assert moved == [second, first]


def test_what_the_shell_put_into_use_is_in_the_history_and_the_others_are_told(
    built: Callable[[int], str], places: Path, told: list[Any]
) -> None:
    first, second = built(11), built(8)
    reaper.sweep()
    publish.use(places / "knowledge", second)
    reaper.sweep()
    reaper.sweep()
    rows = list(publishing.history())
    assert [(row.snapshot, row.before, row.note) for row in rows] == [
        (second, first, publishing.AT_THE_SHELL),
        (first, "", publishing.AT_THE_SHELL),
    ]
    assert told == [(second, first)]


def _full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt
