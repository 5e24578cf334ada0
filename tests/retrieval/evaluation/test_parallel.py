"""Work spread over processes: everything once, with its place, and no orphans."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from retrieval.evaluation import parallel
from tests.environment import ROOT


@dataclass(frozen=True)
class Doubling:
    def __call__(self) -> Callable[[int], tuple[int, int, str]]:
        threads = os.environ.get("OMP_NUM_THREADS", "")
        return lambda number: (2 * number, os.getpid(), threads)


@dataclass(frozen=True)
class Failing:
    def __call__(self) -> Callable[[int], int]:
        return lambda number: 1 // number


def test_every_item_comes_back_once_with_its_place():
    found = dict(parallel.spread(Doubling(), [(at, at + 100) for at in range(40)], processes=2, chunk=3))
    assert {at: value for at, (value, _pid, _threads) in found.items()} == {at: 2 * (at + 100) for at in range(40)}


def test_other_processes_do_the_work_with_one_thread_each_and_the_environment_is_given_back():
    before = os.environ.get("OMP_NUM_THREADS")
    found = list(parallel.spread(Doubling(), [(at, at) for at in range(40)], processes=2, chunk=2))
    assert os.getpid() not in {pid for _at, (_value, pid, _threads) in found}
    assert {threads for _at, (_value, _pid, threads) in found} == {"1"}
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_one_process_works_here():
    ((_at, (_value, pid, _threads)),) = parallel.spread(Doubling(), [(0, 1)], processes=4)
    assert pid == os.getpid()
    assert list(parallel.spread(Doubling(), [])) == []


def test_an_error_of_the_work_is_the_callers_error():
    with pytest.raises(ZeroDivisionError):
        list(parallel.spread(Failing(), [(at, at) for at in range(20)], processes=2, chunk=2))


SLOW = """
import sys, time
from dataclasses import dataclass
from retrieval.evaluation import parallel

@dataclass(frozen=True)
class Slow:
    def __call__(self):
        import os
        os.write(1, f"{os.getpid()}\\n".encode())  # at once: two of them write to one pipe
        return lambda number: time.sleep(0.2)

if __name__ == "__main__":
    list(parallel.spread(Slow(), [(at, at) for at in range(2000)], processes=2, chunk=2))
"""


def test_no_worker_outlives_a_parent_that_is_killed(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, str(script)], env=here, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while any(_alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_alive(pid) for pid in workers)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
