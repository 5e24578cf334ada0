"""Serves Clew on one machine: everything that `./run` does once the packages are installed."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError

from corpus_ingest.ingestion import shutdown as ingest
from diagnosis_app import env
from diagnosis_app.operations import embedded_redis, listening, local, prepare
from diagnosis_app.operations.supervisor import Child, NeverReady, Supervisor
from retrieval.search import model_folder

SECONDS_TO_START = 60.0


class Refused(SystemExit):
    """Ends the start with exit code 1 and these words on standard error."""


def _unprepared(error: Exception, var: Path) -> str:
    """Why nothing could be prepared; a full disk and a directory that may not be written have names of their own."""
    said = " ".join(str(error).split())
    if "full" in said or "No space left" in said:
        return f"The disk that holds {var} is full. Free some space, or set CLEW_VAR to another disk, and start again."
    if "readonly" in said or "Permission denied" in said or "Read-only" in said:
        return f"{var} may not be written by this account. Change its owner, or set CLEW_VAR, and start again."
    return f"Clew could not be prepared: {said}. Start ./manage.py doctor: it explains what is wrong."


class Command(BaseCommand):
    help = "Prepares the database and the knowledge, then starts and watches every process of one machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.BIND, help="address to listen on (CLEW_BIND)")
        parser.add_argument("--port", type=int, help="port to listen on (CLEW_PORT); otherwise the next free one")
        parser.add_argument(
            "--open-data", action="store_true", help="first load open data that are not here yet from their publishers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGHUP, _leave)
        var = local.make_var()
        try:
            lock = local.Lock(var)
        except local.AlreadyRunning as error:
            raise Refused(f"Clew is already running on {var}: {error.said}.") from None
        try:
            self._serve(var, lock, options["host"], options["port"], open_data=options["open_data"])
        except KeyboardInterrupt:
            self._say("Stopped.")
            sys.exit(130)

    def _serve(self, var: Path, lock: local.Lock, host: str, port: int | None, *, open_data: bool) -> None:
        explicit = port is not None or bool(env.raw("CLEW_PORT"))
        wanted = settings.PORT if port is None else port
        try:
            listener = listening.listen(host, wanted, exactly=explicit)
        except listening.CannotListen as error:
            raise Refused(str(error)) from None
        taken = listener.getsockname()[1]
        if wanted and taken != wanted:
            self._say(f"Port {wanted} is in use; taking {taken}.")
        logs = var / "log"
        try:
            prepare.database(self._say)
            prepare.static_files(self._say)
            if open_data:
                prepare.open_data(self._say)
            prepare.knowledge(self._say)
            login = prepare.first_login()
            logs.mkdir(mode=0o700, exist_ok=True)
        except (DatabaseError, InterfaceError, OSError) as error:
            raise Refused(_unprepared(error, var)) from None
        supervisor = Supervisor(logs, settings.BASE_DIR, _environment(), self._say)
        watch = _Signals()
        try:
            self._start(supervisor, listener.fileno(), lambda: watch.count > 0 or _ready(host, taken))
            if not watch.count:
                address = _address(host, taken)
                lock.say(f"process {os.getpid()}, {address}")
                self._welcome(address, host, login, logs)
            supervisor.watch(lambda: watch.count > 0)
        except NeverReady as error:
            raise Refused(f"{error.name} did not start. The end of {logs / error.name}.log:\n{error.tail}") from None
        finally:
            listener.close()
            if watch.count:
                self._say("\nStopping ...")
            supervisor.stop(hurry=lambda: watch.count > 1)
        self._say("Stopped.")

    def _start(self, supervisor: Supervisor, fd: int, ready: Callable[[], bool]) -> None:
        if not env.raw("REDIS_URL"):
            _start_redis(supervisor)
        python, manage = sys.executable, str(settings.BASE_DIR / "manage.py")
        webs = [
            Child(f"web-{number}", [python, "-m", "diagnosis_app.operations.web", "--fd", str(fd)], pass_fds=(fd,))
            for number in range(1, settings.WEB_PROCESSES + 1)
        ]
        for web in webs:
            supervisor.start(web)
        supervisor.start(Child("worker", worker_command(python)))
        supervisor.start(Child("ingest", worker_command(python, queue=ingest.NAME)))
        supervisor.start(Child("reaper", [python, manage, "reaper"]))
        if self._can_search_by_meaning():
            supervisor.start(Child("retrieval", [python, manage, "retrieval"]))
        supervisor.wait_until(ready, webs[0], SECONDS_TO_START)

    def _can_search_by_meaning(self) -> bool:
        """Everything else works without; one line says what is missing."""
        missing = model_folder.missing_packages()
        if missing:
            self._say(f"Without search by meaning: {', '.join(missing)} not installed (docs/deployment.md).")
        return not missing

    def _welcome(self, address: str, host: str, login: str, logs: Path) -> None:
        lines = [f"Clew is ready: {address}", login, f"Logs: {logs}   Stop: Ctrl-C"]
        if host in {"0.0.0.0", "::"} and not env.raw("CLEW_HOSTS"):  # noqa: S104
            lines.insert(1, "Other machines are refused until CLEW_HOSTS names this one as they call it.")
        self._say("\n" + "\n".join(line for line in lines if line) + "\n")

    def _say(self, text: str) -> None:
        with suppress(OSError):  # the terminal, or whoever read this, is gone; the clinic goes on
            self.stdout.write(text)
            self.stdout.flush()


class _Signals:
    """Counts requests to stop: the first stops in order, the second at once."""

    def __init__(self) -> None:
        self.count = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


def worker_command(python: str, queue: str = "") -> list[str]:
    """The worker, under ./run and in a container alike; with a queue of its own, one thread and its name."""
    threads = 1 if queue else settings.WORKER_PROCESSES
    return [
        *[python, "-m", "celery", "--app", "diagnosis_app.celery", "worker", "--loglevel", "INFO"],
        *["--concurrency", str(threads), "--without-gossip", "--without-mingle"],
        *(["--queues", queue, "--hostname", f"{queue}@%h"] if queue else []),
    ]


def _start_redis(supervisor: Supervisor) -> None:
    program = embedded_redis.binary()
    if program is None:
        raise Refused("There is no redis-server here. Install one, or set REDIS_URL to one that runs elsewhere.")
    socket = embedded_redis.socket_in(settings.VAR_DIR)
    if socket.parent != settings.VAR_DIR:
        embedded_redis.make_private(socket.parent)
    socket.unlink(missing_ok=True)
    redis = Child("redis", embedded_redis.command(program, socket), ends_last=True)
    supervisor.start(redis)
    supervisor.wait_until(socket.exists, redis, SECONDS_TO_START)


def _environment() -> dict[str, str]:
    """Children work in the code's directory: relative paths keep the meaning they had at the start."""
    return {
        **os.environ,
        "CLEW_VAR": str(settings.VAR_DIR),
        "CLEW_KNOWLEDGE": str(settings.KNOWLEDGE_DIR),
        "PYTHONUNBUFFERED": "1",
    }


def _address(host: str, port: int) -> str:
    name = {"0.0.0.0": "localhost", "::": "localhost", "127.0.0.1": "localhost"}.get(host, host)  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _ready(host: str, port: int) -> bool:
    """Whether the pages answer, asked under a name that they accept."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    name = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "localhost").lstrip(".")
    connection = http.client.HTTPConnection(target, port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        time.sleep(0.1)
        return False
    finally:
        connection.close()


def _leave(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
