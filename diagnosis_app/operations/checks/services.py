"""The other processes: Redis, and a worker that listens to it."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from diagnosis_app import env
from diagnosis_app.operations.checks.finding import Finding, error, ok, warning

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

    answers = app.control.inspect(timeout=SECONDS).ping() or {}
    if answers:
        yield ok("worker", f"{len(answers)} answering: {', '.join(sorted(answers))}.")
    else:
        yield warning(
            "worker",
            "No worker answers: investigations wait.",
            "Start ./run; in a hospital: docker compose up -d worker. Its log says why it ended.",
        )


def _ping(url: str) -> None:
    import redis

    address = url.replace("redis+socket://", "unix://")
    client = redis.Redis.from_url(address, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    try:
        client.ping()
    finally:
        client.close()
