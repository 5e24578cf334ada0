"""`manage.py serve`, that is ./run after the installation, as a real process with real children."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.setup.test_supervisor import eventually, gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


class Served:
    """One running ./run: what it prints, and the processes it started."""

    def __init__(self, var: Path, knowledge: Path, *arguments: str, **variables: str) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in _STEERED}
        environment = {**clean, "CLEW_VAR": str(var), "CLEW_KNOWLEDGE": str(knowledge), **variables}
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve", *arguments],
            env=environment,
            cwd=var.parent,  # any directory
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line

    def wait_for(self, text: str) -> re.Match[str]:
        assert eventually(lambda: re.search(text, self.output) or self.process.poll() is not None, 90), self.output
        found = re.search(text, self.output)
        assert found, self.output
        return found

    def address(self) -> str:
        return self.wait_for(r"Clew is ready: (http://\S+)")[1]

    def children(self) -> dict[int, str]:
        """Every descendant by process id, with its command line."""
        found: dict[int, str] = {}
        parents = {self.process.pid}
        stats = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                stats[int(folder.name)] = (int(fields[1]), (folder / "cmdline").read_text().replace("\0", " "))
            except (FileNotFoundError, ProcessLookupError):
                continue
        while new := {pid for pid, (parent, _) in stats.items() if parent in parents and pid not in found}:
            found |= {pid: stats[pid][1] for pid in new}
            parents = new
        return found

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(5)
        return code


_STEERED = {"CLEW_SECRET_KEY", "REDIS_URL", "DATABASE_URL", "CLEW_HOSTS", "DJANGO_SETTINGS_MODULE"}


@pytest.fixture
def served(tmp_path, knowledge_directory) -> Iterator[list[Served]]:
    running: list[Served] = []
    yield running
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_it_serves_mends_itself_refuses_a_second_start_and_leaves_nothing(served, tmp_path, knowledge_directory):
    var = tmp_path / "var"
    first = Served(var, knowledge_directory, CLEW_PORT=str(free_port()))
    served.append(first)
    address = first.address()
    assert "First login: name clew, password " in first.output
    assert urllib.request.urlopen(f"{address}/readyz", timeout=10).status == 200  # noqa: S310

    commands = first.children()
    for part in ("redis-server", "operations.web", "celery", "reaper"):
        assert any(part in command for command in commands.values()), f"no {part} among {commands}"

    second = Served(var, knowledge_directory)
    served.append(second)
    assert second.process.wait(60) == 1
    second.wait_for(rf"already running on {re.escape(str(var))}: process {first.process.pid}, {address}")

    web = next(pid for pid, command in commands.items() if "operations.web" in command)
    os.kill(web, signal.SIGKILL)
    first.wait_for(r"web-\d ended \(signal SIGKILL\); starting it again")
    assert eventually(lambda: sum("operations.web" in command for command in first.children().values()) == 2)

    everyone = list(first.children())
    assert len(everyone) >= 5
    assert first.end(signal.SIGINT) == 0
    assert first.output.rstrip().endswith("Stopped.")
    assert eventually(lambda: all(gone(pid) for pid in everyone)), "a child outlived Ctrl-C"


def test_an_open_connection_does_not_hold_up_its_end(served, tmp_path, knowledge_directory):
    one = Served(tmp_path / "var", knowledge_directory, "--port", str(free_port()))
    served.append(one)
    host, port = one.address().removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as unfinished:
        unfinished.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        everyone = list(one.children())
        assert one.end(signal.SIGTERM) == 0
    assert eventually(lambda: all(gone(pid) for pid in everyone))


def test_killed_outright_it_leaves_no_orphan(served, tmp_path, knowledge_directory):
    one = Served(tmp_path / "var", knowledge_directory, "--port", str(free_port()))
    served.append(one)
    one.address()
    everyone = list(one.children())
    assert len(everyone) >= 5
    one.process.kill()
    one.process.wait()
    assert eventually(lambda: all(gone(pid) for pid in everyone), 30)


def test_a_busy_port_is_one_clear_line_when_it_was_chosen(served, tmp_path, knowledge_directory):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = Served(tmp_path / "var", knowledge_directory, CLEW_PORT=str(port))
        served.append(one)
        assert one.process.wait(60) == 1
        one.wait_for(rf"Port {port} is in use\. Choose another")
    assert "Traceback" not in one.output


def test_a_secret_that_is_too_short_ends_the_start_with_the_remedy(tmp_path, knowledge_directory):
    one = Served(tmp_path / "var", knowledge_directory, CLEW_SECRET_KEY="short")
    assert one.process.wait(60) == 1
    one.wait_for("CLEW_SECRET_KEY: its value is not usable: shorter than 32 characters")
    assert "Traceback" not in one.output


def test_a_directory_that_cannot_be_prepared_is_said_in_words(tmp_path: Path, knowledge_directory: Path) -> None:
    """A full disk, a read-only one, a damaged database: a sentence with a remedy, never a stack trace."""
    var = tmp_path / "var"
    var.mkdir()
    (var / "clew.sqlite3").write_bytes(b"this is no database" * 100)
    served = Served(var, knowledge_directory, "--port", "0")
    assert served.process.wait(timeout=60) == 1
    served._reader.join(timeout=10)
    assert "Traceback" not in served.output
    assert "doctor" in served.output


@pytest.mark.parametrize(
    ("said", "remedy"),
    [("database or disk is full", "Free some space"), ("attempt to write a readonly database", "Change its owner")],
)
def test_a_full_or_read_only_disk_is_named(said: str, remedy: str) -> None:
    from django.db import OperationalError

    from diagnosis_app.operations.management.commands.serve import _unprepared

    assert remedy in _unprepared(OperationalError(said), Path("/var/clew"))
