"""Milvus beyond what every store promises: a server that is killed, hangs or lies, and what is not ours in it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.search.errors import StoreAway
from retrieval.search.milvus_address import Address
from retrieval.search.vectors import milvus_filters
from tests.retrieval.search.vectors.offers import CONTENTS, DIMENSION, OFFERS, PATIENCE, ROWS, recall, truth, vectors
from tests.retrieval.search.vectors.test_every_store import Told

pytestmark = pytest.mark.skipif(bool(OFFERS["milvus"].missing), reason=OFFERS["milvus"].missing)
HELD = vectors(3 * ROWS, 90)


def store(address: Address, **more: Any) -> Any:
    from retrieval.search.vectors.with_milvus import MilvusStore

    return MilvusStore(address, portion=ROWS * DIMENSION * 4, patience=PATIENCE, **more)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    made = store(Address(file=tmp_path / "m.db"))
    yield made
    made.close()


class Server:
    """milvus-lite as a server of its own, on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.address = Address(host="127.0.0.1", port=self.port)
        self._command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1"]
        self._command += ["--port", str(self.port), "--data-dir", str(folder / "served")]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 5 * PATIENCE
        while True:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert time.monotonic() < until, "it never listened"
            assert self.process.poll() is None, "it ended"
            time.sleep(0.1)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait(PATIENCE)


def eventually(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Once it has connected again."""
    until = time.monotonic() + seconds
    while True:
        try:
            assert true()
            return
        except StoreAway:
            assert time.monotonic() < until, "it never came back"
            time.sleep(0.5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


def test_a_server_is_filled_by_one_and_asked_by_another(server: Server) -> None:
    first, second, told = store(server.address), store(server.address), Told()
    first.open(CONTENTS, HELD)
    found = second.open(CONTENTS, HELD, told).search(HELD[[11]], 3)
    assert found.positions[0, 0] == 11
    assert not told.said, "what the first one filled serves the second"
    first.close()
    second.close()


def test_a_server_that_is_killed_is_away_and_afterwards_there_again(server: Server) -> None:
    asked = store(server.address)
    index = asked.open(CONTENTS, HELD)
    server.end()
    began = time.monotonic()
    with pytest.raises(StoreAway) as away:
        index.search(HELD[[3]], 1)
    assert time.monotonic() - began < PATIENCE, "a closed port is not waited for"
    assert str(server.port) in away.value.message
    with pytest.raises(StoreAway):
        store(server.address)
    server.start()
    again, told = store(server.address), Told()
    for one in (again, asked):
        eventually(lambda one=one: one.open(CONTENTS, HELD, told).search(HELD[[3]], 1).positions.tolist() == [[3]])
    assert not told.said, "it lost nothing"
    asked.close()
    again.close()


def test_a_server_killed_while_it_is_filled_is_filled_further(server: Server) -> None:
    asked = store(server.address)

    def killing(_: str, done: int, total: int) -> None:
        if done == 2 * ROWS:
            server.end()

    with pytest.raises(StoreAway):
        asked.open(CONTENTS, HELD, killing)
    server.start()
    again, told = store(server.address), Told()
    index = again.open(CONTENTS, HELD, told)
    assert told.said[0][1] == 2 * ROWS, "what it had acknowledged was still there"
    assert sorted(index.search(HELD[[0]], len(HELD)).positions[0].tolist()) == list(range(len(HELD)))
    asked.close()
    again.close()


def test_one_that_accepts_and_never_answers_holds_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    from retrieval.search.vectors import with_milvus

    monkeypatch.setattr(with_milvus, "CONNECTING", 1.0)
    with socket.socket() as hung:
        hung.bind(("127.0.0.1", 0))
        hung.listen(8)
        began = time.monotonic()
        with pytest.raises(StoreAway):
            store(Address(host="127.0.0.1", port=int(hung.getsockname()[1])))
        assert time.monotonic() - began < PATIENCE


def test_a_name_that_is_no_host_is_away() -> None:
    with pytest.raises(StoreAway) as away:
        store(Address(host="no-such-host.invalid"))
    assert "CLEW_MILVUS" in away.value.hint


def test_a_file_that_another_process_has_open_is_away_and_not_damaged(tmp_path: Path) -> None:
    file = tmp_path / "m.db"
    command = [sys.executable, "-m", "tests.retrieval.search.vectors.filler", "milvus", str(tmp_path)]
    root = Path(__file__).resolve().parents[4]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(StoreAway):
            store(Address(file=file))
        other.kill()
    later = store(Address(file=file))
    later.close()


def test_what_is_not_ours_is_never_touched(opened: Any) -> None:
    client = opened._client
    client.create_collection("letters", dimension=4)
    client.create_collection("clew_but_another", dimension=4)
    opened.open(CONTENTS, HELD)
    opened.open(replace(CONTENTS, digest="b" * 32), HELD)
    opened.forget(CONTENTS.embedder, [CONTENTS.snapshot])
    assert sorted(client.list_collections()) == ["clew_but_another", "letters"]


def test_its_name_says_what_is_in_it(opened: Any) -> None:
    opened.open(CONTENTS, HELD)
    (name,) = opened._client.list_collections()
    assert name == f"clew_{CONTENTS.snapshot}_{CONTENTS.embedder}_passages_{'d' * 16}"
    assert name.isidentifier()


def test_no_vectors_need_no_collection(opened: Any) -> None:
    assert opened.open(CONTENTS, HELD[:0]).search(HELD[:1], 3).positions.tolist() == [[-1, -1, -1]]
    assert opened._client.list_collections() == []


@pytest.mark.parametrize("damage", ["other vectors", "another width", "too many", "without an index", "other fields"])
def test_what_does_not_fit_is_replaced(opened: Any, damage: str) -> None:
    from retrieval.search.vectors.with_milvus import name_of

    client, name = opened._client, name_of(CONTENTS)
    if damage == "other vectors":
        opened.open(CONTENTS, vectors(3 * ROWS, 91))
    elif damage == "another width":
        opened.open(CONTENTS, vectors(3 * ROWS, 91, dimension=8))
    elif damage == "too many":
        opened.open(CONTENTS, np.concatenate([HELD, HELD[:5]]))
    elif damage == "without an index":
        schema = client.create_schema(auto_id=False)
        schema.add_field("position", opened._pymilvus.DataType.INT64, is_primary=True)
        schema.add_field("vector", opened._pymilvus.DataType.FLOAT_VECTOR, dim=DIMENSION)
        client.create_collection(name, schema=schema)
    else:
        client.create_collection(name, dimension=DIMENSION)
    index = opened.open(CONTENTS, HELD)
    found = index.search(HELD[:20], 5)
    assert found.positions[:, 0].tolist() == list(range(20))
    assert np.allclose(found.scores, truth(HELD, HELD[:20], 5), atol=1e-5)
    assert sorted(index.search(HELD[[0]], len(HELD) + 9).positions[0, : len(HELD)].tolist()) == list(range(len(HELD)))


def test_what_another_machine_rounded_differently_is_used_as_it_is(opened: Any) -> None:
    opened.open(CONTENTS, HELD)
    noise = np.random.default_rng(5).normal(scale=1e-4, size=HELD.shape).astype(np.float32)
    told = Told()
    opened.open(CONTENTS, HELD + noise, told)
    assert not told.said


def test_a_collection_that_vanishes_is_away_and_can_be_opened_again(opened: Any) -> None:
    from retrieval.search.vectors.with_milvus import name_of

    index = opened.open(CONTENTS, HELD)
    opened._client.drop_collection(name_of(CONTENTS))
    with pytest.raises(StoreAway, match="no longer"):
        index.search(HELD[[1]], 1)
    assert opened.open(CONTENTS, HELD).search(HELD[[1]], 1).positions.tolist() == [[1]]


@pytest.mark.parametrize("name", ["milvus", "milvus graph"])
def test_a_filter_too_large_to_be_named_is_answered_by_asking_for_more(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus_filters, "MOST_NAMED", 50)
    monkeypatch.setattr(milvus_filters, "MOST_HITS", 300)
    made = OFFERS[name].open(tmp_path)
    try:
        index, asked = made.open(CONTENTS, HELD), vectors(8, 92)
        for share in (0.6, 0.2, 0.04):
            mask = np.random.default_rng(93).random(len(HELD)) < share
            found = index.search(asked, 20, mask)
            assert mask[found.positions].all()
            assert recall(found.scores, truth(HELD, asked, 20, mask)) >= OFFERS[name].recall
    finally:
        made.close()


def test_neither_a_log_nor_a_message_repeats_what_was_asked(
    opened: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    index = opened.open(CONTENTS, HELD)
    opened.close()
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreAway) as away:
        index.search(HELD[[1]], 1, np.array([1, 77, 911]))
    said = caplog.text + str(away.value) + away.value.hint + "".join(capfd.readouterr())
    assert "911" not in said
    assert f"{HELD[1, 0]:.3f}" not in said


def test_a_file_of_settings_that_lies_about_is_not_read(tmp_path: Path) -> None:
    """pymilvus looks for .env above where it is installed; a hospital's may hold anything."""
    (tmp_path / ".env").write_text("LOST=found\n")
    loading = (
        "from pathlib import Path; from retrieval.search.milvus_address import Address;"
        "from retrieval.search.vectors.with_milvus import load; load(Address(file=Path('x.db')));"
    )
    read = f"import os, dotenv; print(dotenv.load_dotenv({str(tmp_path / '.env')!r}), os.environ.get('LOST'))"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHON_DOTENV_DISABLED"}
    root = Path(__file__).resolve().parents[4]
    for first, expected in ((loading, "False None"), ("", "True found")):
        done = subprocess.run(
            [sys.executable, "-c", first + read], cwd=root, env=clean, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected
