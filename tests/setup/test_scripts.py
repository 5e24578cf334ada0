"""./run and ./test up to the point where Python takes over: nothing here installs anything."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.setup.test_supervisor import eventually, gone

SCRIPTS = ("run", "test", "requirements")


@pytest.fixture
def checkout(tmp_path) -> Path:
    """The scripts in a directory of their own, with a blank in its name and without an environment."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in SCRIPTS:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def start(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables}
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)


def function(checkout: Path, call: str, **variables: str) -> subprocess.CompletedProcess[str]:
    script = f'set -euo pipefail; ROOT="{checkout}"; . "$ROOT/requirements/environment.sh"; {call}'
    return start("bash", "-c", script, **variables)


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("script", ["run", "test"])
def test_help_needs_no_installation_and_leaves_nothing(checkout, script, tmp_path):
    (tmp_path / "link").symlink_to(checkout / script)
    done = start(tmp_path / "link", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: ./{script}")
    assert {path.name for path in checkout.iterdir()} == set(SCRIPTS)


@pytest.mark.parametrize("script", ["run", "test"])
def test_a_python_that_does_not_work_is_one_clear_line(checkout, script):
    done = start(checkout / script, CLEW_PYTHON="/nowhere/python")
    assert done.returncode == 1
    assert done.stderr == "CLEW_PYTHON=/nowhere/python is not a working Python 3.11 or 3.12 (with its venv module).\n"


def test_a_shim_that_only_looks_like_python_is_passed_over(checkout, tmp_path):
    shim = program(tmp_path / "bin" / "python3.12", "#!/bin/sh\necho 'python3.12: command not found' >&2; exit 127\n")
    old = program(tmp_path / "bin" / "python3.11", "#!/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    done = function(checkout, "find_python", PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() not in {str(shim), str(old)}
    assert start(done.stdout.strip(), "-c", "print(6 * 7)").stdout == "42\n"


def test_what_is_installed_is_not_installed_again(checkout):
    program(checkout / ".venv" / "bin" / "python", "#!/bin/sh\nexit 1\n")
    shutil.copy(checkout / "requirements" / "base.txt", checkout / ".venv" / ".installed-base.txt")
    done = function(checkout, "install base")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_changed_list_is_installed_and_remembered_only_if_that_worked(checkout):
    program(checkout / ".venv" / "bin" / "python", '#!/bin/sh\ncase "$*" in *--version*) exit 0;; *) exit 1;; esac\n')
    done = function(checkout, "install base")
    assert done.returncode == 1
    assert "The packages could not be installed" in done.stderr
    assert not (checkout / ".venv" / ".installed-base.txt").exists()
    program(checkout / ".venv" / "bin" / "python", "#!/bin/sh\nexit 0\n")
    done = function(checkout, "install test")
    assert done.returncode == 0, done.stderr
    assert (checkout / ".venv" / ".installed-test.txt").exists()
    assert (checkout / ".venv" / ".installed-base.txt").exists(), "the tests' list contains the other one"


def fake_environment(checkout: Path, *, torch: str) -> Path:
    """A .venv whose uv writes down what it is asked for; `torch` is the exit code of installing that."""
    asked = checkout / "asked"
    program(checkout / ".venv" / "bin" / "python", "#!/bin/sh\nexit 1\n")
    uv = f'#!/bin/sh\necho "$*" >> "{asked}"\ncase "$*" in *torch==*) echo no such torch; exit {torch};; esac\nexit 0\n'
    program(checkout / ".venv" / "bin" / "uv", uv.replace("{asked}", str(asked)))
    program(checkout / "bin" / "uname", "#!/bin/sh\necho Linux\n")
    return asked


def search(checkout: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{checkout / 'bin'}:/usr/bin:/bin"
    return function(checkout, "install_search", PATH=path, **variables)


def test_search_by_meaning_is_installed_once_with_a_cpu_build_first(checkout: Path) -> None:
    asked = fake_environment(checkout, torch="0")
    done = search(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    listed, torch = asked.read_text().splitlines()
    assert "--require-hashes --no-deps" in listed and listed.endswith("search.txt")
    assert torch.endswith((ROOT / "requirements" / "torch.in").read_text().strip() + "+cpu")
    again = search(checkout)
    assert (again.returncode, again.stdout) == (0, "")
    assert len(asked.read_text().splitlines()) == 2


def test_where_search_by_meaning_cannot_be_installed_everything_else_goes_on(checkout: Path) -> None:
    asked = fake_environment(checkout, torch="1")
    done = search(checkout)
    assert done.returncode == 0
    assert "not possible; everything else works." in done.stdout
    assert done.stdout.count("\n") == 1
    *_, cpu, right = asked.read_text().splitlines()
    assert cpu.endswith("+cpu") and "--torch-backend=auto" in right, "never the plain build by itself"
    again = search(checkout)
    assert again.returncode == 0
    assert again.stdout.startswith("Without search by meaning") and again.stdout.count("\n") == 1
    assert len(asked.read_text().splitlines()) == 3, "not tried again on the same day"
    assert "not possible" in search(checkout, CLEW_TORCH="torch==9.9").stdout, "another choice is tried at once"


def test_clew_torch_names_another_build_or_none(checkout: Path) -> None:
    asked = fake_environment(checkout, torch="0")
    assert search(checkout, CLEW_TORCH="off").stdout == ""
    assert not asked.exists()
    assert search(checkout, CLEW_TORCH="wheels/torch-cpu.whl").returncode == 0
    assert asked.read_text().splitlines()[-1].endswith(" wheels/torch-cpu.whl")


def test_ctrl_c_while_installing_ends_whatever_was_started(checkout, tmp_path):
    long = f"bash -c 'sleep 600 & echo $! > {tmp_path}/pid; wait'"
    script = f'set -euo pipefail; ROOT="{checkout}"; . "$ROOT/requirements/environment.sh"; patiently /dev/null {long}'
    process = subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE, text=True)
    pid = tmp_path / "pid"
    assert eventually(lambda: pid.exists() and pid.read_text().endswith("\n"))
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert eventually(lambda: gone(int(pid.read_text())))
