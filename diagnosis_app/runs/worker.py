"""Carries one run from its claim to its end. Imported inside the task only: it loads the agents' runner.

This is the border at which an unforeseen error becomes an outcome. Nothing about the patient is
logged: of such an error only the type and the places in the code are written down.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from psycopg.conninfo import make_conninfo

from agents import checkpoints, contract, runner
from agents.contract import Budget, Failure, Outcome, OutcomeCode, RunRequest, Waiting
from agents.errors import LeaseLost, Stopped, failure_of
from agents.llm.asking import Model
from agents.performing import Outside
from agents.set_back import set_back
from corpus_ingest import library
from diagnosis_app.cases.content import read_content
from diagnosis_app.local_cases.bank import bank_of
from diagnosis_app.review.counting import in_force
from diagnosis_app.runs import shutdown
from diagnosis_app.runs.bell import ring
from diagnosis_app.runs.claim import Lease, claim, release, renew
from diagnosis_app.runs.manifest import code_digest, model_for
from diagnosis_app.runs.models import Run, State, Step
from diagnosis_app.runs.reasoning import reasoning_model
from diagnosis_app.runs.store import Store
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge
from retrieval.ranking import rankable
from retrieval.search.client import Client

log = logging.getLogger("clew.runs")

LOOK = 1.0  # seconds between two looks whether the run was cancelled
LOST = "lease_lost"
# The database of the runs, or the connections of the checkpoints' own: the run stays where it is.
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, sqlite3.OperationalError)
GRACE = 60.0  # seconds a step may take beyond the budget before its worker stops claiming to be alive


def prepare() -> None:
    """When a worker starts: opens the knowledge, so that the first run need not wait, and removes old scratch."""
    _tried("knowledge", _warm)
    remove_scratch()


def remove_scratch() -> None:
    """At the start and every few minutes: what runs left that ended while no worker had them."""
    _tried("old checkpoints", tidy)
    connection.close()


def _tried(what: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:  # a run that needs it says so; a worker must go on without it
        log.warning("not done: %s (%s)", what, type(error).__name__)


def investigate(run_id: UUID) -> None:
    close_old_connections()
    try:
        lease = claim(run_id)
        if lease is not None:
            _work(lease)
    except AWAY as error:
        # A database went away. The lease runs out by itself, and the reaper tells another worker.
        log.warning("run %s was left where it is: %s", run_id, type(error).__name__)
    finally:
        connection.close()


def _work(lease: Lease) -> None:
    store = Store(lease.run_id, lease.fence)
    control = runner.Control()
    run = Run.objects.select_related("version").get(pk=lease.run_id)
    began = time.monotonic()
    with _alive(lease, control, deadline=began + _seconds_left(run)):
        try:
            outcome = _investigate(run, store, control)
            if isinstance(outcome, Waiting):
                _wait(lease, store, outcome)
                return  # the checkpoints stay
            store.finish(outcome)
        except (Stopped, LeaseLost):
            if control.reason == shutdown.REASON and release(lease):
                log.info("run %s was given back for another worker", lease.run_id)
                ring(lease.run_id)
                return
            if Run.objects.filter(pk=lease.run_id).exclude(state=State.ENDED).exists():
                log.info("run %s has another worker", lease.run_id)
                return  # which needs the checkpoints
            outcome = Outcome(OutcomeCode.CANCELLED)
        except AWAY:
            raise
        except Exception as error:
            outcome = _failed(lease, store, error)
    _forget(lease.run_id)
    log.info("run %s ended: %s after %.2f s", lease.run_id, outcome.code, time.monotonic() - began)


def _wait(lease: Lease, store: Store, waiting: Waiting) -> None:
    """Lets go of the run until somebody answers; the answer may have come in this very moment."""
    if store.wait(waiting.key):
        log.info("run %s waits for an answer", lease.run_id)
    else:
        ring(lease.run_id)


def _investigate(run: Run, store: Store, control: runner.Control) -> Outcome | Waiting:
    knowledge = library.snapshot(run.manifest["snapshot"])
    if run.manifest["graph"] != contract.GRAPH_VERSION:
        store.continued(contract.GRAPH_VERSION, code_digest())
    own = bank_of(run.team_id, knowledge, apart_from=run.case_id)
    marks = store.pin("set_back", lambda: in_force(run.team_id))
    outside = Outside(search=Client(Path(settings.RETRIEVAL_SOCKET)), local=own, set_back=set_back(marks))
    with _checkpoints() as saver:
        request, model = _request(run, knowledge), _model(run)
        seconds = _seconds_left(run)
        return runner.run(request, knowledge, store, saver, control, outside=outside, model=model, seconds=seconds)


def _model(run: Run) -> Model | None:
    """The model that the run pinned. Another one is not asked in its place: the rules go on."""
    pinned = run.manifest.get("model")
    return reasoning_model() if pinned and pinned == model_for() else None


def _request(run: Run, knowledge: Knowledge) -> RunRequest:
    """The manifest, as the agents take it; the profile is the one the instant ranking reads."""
    content = read_content(run.version.content)
    budget = run.manifest["budget"]
    return RunRequest(
        run_id=str(run.pk),
        snapshot=knowledge.id,
        case_digest=run.version.digest,
        profile=rankable(knowledge.ontology, content.profile()),
        note=content.note if run.manifest.get("model") else "",
        budget=Budget(int(budget["steps"]), float(budget["seconds"]), int(budget["tokens"])),
        asks=bool(run.manifest.get("asks", False)),
    )


def _failed(lease: Lease, store: Store, error: Exception) -> Outcome:
    places = " <- ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    log.error("run %s failed: %s at %s", lease.run_id, type(error).__name__, places)
    failure = failure_of(error)
    if isinstance(error, RetrievalError):
        failure = Failure(error.code, "The knowledge that this investigation names could not be used.", error.hint)
    outcome = Outcome(OutcomeCode.FAILED, error=failure)
    try:
        store.finish(outcome)
    except LeaseLost:
        log.info("run %s had already ended or has another worker", lease.run_id)
    return outcome


def _seconds_left(run: Run) -> float:
    """The budget counts working time: what earlier workers spent on finished steps is taken off."""
    done = Step.objects.filter(run=run, ended_at__isnull=False).values_list("started_at", "ended_at")
    spent = sum((ended - began).total_seconds() for began, ended in done if ended is not None)
    return max(float(run.manifest["budget"]["seconds"]) - spent, 0.0)


def _warm() -> None:
    library.current().ranker  # noqa: B018  made when first asked for


# --- staying alive ---------------------------------------------------------------


@contextmanager
def _alive(lease: Lease, control: runner.Control, deadline: float) -> Iterator[None]:
    """Renews the lease beside the work, and passes on every reason to stop."""
    over = threading.Event()
    beat = threading.Thread(
        target=_beat, args=(lease, control, deadline, over), name=f"lease-{lease.fence}", daemon=True
    )
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def _beat(lease: Lease, control: runner.Control, deadline: float, over: threading.Event) -> None:
    every = min(settings.LEASE_SECONDS / 3, 5.0)
    renewed = looked = time.monotonic()
    try:
        while not over.wait(0.25):
            now = time.monotonic()
            if shutdown.asked():
                control.stop(shutdown.REASON)
            if now > deadline:
                control.stop(runner.OUT_OF_TIME)
            if now > deadline + GRACE:
                log.error("run %s hangs in a step; its lease is left to run out", lease.run_id)
                return
            if now - renewed >= every:
                renewed = now
                if not _renewed(lease):
                    control.stop(LOST)
            elif now - looked >= LOOK:
                looked = now
                if not _held(lease):
                    control.stop(LOST)
    finally:
        connection.close()


def _renewed(lease: Lease) -> bool:
    try:
        return renew(lease)
    except (OperationalError, InterfaceError):
        connection.close()
        return True  # unknown: the fence decides at the next write


def _held(lease: Lease) -> bool:
    try:
        return Run.objects.filter(pk=lease.run_id, fence=lease.fence, state=State.RUNNING).exists()
    except (OperationalError, InterfaceError):
        connection.close()
        return True


# --- checkpoints -----------------------------------------------------------------


def _checkpoints() -> AbstractContextManager[runner.Saver]:
    if connection.vendor == "postgresql":
        return checkpoints.postgres(_conninfo())
    return checkpoints.sqlite_file(settings.VAR_DIR / "checkpoints.sqlite3")


def _conninfo() -> str:
    database = connection.settings_dict
    parts = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: str(database[key]) for name, key in parts.items() if database.get(key)}
    options = {name: str(value) for name, value in database["OPTIONS"].items() if name != "pool"}
    return make_conninfo("", **given, **options)


def _forget(run_id: UUID) -> None:
    try:
        manifest = Run.objects.values_list("manifest", flat=True).get(pk=run_id)
        carried = [manifest, *manifest.get("continued", ())]  # by these versions; each had a thread of its own
        with _checkpoints() as saver:
            runner.forget(saver, str(run_id), [str(one["graph"]) for one in carried])
    except Exception as error:  # scratch: `tidy` finds it in a few minutes
        log.warning("the checkpoints of run %s were not removed: %s", run_id, type(error).__name__)


def tidy() -> int:
    """Removes the checkpoints of runs that have ended or are gone."""
    with _checkpoints() as saver:
        known = runner.remembered(saver)
        alive = {str(pk) for pk in Run.objects.exclude(state=State.ENDED).values_list("pk", flat=True)}
        gone = [thread for run_id, threads in known.items() if run_id not in alive for thread in threads]
        for thread in gone:
            saver.delete_thread(thread)
    return len(set(known) - alive)
