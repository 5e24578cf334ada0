"""What can go wrong when papers are asked for. No message repeats what was asked or what came back."""

from __future__ import annotations

from retrieval.errors import RetrievalError


class LiteratureError(RetrievalError):
    """Base of every failure of a search for papers; nothing of a failed one is kept."""

    code = "literature.error"


class Off(LiteratureError):
    """The door is closed: CLEW_LITERATURE is empty, as it is unless an operator sets it."""

    code = "literature.off"


class BadAddress(LiteratureError):
    """CLEW_LITERATURE is no address that may be asked."""

    code = "literature.address"


class BadQuestion(LiteratureError):
    """Too many or unknown ids, or none at all."""

    code = "literature.question"


class Unreachable(LiteratureError):
    """No connection, no valid certificate, or it broke before the answer was complete."""

    code = "literature.unreachable"
    retryable = True


class Slow(LiteratureError):
    """The answer did not come in time."""

    code = "literature.slow"
    retryable = True


class Busy(LiteratureError):
    """The server says that it was asked too often, or that it cannot answer now (429, 5xx), also the last time."""

    code = "literature.busy"
    retryable = True


class Refused(LiteratureError):
    """The server refuses, or sends elsewhere: a redirect is not followed."""

    code = "literature.refused"


class Malformed(LiteratureError):
    """The answer is not what it should be."""

    code = "literature.malformed"


class TooLarge(LiteratureError):
    """The answer is larger than allowed."""

    code = "literature.too_large"
