"""Stops a request body that no form here could mean, before it fills the disk.

Django writes a whole body to a temporary file before any view sees it, also a stranger's. What is
merely too large for a form still reaches it, so that the page itself can say so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

MOST = 64 * 1024 * 1024  # bytes
WORDS = (
    "This is larger than {most} MB, the most that Clew takes in one request (413). A case may come as a file of at "
    "most 5 MB, a letter of at most 20 MB, knowledge of at most 60 MB; the page of knowledge sends larger files in "
    "pieces.\n"
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Bounded:
    def __init__(self, application: Application, most: int = MOST) -> None:
        self.application = application
        self.most = most

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        if _length(scope) > self.most:
            await self._refuse(send)
            return
        taken, answered = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            # A body of no stated length: for Django the sender has gone away, and nothing is kept.
            return message if taken <= self.most else {"type": "http.disconnect"}

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        await self.application(scope, counted, noted)
        if taken > self.most and not answered:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        headers.append((b"content-security-policy", b"default-src 'none'"))
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": WORDS.format(most=self.most // 1024**2).encode()})


def _length(scope: MutableMapping[str, Any]) -> int:
    stated = dict(scope["headers"]).get(b"content-length", b"0")
    return int(stated) if stated.isdigit() and len(stated) < 18 else 0
