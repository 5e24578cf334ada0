"""A knowledge directory of small snapshots, and a clinic whose cases are ranked with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.diagnosis_app.reanalysis.small import CLEFT, PATIENT, TALL, World

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from diagnosis_app.reanalysis.models import Pass
    from retrieval.snapshot import Snapshot

BASE = World()
CHANGED = BASE.with_rows("OMIM:300006", (CLEFT, "9/10"))  # Sixth comes to the third place
FURTHER = CHANGED.with_rows("OMIM:300005", (CLEFT, "9/10"), (TALL, "9/10"))  # and Fifth above it
HARMLESS = BASE.with_rows("OMIM:200001", ("HP:0000545", "3/10"))  # another snapshot, the same first five


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Snapshots are built once; each test has a directory of its own that links to them."""
    return tmp_path_factory.mktemp("small")


@pytest.fixture
def knowledge(shelf: Path, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """An empty knowledge directory that the library reads."""
    from corpus_ingest import library

    folder = tmp_path / "knowledge"
    folder.mkdir()
    settings.KNOWLEDGE_DIR = folder
    library.close_all()
    yield folder
    library.close_all()


@pytest.fixture
def publish(shelf: Path, knowledge: Path) -> Callable[[World], Snapshot]:
    """publish(world): the snapshot is built and put into use, as a curator does it."""
    import shutil

    from corpus_ingest import publish as publishing

    def put(world: World) -> Snapshot:
        made = world.build(shelf)
        if not (knowledge / made.id).exists():
            shutil.copytree(made.directory, knowledge / made.id)
        publishing.use(knowledge, made.id)
        return made

    return put


@pytest.fixture
def begin(publish: Callable[[World], Snapshot], actor: Actor, team: Any) -> Callable[..., Case]:
    """begin(*terms): an open case. Knowledge has to be in use."""
    from diagnosis_app.accounts.policy import Verb
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content

    def make(*terms: str, saved: bool = True, note: str = "") -> Case:
        content = read_content({"note": note, "findings": [{"term": term} for term in terms or PATIENT]})
        case = actions.find(actor, Verb.CASE_READ, actions.create_case(actor, team.pk, content).pk)
        if saved:
            actions.save_version(actor, case)
        return case

    return make


@pytest.fixture
def run_pass() -> Callable[[], Pass]:
    """The reaper notices, and a worker carries the pass to its end. No broker listens here: nobody else does."""
    from diagnosis_app.reanalysis import watch, worker
    from diagnosis_app.reanalysis.models import Pass

    def carry() -> Pass:
        watch.watch()
        row = Pass.objects.order_by("-number").first()
        assert row is not None
        for _ in range(50):
            if row.state == Pass.State.ENDED:
                return row
            worker.carry(row.pk)
            row.refresh_from_db()
        raise AssertionError("the pass does not end")

    return carry
