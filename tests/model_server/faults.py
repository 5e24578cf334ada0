"""What can go wrong at a model's server, as a script says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Base of all of them."""


@dataclass(frozen=True)
class Status(Fault):
    """An answer of failure in vLLM's shape."""

    code: int
    message: str = "something went wrong"
    retry_after: str | None = None


@dataclass(frozen=True)
class Cut(Fault):
    """The connection ends in the midst: after so many events of a stream, or in the half of a body."""

    after: int = 2


@dataclass(frozen=True)
class Silent(Fault):
    """The request is taken and nothing comes, until the server closes."""


@dataclass(frozen=True)
class Trickle(Fault):
    """Always another byte, and never an end."""


@dataclass(frozen=True)
class LengthStop(Fault):
    """Out of tokens. Without content a reasoning parser was still waiting for the end of the thinking."""

    content: str | None = None
    reasoning: str = "It may be that"


@dataclass(frozen=True)
class Break(Fault):
    """A stream that says in its midst that the engine failed, as vLLM does: the status was sent long ago."""

    after: int = 2


@dataclass(frozen=True)
class Redirect(Fault):
    to: str = "http://127.0.0.1:9/v1/chat/completions"


@dataclass(frozen=True)
class Huge(Fault):
    """A content of so many bytes."""

    size: int = 8 * 1024 * 1024


@dataclass(frozen=True)
class Empty(Fault):
    """No choices at all."""


@dataclass(frozen=True)
class Raw(Fault):
    """Any bytes with status 200."""

    body: bytes
    kind: str = "text/html"
