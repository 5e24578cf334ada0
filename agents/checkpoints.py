"""Opens the scratch memory of the graph: a SQLite file of its own, or tables beside a PostgreSQL database.

A file that cannot be read is set aside and a new one begun: checkpoints are scratch, and a run without one starts
again from its first step, which by the rules of the record changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver

WAIT = 20.0  # seconds one worker waits for another that is writing
_LOCK = 0x636C6578  # one worker at a time prepares the tables


@contextmanager
def sqlite_file(path: Path) -> Iterator[BaseCheckpointSaver[Any]]:
    with closing(_connect(path)) as connection:
        yield SqliteSaver(connection)


@contextmanager
def in_memory() -> Iterator[BaseCheckpointSaver[Any]]:
    """For a run that nobody interrupts and goes on with."""
    yield InMemorySaver()


@contextmanager
def postgres(conninfo: str) -> Iterator[BaseCheckpointSaver[Any]]:
    from langgraph.checkpoint.postgres import PostgresSaver

    with PostgresSaver.from_conn_string(conninfo) as saver:
        saver.conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))  # type: ignore[union-attr]
        try:
            saver.setup()
        finally:
            saver.conn.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))  # type: ignore[union-attr]
        yield saver


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path)
    try:
        SqliteSaver(connection).setup()
        connection.execute("PRAGMA quick_check(1)")
    except sqlite3.OperationalError:
        connection.close()
        raise  # busy or a full disk: the same file may work later
    except sqlite3.DatabaseError:
        connection.close()
        path.replace(path.with_suffix(".unreadable"))
        for side in ("-wal", "-shm"):
            path.with_name(path.name + side).unlink(missing_ok=True)
        connection = _open(path)
        SqliteSaver(connection).setup()
    return connection


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=WAIT, check_same_thread=False)
