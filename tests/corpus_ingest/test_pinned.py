"""Which addresses a name may lead to, and that what was checked is what is connected to."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import loading, pinned
from corpus_ingest.loading import Limits


@pytest.mark.parametrize(
    ("numeric", "here", "may"),
    [
        ("127.0.0.1", True, True), ("::1", True, True), ("::ffff:127.0.0.1", True, True), ("10.0.0.5", True, False),
        ("127.0.0.1", False, False), ("::1", False, False), ("::ffff:127.0.0.1", False, False),
        ("169.254.169.254", False, False), ("::ffff:169.254.169.254", False, False),
        ("fe80::1", False, False), ("fe80::1%eth0", False, False), ("::", False, False), ("0.0.0.0", False, False),  # noqa: S104
        ("fd00:ec2::254", False, False), ("100.100.100.200", False, False), ("64:ff9b::a9fe:a9fe", False, False),
        ("64:ff9b::7f00:1", False, False), ("2002:7f00:1::", False, False), ("64:ff9b::821d:6e8e", False, True),
        ("224.0.0.1", False, False), ("10.0.0.5", False, True), ("130.14.29.110", False, True),
    ],
)  # fmt: skip
def test_a_name_leads_to_this_machine_only_if_it_was_asked_for(numeric: str, here: bool, may: bool) -> None:
    assert pinned.allowed(numeric, here=here) is may


def leading(monkeypatch: pytest.MonkeyPatch, *numeric: str) -> list[str]:
    """Every name leads to these addresses; the names asked for come back."""
    asked: list[str] = []

    def leads(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in numeric]

    monkeypatch.setattr(pinned.socket, "getaddrinfo", leads)
    return asked


def test_a_publisher_whose_name_leads_to_this_machine_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = leading(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(pinned.socket, "create_connection", lambda *_a, **_k: pytest.fail("it connected"))
    with pytest.raises(loading.Unavailable, match="leads to this machine") as caught:
        loading.download("https://publisher.example/all.zip", tmp_path / "all.zip", "0" * 64, Limits(pause=0.01))
    assert not caught.value.retryable
    assert asked == ["publisher.example"]
    assert not list(tmp_path.iterdir())


def test_the_next_address_is_tried_where_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    leading(monkeypatch, "169.254.169.254", "192.0.2.1", "192.0.2.2")
    tried: list[str] = []

    def connects(where: tuple[str, int], timeout: float) -> Any:
        tried.append(where[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(pinned.socket, "create_connection", connects)
    clock = pinned.Clock(5)
    with pytest.raises(ConnectionRefusedError):
        pinned.connected("publisher.example", 443, tls=True, here=False, silence=1, clock=clock)
    clock.stop()
    assert tried == ["192.0.2.1", "192.0.2.2"]
