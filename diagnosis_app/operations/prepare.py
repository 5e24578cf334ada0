"""Brings a single-machine installation to the state in which it can be served.

Each step looks first and works only if there is something to do, so that a second start is quick.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from corpus_ingest import library
from corpus_ingest.management import fetch
from corpus_ingest.open_data import offers
from retrieval.errors import RetrievalError

Say = Callable[[str], None]


def database(say: Say) -> None:
    """Applies the migrations that the database does not have yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    if plan:
        _timed(say, f"Preparing the database ({len(plan)} changes)", lambda: call_command("migrate", verbosity=0))


def static_files(say: Say) -> None:
    """Collects the pages' scripts and styles, if any of them changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = static_state()
    if not stamp.exists() or stamp.read_text() != state:
        _timed(
            say,
            "Collecting the pages' scripts and styles",
            # Cleared first: otherwise a file of an earlier date than the collected one would be passed over.
            lambda: call_command("collectstatic", interactive=False, clear=True, verbosity=0),
        )
        stamp.write_text(state)


def static_state() -> str:
    """Changes when a static file does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def knowledge(say: Say) -> str:
    """Builds the knowledge snapshot from the installed HPO files if there is none. Returns its id."""
    try:
        return library.current().id
    except RetrievalError:
        _timed(say, "Building the knowledge (once, about half a minute)", lambda: call_command("knowledge", "build"))
        return library.current().id


def open_data(say: Say) -> None:
    """Loads the starter set that is not here yet, after saying what and from where, and builds with it.

    Only ever called because an operator asked for it. What cannot be loaded is said, and hinders no start.
    """
    try:
        offered = offers()
        fetch.show(offered, say)
        wanted = [one for one in offered if not one.here]
        failed = fetch.load_all(wanted, say)
    except RetrievalError as error:
        say(f"Open data: {error.message} {error.hint}")
        return
    if len(failed) < len(wanted):
        _timed(say, "Building the knowledge with it", lambda: call_command("knowledge", "build"))
    if failed:
        say(f"Not loaded: {', '.join(failed)}. Clew starts without; manage.py knowledge fetch tries again.")


def first_login() -> str:
    """What `firstlogin` has to say: a name and a one-time password on a fresh database, else nothing."""
    said = io.StringIO()
    call_command("firstlogin", stdout=said)
    return said.getvalue().strip()


def _timed(say: Say, what: str, work: Callable[[], object]) -> None:
    say(f"{what} ...")
    began = time.monotonic()
    work()
    say(f"  done in {time.monotonic() - began:.1f} s")
