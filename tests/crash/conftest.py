"""Real processes of ours, ended in every way a process can end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LEASE = "5"  # seconds: the shortest that the settings allow
ARGUMENTS = ("worker", "--loglevel", "INFO", "--concurrency", "1", "--without-gossip", "--without-mingle")

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(redis_server: str, process_environment: dict[str, str]) -> Iterator[Start]:
    """start(one of the names below): a process, killed after the test."""
    began: list[subprocess.Popen[bytes]] = []
    commands = {
        "worker": [sys.executable, "-m", "celery", "--app", "diagnosis_app.celery", *ARGUMENTS],
        "slow worker": [sys.executable, "-m", "tests.crash.slow_worker", *ARGUMENTS],
        "tidying worker": [sys.executable, "-m", "tests.crash.tidying_worker", *ARGUMENTS],
        "slow reanalysis": [sys.executable, "-m", "tests.crash.slow_reanalysis", *ARGUMENTS],
        "reaper": [sys.executable, "manage.py", "reaper", "--every", "0.5"],
    }
    environment = {**process_environment, "CLEW_LEASE_SECONDS": LEASE, "REDIS_URL": os.environ["REDIS_URL"]}

    def begin(name: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            commands[name],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        began.append(process)
        return process

    yield begin
    for process in began:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def until() -> Callable[[Callable[[], object], float], None]:
    def wait(happened: Callable[[], object], seconds: float = 40.0) -> None:
        deadline = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.05)

    return wait
