"""The supervisor with real processes: what ends is started again, what it started ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from diagnosis_app.operations import supervisor as module
from diagnosis_app.operations.supervisor import Child, NeverReady, Supervisor
from tests.environment import ROOT

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
# Writes its own process id, and that of a process it started, and then stays.
FAMILY = """
import os, subprocess, sys, time, signal
{prelude}
kin = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "a").write(f"{{os.getpid()}} {{kin.pid}}\\n")
time.sleep(600)
"""


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path, said):
    made = Supervisor(tmp_path, ROOT, dict(os.environ), said.append)
    yield made
    made.stop(hurry=lambda: True)


def family(tmp_path: Path, prelude: str = "") -> Child:
    return Child("family", [sys.executable, "-c", FAMILY.format(prelude=prelude), str(tmp_path / "pids")])


def pids(tmp_path: Path) -> list[int]:
    file = tmp_path / "pids"
    assert eventually(lambda: file.exists() and file.read_text().endswith("\n"))
    return [int(pid) for pid in file.read_text().split()]


def test_stopping_takes_a_child_and_what_the_child_started(supervisor, tmp_path):
    supervisor.start(family(tmp_path))
    everyone = pids(tmp_path)
    supervisor.stop()
    assert eventually(lambda: all(gone(pid) for pid in everyone))


def test_a_child_that_will_not_end_is_killed(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    supervisor.start(family(tmp_path, "signal.signal(signal.SIGTERM, signal.SIG_IGN)"))
    everyone = pids(tmp_path)
    supervisor.stop()
    assert eventually(lambda: all(gone(pid) for pid in everyone))


def test_a_child_that_dies_is_started_again_and_it_is_said(supervisor, tmp_path, said, monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.1)
    child = family(tmp_path)
    child.pause = 0.1
    supervisor.start(child)
    first = pids(tmp_path)
    os.kill(first[0], signal.SIGKILL)
    supervisor.watch(lambda: len(pids(tmp_path)) == 4)
    assert said == [f"family ended (signal SIGKILL); starting it again in 0 s. Log: {tmp_path / 'family.log'}"]
    assert gone(first[1]), "what the dead one had started was left behind"


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(supervisor, said):
    child = Child("broken", [sys.executable, "-c", "raise SystemExit(3)"], pause=0.1)
    supervisor.start(child)
    supervisor.watch(lambda: len(said) == 3)
    assert child.pause == pytest.approx(0.8)
    assert "exit code 3" in said[0]


def test_one_that_never_gets_ready_is_named_with_the_end_of_its_log(supervisor):
    child = Child("broken", [sys.executable, "-c", "import sys; sys.exit('the reason')"])
    supervisor.start(child)
    with pytest.raises(NeverReady) as caught:
        supervisor.wait_until(lambda: False, child, 20)
    assert caught.value.name == "broken"
    assert caught.value.tail == "the reason"


def test_a_large_log_is_set_aside(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_LOG", 10)
    supervisor.start(
        Child("talker", [sys.executable, "-c", "print('x' * 50, flush=True); import time; time.sleep(600)"])
    )
    log = tmp_path / "talker.log"
    assert eventually(lambda: log.stat().st_size > 10)
    supervisor.watch(lambda: log.stat().st_size == 0)
    assert (tmp_path / "talker.log.1").read_text() == "x" * 50 + "\n"


@LINUX
def test_children_end_when_the_supervisor_is_killed_outright(tmp_path):
    script = (
        "import sys, os; from pathlib import Path; from tests.setup.test_supervisor import *;"
        "t = Path(sys.argv[1]); s = Supervisor(t, ROOT, dict(os.environ), print);"
        "s.start(Child('alone', [sys.executable, '-c', 'import time; time.sleep(600)']));"
        "(t / 'pids').write_text(f'{s.children[0].process.pid}\\n'); s.watch(lambda: False)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT)
    try:
        (child,) = pids(tmp_path)
        assert not gone(child)
    finally:
        process.kill()
        process.wait()
    assert eventually(lambda: gone(child))
