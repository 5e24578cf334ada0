"""What can be wrong with a message of the Model Context Protocol, each with the number that JSON-RPC gives it.

These are failures of the message. What fails inside a tool is the tool's result, in the words of the API, so that
whoever called it can mend the arguments.
"""

from __future__ import annotations

from diagnosis_app.errors import ClinicError

PARSE_ERROR = -32700
INTERNAL_ERROR = -32603
TOO_FAST = -32000  # the first of those that JSON-RPC leaves to a server


class ProtocolError(ClinicError):
    """Base of these; never shown itself. `status` is HTTP's, `number` JSON-RPC's."""

    code = "mcp.error"
    status = 400
    number = INTERNAL_ERROR


class NotAMessage(ProtocolError):
    """JSON, but no single request or notification: a batch, an answer, or something else."""

    code = "mcp.message"
    number = -32600


class UnknownMethod(ProtocolError):
    code = "mcp.method"
    status = 404
    number = -32601


class WrongParameters(ProtocolError):
    """The method is known; what it needs is missing, or names a tool that there is none of."""

    code = "mcp.parameters"
    number = -32602


class HeadersDiffer(ProtocolError):
    """A proxy that routes by the headers would have believed something else than the body says."""

    code = "mcp.headers"
    number = -32020


class UnsupportedVersion(ProtocolError):
    """`requested` goes back because the protocol wants it; only what can be a version does."""

    code = "mcp.version"
    number = -32022

    def __init__(self, requested: str, supported: tuple[str, ...]) -> None:
        super().__init__(
            "This version of the protocol is not spoken here.",
            hint=f"Spoken: {', '.join(supported)}.",
            field="MCP-Protocol-Version",
        )
        self.requested, self.supported = requested, supported

    def as_json(self) -> dict[str, object]:
        return {**super().as_json(), "supported": list(self.supported), "requested": self.requested}


class ForeignOrigin(ClinicError):
    """Asked by a page of another site in somebody's browser, perhaps under a name that was made to mean this host."""

    code = "mcp.origin"
    status = 403
