"""A body that no form here could mean is stopped before it fills the disk, and is told what may be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from django.core.asgi import get_asgi_application

from diagnosis_app.attachments import actions as letters
from diagnosis_app.bounded import WORDS, Application, Bounded
from diagnosis_app.cases.views import intake
from diagnosis_app.knowledge.views import uploads

MIB = 1024**2


def asked(application: Application, pieces: Iterable[bytes], **headers: str) -> list[dict[str, Any]]:
    """What comes back for a body that is sent in these pieces."""
    sent: list[dict[str, Any]] = []
    left = iter(
        [*({"type": "http.request", "body": one, "more_body": True} for one in pieces), {"type": "http.request"}]
    )
    scope = {
        "type": "http", "method": "POST", "path": "/cases/", "raw_path": b"/cases/", "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1",
        "client": ("127.0.0.1", 1), "server": ("testserver", 80),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return next(left)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    return sent


async def reads_all(_scope: Any, receive: Any, send: Any) -> None:
    taken = 0
    while (message := await receive()).get("more_body"):
        taken += len(message["body"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(taken).encode()})


async def never(*_: Any) -> None:
    raise AssertionError("the application was asked")


def test_what_says_that_it_is_too_large_is_refused_unread() -> None:
    start, body = asked(Bounded(never, most=MIB), [], content_length=str(MIB + 1))
    assert (start["status"], body["body"]) == (413, WORDS.format(most=1).encode())


def test_what_does_not_say_how_large_it_is_is_cut_off() -> None:
    """Django sees a sender who went away, keeps nothing, and answers nothing; the answer is ours."""
    application: Any = get_asgi_application()
    start, body = asked(Bounded(application, most=MIB), [b"x" * MIB, b"x"], host="testserver")
    assert (start["status"], body["body"]) == (413, WORDS.format(most=1).encode())


def test_what_is_not_larger_arrives_whole() -> None:
    _start, body = asked(Bounded(reads_all, most=MIB), [b"x" * (MIB - 1), b"x"])
    assert body["body"] == str(MIB).encode()


def test_it_names_what_each_page_takes() -> None:
    for largest in (intake.LARGEST, letters.LARGEST, uploads.FORM_LARGEST):
        assert f"{largest // MIB} MB" in WORDS
