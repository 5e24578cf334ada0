"""Which addresses of Milvus are taken, and which of them are inside the house."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from retrieval.search import milvus_address
from retrieval.search.milvus_address import is_inside, read


def test_a_server_is_read_with_its_database_and_its_password() -> None:
    found = read("https://clew:p%40ss@milvus.hospital.example/knowledge")
    assert (found.host, found.port, found.secure, found.database) == ("milvus.hospital.example", 443, True, "knowledge")
    assert found.token == "clew:p@ss"
    assert found.uri == "https://milvus.hospital.example:443"
    assert "p@ss" not in f"{found} {found!r}"


def test_without_a_port_it_is_milvus_own() -> None:
    assert read("http://10.1.2.3").uri == "http://10.1.2.3:19530"
    assert read("http://[fd00::7]:1234/").uri == "http://[fd00::7]:1234"


def test_a_file_is_one_of_milvus_lite(tmp_path: Path) -> None:
    assert read(str(tmp_path / "m.db")).file == tmp_path / "m.db"
    assert read("~/m.db").file == Path.home() / "m.db"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " http://10.0.0.1",
        "10.0.0.1:19530",
        "tcp://10.0.0.1",
        "ftp://10.0.0.1/x.db",
        "unix:/run/m.db",
        "http://",
        "http://10.0.0.1:99999",
        "http://10.0.0.1:x",
        "http://[::1",
        "http://10.0.0.1/a/b",
        "http://10.0.0.1/päss",
        "http://10.0.0.1?x=1",
        "http://10.0.0.1#x",
        "http://10.0.0.1\n",
        "/var/milvus.sqlite",
        "https://global-cluster.example.org",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(ValueError) as refused:
        read(wrong)
    assert len(wrong) < 8 or wrong not in str(refused.value)


@pytest.mark.parametrize(
    ("numbers", "inside"),
    [
        (["127.0.0.1"], True),
        (["10.9.8.7"], True),
        (["172.18.0.3"], True),
        (["192.168.1.1", "fd00::1"], True),
        (["::1"], True),
        (["fe80::1%eth0"], True),
        (["::ffff:10.0.0.1"], True),
        (["8.8.8.8"], False),
        (["10.0.0.1", "8.8.8.8"], False),
        (["::ffff:8.8.8.8"], False),
        (["2a00:1450::1"], False),
        (["172.32.0.1"], False),
        (["0.0.0.0"], False),  # noqa: S104 - nothing is bound
    ],
)
def test_inside_is_this_machine_and_private_networks(
    monkeypatch: pytest.MonkeyPatch, numbers: list[str], inside: bool
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 19530)) for number in numbers]
    monkeypatch.setattr(milvus_address.socket, "getaddrinfo", lambda *args, **more: found)
    assert is_inside(read("http://milvus")) is inside


def test_a_file_is_inside(tmp_path: Path) -> None:
    assert is_inside(read(str(tmp_path / "m.db")))
