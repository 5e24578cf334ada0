"""The process that reads: no network, no programs, no files, gone in time, believed in nothing but its JSON."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from corpus_ingest.documents import DEFAULT, Unreadable, process, read
from tests.corpus_ingest.documents.made import page, pdf
from tests.environment import ROOT

TEXT = b"Some text that is read."


def inside(code: str, monkeypatch: pytest.MonkeyPatch, *, ocr: bool = False, seconds: float = 20) -> str:
    """What happens to code that runs where a parser runs: the last part of the state that comes out."""
    start = process._START.replace(
        "main()", f"import corpus_ingest.parsing.child as c; c.parse = lambda *_: exec({code!r}, {{}}); main()"
    )
    monkeypatch.setattr(process, "_START", start)
    with pytest.raises(Unreadable) as caught:
        read(TEXT, "a.txt", replace(DEFAULT, ocr=ocr, seconds=seconds))
    return caught.value.code.removeprefix("document.")


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="namespaces and filters of system calls are Linux's")


def refused(attempt: str) -> str:
    """Code that stops with "encrypted" if the attempt is refused by the system, and with "empty" if it went through."""
    return (
        "from corpus_ingest.parsing.found import Stop\n"
        f"try:\n    {attempt}\nexcept OSError:\n    raise Stop('encrypted')\nraise Stop('empty')"
    )


@LINUX
@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.write(os.open('WRITTEN', os.O_CREAT | os.O_WRONLY), b'x')",
    ],
)
def test_the_way_out_is_shut(attempt: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert inside(refused(attempt.replace("WRITTEN", str(tmp_path / "file"))), monkeypatch) == "encrypted"


def test_the_attempts_would_go_through_elsewhere() -> None:
    done = subprocess.run([sys.executable, "-c", "import socket; socket.socket(socket.AF_UNIX)"], check=False)
    assert done.returncode == 0


def test_no_more_files_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        inside(refused("import os; [os.open('/dev/null', os.O_RDONLY) for _ in range(500)]"), monkeypatch)
        == "encrypted"
    )


def test_a_service_with_very_many_open_files_still_reads() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 1300:
        pytest.skip("this system lets a process open no more than 1,024 files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 1300), before[1]))
    taken: list[int] = []
    try:
        while not taken or taken[-1] < 1100:
            taken.append(os.open(os.devnull, os.O_RDONLY))
        found = read(TEXT, "a.txt")
        assert found.blocks[0].text == TEXT.decode()
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_it_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_SECRET_KEY", "not-for-parsers")
    code = (
        "import os, sys\nfrom corpus_ingest.parsing.found import Stop\n"
        "known = set(os.environ) - {'PATH', 'LANG', 'LC_CTYPE', 'OMP_THREAD_LIMIT'}\n"
        "apart = ('django', 'numpy', 'retrieval', 'diagnosis_app')\n"
        "ours = [name for name in sys.modules if name.split('.')[0] in apart]\n"
        "raise Stop('encrypted' if not known and not ours and 'site' not in sys.modules else 'empty')"
    )
    assert inside(code, monkeypatch) == "encrypted"


def test_one_that_hangs_is_killed_with_all_that_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE", 1.0)
    started = time.monotonic()
    code = "import os, time\nif os.fork() == 0:\n    time.sleep(600)\ntime.sleep(600)"
    assert inside(code, monkeypatch, ocr=True, seconds=1) == "timeout"
    assert time.monotonic() - started < 20
    assert not [pid for pid in children_of(os.getpid()) if "corpus_ingest.parsing" in command_of(pid)]


def test_one_that_computes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inside("while True: pass", monkeypatch, seconds=2) == "timeout"


def test_one_that_eats_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inside("a = []\nwhile True: a.append(bytearray(10_000_000))", monkeypatch) == "memory"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "memory"),  # as the system does without memory
        ("import os; os._exit(3)", "crashed"),
        ("import os; os._exit(0)", "crashed"),
        ("raise ValueError('unforeseen')", "damaged"),
        ("import sys; sys.setrecursionlimit(10**4); f = lambda: f(); f()", "too_deep"),
    ],
)
def test_each_death_has_its_state(code: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inside(code, monkeypatch) == expected


@pytest.mark.parametrize(
    "answer",
    ["not json", "[]", '{"found": 7}', '{"found": {}}', '{"found": {"records": [], "warnings": [], "kind": "text"}}',
     "[" * 9999, '{"state": "unheard_of"}'],
)  # fmt: skip
def test_an_answer_that_is_none_is_a_crash(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_START", f"print({answer!r}, end='')")
    with pytest.raises(Unreadable) as caught:
        read(TEXT, "a.txt")
    assert caught.value.code == "document.crashed"


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_START", "while True: print('x' * 100_000)")
    with pytest.raises(Unreadable) as caught:
        read(TEXT, "a.txt", replace(DEFAULT, characters=1000))
    assert caught.value.code == "document.too_much_text"


def test_several_may_be_read_at_once() -> None:
    content, kinds = pdf([page("Some text of the page.")]), []
    threads = [threading.Thread(target=lambda: kinds.append(read(content, "a").kind)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert kinds == ["pdf"] * 5


def test_nothing_is_left_open() -> None:
    read(TEXT, "a.txt")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(3):
        read(TEXT, "a.txt")
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_what_runs_there_imports_nothing_but_the_standard_library() -> None:
    allowed = {"corpus_ingest", "pypdfium2", "__future__", *sys.stdlib_module_names}
    for path in (ROOT / "corpus_ingest" / "parsing").glob("*.py"):
        for line in path.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].split(".")[0] in allowed, f"{path.name}: {line}"
                assert not words[1].startswith("corpus_ingest.") or words[1].startswith("corpus_ingest.parsing"), line


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_parser_that_crashes_in_a_large_process_is_not_said_to_have_run_out_of_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The system counts what the process was before it became another program: a copy of this one."""
    ballast = bytearray(700 * 1024**2)
    ballast[::4096] = b"x" * len(ballast[::4096])  # touched, so that it is really there
    assert inside("import os; os._exit(3)", monkeypatch) == "crashed"
