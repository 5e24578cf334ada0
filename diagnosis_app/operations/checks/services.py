"""The other processes: Redis, a worker that listens to it, and the retrieval process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from diagnosis_app import env
from diagnosis_app.operations.checks.finding import Finding, error, note, ok, warning
from retrieval.errors import RetrievalError
from retrieval.search import model_folder
from retrieval.search.client import Client

SECONDS = 2.0  # that Redis and the workers get to answer


def queue() -> Iterator[Finding]:
    """Redis, and, if it answers, the workers behind it."""
    try:
        _ping(settings.REDIS_URL)
    except Exception as problem:  # a border: the client raises what its transport, its parser or the URL raises
        if env.raw("REDIS_URL"):
            yield error(
                "REDIS_URL",
                f"Redis does not answer ({type(problem).__name__}): investigations can be asked for, but start late.",
                "Is it running, and are host, port and password in REDIS_URL right?",
            )
        else:
            yield warning("redis", "The embedded Redis is not running.", "Start ./run: it starts one.")
        return
    yield ok("redis", "Redis answers.")
    yield from worker()


def worker() -> Iterator[Finding]:
    from diagnosis_app.celery import app

    answers = sorted(app.control.inspect(timeout=SECONDS).ping() or {})
    ingesting = [name for name in answers if name.startswith("ingest@")]
    answers = [name for name in answers if name not in ingesting]
    if answers:
        yield ok("worker", f"{len(answers)} answering: {', '.join(answers)}.")
        if not ingesting:
            yield note("ingest", "No worker that brings knowledge in answers: uploads wait.")
    else:
        yield warning(
            "worker",
            "No worker answers: investigations wait.",
            "Start ./run; in a hospital: docker compose up -d worker. Its log says why it ended.",
        )


def retrieval() -> Iterator[Finding]:
    """Search by meaning: what it needs, and the process that does it. Clew works without."""
    missing = model_folder.missing_packages()
    if missing:
        yield note(
            "search",
            f"Search by meaning is off: {', '.join(missing)} not installed. Cases are found by findings and words.",
            "Start ./run again: it installs them; docs/deployment.md says how without a network.",
        )
        return
    try:
        model_folder.find(settings.EMBEDDER, Path(settings.VAR_DIR) / "models")
    except RetrievalError as problem:
        yield error("CLEW_EMBEDDER", problem.message, problem.hint)
        return
    said = Client(Path(settings.RETRIEVAL_SOCKET), patience=SECONDS).status() or {}
    match said.get("state"):
        case "ready":
            yield ok("search", f"The retrieval process answers with {said['embedder']['name']}.")
        case "loading" if said.get("trouble"):
            yield error("search", f"Knowledge cannot be searched by meaning: {said['trouble']}", "It is tried again.")
        case "loading":
            yield note("search", "The retrieval process is still embedding the knowledge in use.")
        case "no_embedder":
            yield error("search", f"The retrieval process has no model: {said.get('why', '')}", "Its log says more.")
        case _:
            yield warning(
                "search",
                "The retrieval process does not answer: cases are found by findings and words alone.",
                "Start ./run; in a hospital: docker compose up -d retrieval.",
            )


def _ping(url: str) -> None:
    import redis

    address = url.replace("redis+socket://", "unix://")
    client = redis.Redis.from_url(address, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    try:
        client.ping()
    finally:
        client.close()
