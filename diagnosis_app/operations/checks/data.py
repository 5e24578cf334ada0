"""The stores: database, knowledge, collected static files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from diagnosis_app.operations.checks.finding import Finding, error, ok, warning
from retrieval.errors import RetrievalError

# File systems on which SQLite's locks cannot be relied upon (sqlite.org/faq.html, question 5).
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "glusterfs", "fuse.glusterfs", "ceph", "9p"}


def database() -> Iterator[Finding]:
    file = Path(settings.DATABASES["default"]["NAME"]) if connection.vendor == "sqlite" else None
    if file is not None and not file.exists():
        yield warning("database", f"There is no database at {file} yet.", "Start ./run, or: manage.py migrate")
        return
    if file is not None and (kind := file_system(file)) in NETWORK:
        yield error(
            "database",
            f"{file} lies on a network file system ({kind}), where SQLite can be damaged.",
            "Move CLEW_VAR to a local disk, or use PostgreSQL (DATABASE_URL).",
        )
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        damage = _damage()
    except DatabaseError as problem:
        yield error("DATABASE_URL", f"The database does not answer: {_first_line(problem)}.", _remedy(file))
        return
    if damage:
        yield error("database", f"The database is damaged: {damage}.", "Restore it from a backup.")
    if pending:
        yield warning("database", f"{len(pending)} changes are not applied.", "Start ./run, or: manage.py migrate")
    else:
        yield ok("database", f"{connection.vendor} answers and is up to date.")


def knowledge() -> Iterator[Finding]:
    from corpus_ingest import library
    from retrieval.snapshot import verify_snapshot

    try:
        current = library.current()
    except RetrievalError as problem:
        yield warning("knowledge", f"{problem}", problem.hint or "Start ./run, or: manage.py knowledge build")
        return
    problems = verify_snapshot(Path(settings.KNOWLEDGE_DIR) / current.id)
    for damage in problems:
        yield error("knowledge", f"Snapshot {current.id[:12]} is damaged: {damage}.", "manage.py knowledge build")
    if not problems:
        yield ok("knowledge", f"Snapshot {current.id[:12]} is whole (HPO {current.ontology.version}).")


def static_files() -> Iterator[Finding]:
    from diagnosis_app.operations import prepare

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == prepare.static_state():
        yield ok("static files", "Scripts and styles are collected.")
    else:
        yield warning(
            "static files",
            "The pages' scripts and styles are not collected, or older than the code.",
            "Start ./run again, or: manage.py collectstatic",
        )


def file_system(file: Path) -> str:
    """The kind of file system that holds a file, where the system tells (Linux); else nothing."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    for line in mounts.read_text().splitlines():
        _, point, name, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if len(point) >= len(best) and (file.resolve().is_relative_to(point)):
            best, kind = point, name
    return kind


def _damage() -> str:
    """SQLite looks its file over; a PostgreSQL server minds its own."""
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        said = str(cursor.fetchone()[0])
    return "" if said == "ok" else said


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")


def _remedy(file: Path | None) -> str:
    if file is None:
        return "Is PostgreSQL running, and are host, user, password and name in DATABASE_URL right?"
    return f"Is {file} a database of Clew, and may this account read and write it?"
