"""The retrieval process as a real process on a real socket: asked, flooded with nonsense, hung, killed, replaced."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from retrieval.search import wire
from retrieval.search.client import REST, Ask, Client, Note
from retrieval.snapshot import Snapshot
from tests.environment import ROOT
from tests.retrieval.search.conftest import HYPERTONIA, SCOLIOSIS, Running

Start = Callable[..., Running]
BACK = (Ask("terms", ("curved spine",), 2), Ask("cases", ("male stiff hypertonia",), 3))


def raw(socket_at: Path, sent: bytes, *, seconds: float = 10) -> bytes:
    """Whatever comes back for these bytes, until the other side ends."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        connection.connect(str(socket_at))
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def frame(message: Any) -> bytes:
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


def said(answer: bytes) -> dict[str, Any]:
    return dict(json.loads(answer[4:]))


def test_it_answers_with_ids_scores_and_the_text_that_was_near(start: Start, searched: Snapshot) -> None:
    running = start()
    running.wait_for("ready")
    answer = running.client.nearest(searched.id, BACK)
    assert answer.note is Note.NONE
    terms, cases = answer.lists
    assert terms is not None and cases is not None
    assert (terms[0][0].id, terms[0][0].text) == (SCOLIOSIS, "Curved spine")
    assert terms[0][0].score == pytest.approx(1.0, abs=1e-3)
    assert cases[0][0].id == "b"
    assert HYPERTONIA in searched.ontology.ids


def test_nobody_but_this_account_may_use_its_socket(start: Start) -> None:
    running = start()
    running.wait_for("ready")
    mode = running.socket.lstat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_killed_outright_it_can_be_started_again_at_once(start: Start, searched: Snapshot) -> None:
    running = start()
    running.wait_for("ready")
    running.end(signal.SIGKILL)
    assert running.socket.exists(), "a killed process leaves its socket; nobody answers there"
    client = Client(running.socket)
    assert client.nearest(searched.id, BACK).note is Note.AWAY
    running.begin()
    running.wait_for("ready")
    assert client.nearest(searched.id, BACK).note is Note.NONE


def test_asked_to_end_it_ends_in_order_and_takes_its_socket_with_it(start: Start) -> None:
    running = start()
    running.wait_for("ready")
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(str(running.socket))
        assert running.end(signal.SIGTERM) == 0
    assert not running.socket.exists()


def test_a_second_one_refuses_to_take_the_first_ones_place(start: Start, knowledge_with_cases: Path) -> None:
    running = start()
    running.wait_for("ready")
    command = [sys.executable, "-m", "tests.retrieval.search.process", str(running.socket), str(knowledge_with_cases)]
    second = subprocess.run([*command, "/nowhere"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "Another retrieval process answers" in second.stderr
    running.wait_for("ready")


def test_until_it_is_ready_it_says_that_it_is_loading(start: Start, searched: Snapshot) -> None:
    running = start("slow to load")
    running.wait_for("loading")
    answer = Client(running.socket).nearest(searched.id, BACK)
    assert (answer.lists, answer.note) == ((None, None), Note.LOADING)


def test_without_a_model_it_stays_and_says_so(start: Start, searched: Snapshot) -> None:
    running = start("no model")
    running.wait_for("no_embedder")
    assert Client(running.socket).nearest(searched.id, BACK).note is Note.NO_EMBEDDER
    assert running.process.poll() is None


def test_a_snapshot_that_is_not_there_is_still_loading_and_harms_nothing(start: Start, searched: Snapshot) -> None:
    running = start()
    running.wait_for("ready")
    assert running.client.nearest("f" * 16, BACK).note is Note.LOADING
    time.sleep(1.5)
    assert running.client.nearest(searched.id, BACK).note is Note.NONE


def test_one_that_is_slow_costs_the_page_a_third_of_a_second_and_then_nothing(start: Start, searched: Snapshot) -> None:
    running = start("slow")
    running.wait_for("ready", 120)
    client = Client(running.socket)
    began = time.monotonic()
    assert client.nearest(searched.id, [Ask("cases", ("something new",))]).note is Note.AWAY
    assert time.monotonic() - began < 0.3 + 0.25
    began = time.monotonic()
    assert client.nearest(searched.id, [Ask("cases", ("something else",))]).note is Note.AWAY
    assert time.monotonic() - began < 0.1, "it is left alone for a while"
    time.sleep(max(REST, 2.0))
    assert client.nearest(searched.id, [Ask("cases", ("something new",))]).note is Note.NONE, "its answer was kept"


def test_one_that_accepts_and_never_answers_does_not_hold_the_page(tmp_path: Path, searched: Snapshot) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(tmp_path / "h.sock"))
        hung.listen(8)
        began = time.monotonic()
        assert Client(tmp_path / "h.sock").nearest(searched.id, BACK).note is Note.AWAY
        assert time.monotonic() - began < 0.3 + 0.25


@pytest.fixture
def liar(tmp_path: Path) -> Iterator[Callable[[bytes], Path]]:
    """A process that answers whatever it is told to."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "l.sock"))
    listener.listen(8)

    def lies(answer: bytes) -> Path:
        def answer_once() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        threading.Thread(target=answer_once, daemon=True).start()
        return tmp_path / "l.sock"

    yield lies
    listener.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        struct.pack(">I", 2**31) + b"x",
        struct.pack(">I", 50) + b"{}",
        frame([1, 2]),
        frame({"state": "ready"}),
        frame({"state": "ready", "answers": "all"}),
        frame({"state": "ready", "answers": [[]]}),
        frame({"state": "ready", "answers": [[[{"id": "a"}]], [[]]]}),
        frame({"state": "ready", "answers": [[["a"]], [[]]]}),
        struct.pack(">I", 20_000) + b"[" * 20_000,
    ],
)
def test_nonsense_from_the_other_side_is_a_note_and_no_exception(
    liar: Callable[[bytes], Path], searched: Snapshot, answer: bytes
) -> None:
    found = Client(liar(answer)).nearest(searched.id, BACK)
    assert (found.lists, found.note) == ((None, None), Note.AWAY)


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (struct.pack(">I", wire.LARGEST_REQUEST + 1), "at most"),
        (struct.pack(">I", 2**32 - 1), "at most"),
        (struct.pack(">I", 0), "at most"),
        (struct.pack(">I", 9) + b"not JSON!", "not JSON"),
        (struct.pack(">I", 40_000) + b"[" * 40_000, "not JSON"),
        (struct.pack(">I", 4) + b"\xff\xfe\x00\x01", "not JSON"),
        (frame([1]), "not an object"),
        (struct.pack(">I", 100) + b"{", "in the middle"),
        (frame({"op": "shutdown"}), "op: expected"),
        (frame({"op": "nearest"}), "snapshot: expected"),
        (frame({"op": "nearest", "snapshot": "../../etc/passwd", "asks": []}), "snapshot: expected"),
        (frame({"op": "nearest", "snapshot": "0" * 16, "asks": [{}] * 99}), "asks: expected"),
        (frame({"op": "nearest", "snapshot": "0" * 16, "asks": [7]}), "asks[0]: expected"),
    ],
)
def test_what_is_no_request_is_refused_and_the_next_one_is_answered(start: Start, sent: bytes, answered: str) -> None:
    running = start()
    running.wait_for("ready")
    assert answered in said(raw(running.socket, sent))["error"]
    running.wait_for("ready")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("collection", "passwords"),
        ("collection", None),
        ("texts", "one text"),
        ("texts", ["x" * (wire.LONGEST_TEXT + 1)]),
        ("texts", [" "]),
        ("texts", ["x"] * (wire.MOST_TEXTS + 1)),
        ("texts", [["nested"]]),
        ("limit", 0),
        ("limit", True),
        ("limit", wire.MOST_HITS + 1),
        ("limit", "9"),
    ],
)
def test_every_field_of_a_request_is_looked_at(start: Start, searched: Snapshot, field: str, value: object) -> None:
    running = start()
    running.wait_for("ready")
    ask = {"collection": "cases", "texts": ["a"], "limit": 1, field: value}
    answer = said(raw(running.socket, frame({"op": "nearest", "snapshot": searched.id, "asks": [ask]})))
    assert answer["error"].startswith(f"asks[0].{field}: expected")
    assert "nested" not in answer["error"], "what was sent is never repeated"


def test_a_flood_is_cut_off_at_its_first_bytes(start: Start) -> None:
    running = start()
    running.wait_for("ready")
    with pytest.raises(OSError, match=r"Broken pipe|reset"):
        for _ in range(3):
            raw(running.socket, struct.pack(">I", 2**31) + b"x" * 50_000_000)
    running.wait_for("ready")


def test_many_at_once_get_each_their_own_answer(start: Start, searched: Snapshot) -> None:
    running = start()
    running.wait_for("ready")
    clients = (Client(running.socket, patience=10), Client(running.socket, patience=10))
    wanted = {"curved spine": SCOLIOSIS, "stiff muscles": HYPERTONIA}

    def ask(n: int) -> bool:
        phrase = list(wanted)[n % 2]
        (terms,) = clients[n % 2].nearest(searched.id, [Ask("terms", (phrase,), 1)]).lists
        return terms is not None and terms[0][0].id == wanted[phrase]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(120)))


def test_silent_connections_do_not_keep_others_out_for_long(start: Start) -> None:
    running = start()
    running.wait_for("ready")
    silent = [socket.socket(socket.AF_UNIX) for _ in range(8)]
    try:
        for one in silent:
            one.connect(str(running.socket))
        assert Client(running.socket, patience=15).status() is not None
    finally:
        for one in silent:
            one.close()


def test_newly_published_knowledge_is_prepared_without_a_restart(
    start: Start, tmp_path: Path, knowledge_with_cases: Path, searched: Snapshot
) -> None:
    from tests.retrieval.search.conftest import CASES, write_knowledge

    copy = write_knowledge(tmp_path / "copy")
    command = [sys.executable, "-m", "tests.retrieval.search.process"]
    address = tmp_path / "n.sock"
    process = subprocess.Popen([*command, str(address), str(copy), str(tmp_path / "cache")], cwd=ROOT, env=os.environ)
    try:
        client = Client(address, patience=5)
        first = (copy / "current").read_text().strip()
        eventually(lambda: client.nearest(first, BACK).note is Note.NONE)
        write_knowledge(tmp_path / "copy", CASES[:3])
        second = (copy / "current").read_text().strip()
        assert second != first
        eventually(lambda: client.nearest(second, BACK).note is Note.NONE)
        assert client.nearest(first, BACK).note is Note.NONE, "a result that refers to the old one still reads it"
    finally:
        process.kill()
        process.wait()


def eventually(happened: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
