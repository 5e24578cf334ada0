"""Starts the processes of one machine, keeps them alive, and takes them with it when it ends.

Each child is the leader of a session of its own, so a Ctrl-C in the terminal reaches this process
alone, which then stops them in order. If this process is killed outright, the kernel tells the
children (Linux). Children write to var/log/; this module never reads what they write, except the
last lines of one that would not start.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 8.0  # seconds a child gets to end by itself before it is killed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a child that ended is started again
STEADY = 60.0  # seconds after which a child counts as healthy and its pause is forgotten
LARGEST_LOG = 20 * 1024 * 1024  # bytes; then the log becomes NAME.log.1 and starts afresh
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


class NeverReady(Exception):
    """A process could not be brought up; `tail` is the end of its log."""

    def __init__(self, name: str, tail: str) -> None:
        super().__init__(name)
        self.name = name
        self.tail = tail


@dataclass
class Child:
    """One process: how it starts, and how it is doing."""

    name: str
    command: Sequence[str]
    pass_fds: tuple[int, ...] = ()
    ends_last: bool = False  # the others talk to it
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    pause: float = FIRST_PAUSE

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    logs: Path
    root: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        self.children.append(child)
        self._launch(child)

    def wait_until(self, ready: Callable[[], bool], child: Child, seconds: float) -> None:
        """Waits for `ready`, and gives up when the child that should bring it about has ended."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not child.alive or time.monotonic() > deadline:
                raise NeverReady(child.name, self._tail(child))
            time.sleep(0.05)

    def watch(self, stopping: Callable[[], bool]) -> None:
        """Returns when `stopping`; until then starts again whatever has ended, ever more slowly."""
        while not stopping():
            for child in self.children:
                self._mend(child)
                self._keep_log_small(child)
            time.sleep(0.2)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Asks everyone to end, last started first; kills whoever has not after PATIENCE seconds."""
        for last in (False, True):
            group = [child for child in self.children if child.alive and child.ends_last is last]
            for child in reversed(group):
                self._signal(child, signal.SIGTERM)
            deadline = time.monotonic() + PATIENCE
            while any(child.alive for child in group) and time.monotonic() < deadline and not hurry():
                time.sleep(0.05)
            for child in group:
                self._signal(child, signal.SIGKILL)  # to the whole session: a pool's processes go with it
                if child.process is not None:
                    child.process.wait()

    def _launch(self, child: Child) -> None:
        parent = os.getpid()
        with self._log(child).open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                cwd=self.root,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=child.pass_fds,
                start_new_session=True,
                preexec_fn=lambda: _die_with(parent),
            )
        child.started_at = time.monotonic()
        child.restart_at = None

    def _mend(self, child: Child) -> None:
        if child.alive:
            return
        now = time.monotonic()
        if child.restart_at is None:
            if now - child.started_at > STEADY:
                child.pause = FIRST_PAUSE
            child.restart_at = now + child.pause
            code = child.process.returncode if child.process else 0
            self.say(
                f"{child.name} ended ({_how(code)}); starting it again in {child.pause:.0f} s. Log: {self._log(child)}"
            )
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
            self._signal(child, signal.SIGKILL)  # what its session left behind
        elif now >= child.restart_at:
            self._launch(child)

    def _signal(self, child: Child, number: signal.Signals) -> None:
        if child.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, number)

    def _log(self, child: Child) -> Path:
        return self.logs / f"{child.name}.log"

    def _tail(self, child: Child, lines: int = 15) -> str:
        text = self._log(child).read_bytes()[-4000:].decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def _keep_log_small(self, child: Child) -> None:
        log = self._log(child)
        if log.stat().st_size > LARGEST_LOG:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)  # the child appends: it goes on at the new end


def _die_with(parent: int) -> None:
    """In the child, before it becomes the program: ask the kernel for SIGTERM when the parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
