"""A server that speaks vLLM's exact shape over real HTTP, with a script in place of a model.

    from tests.model_server import Cut, Server, Status, by_template, in_turn

    def answers(asked):                       # the request's JSON, a dict with a few names for its parts
        return {"next": "lookup", "disease": "OMIM:180849"}

    with Server(answers) as server:
        settings.MODEL = server.setting       # http://127.0.0.1:PORT/v1#clew
        ...
        assert [asked.template for asked in server.requests if asked.form] == ["decide", "weigh"]

`answers` answers requests with a schema: a dict (sent as JSON), a str (sent as it is), or a fault; also an
object that is no function, for always the same. `by_template({"decide": …, "weigh": …})` chooses by the name of the
template (`_` for what is neither letter nor figure); `in_turn(Status(500), {…})` gives one after the other and
then stays with the last. `thoughts` does the same for requests without a schema: a str is streamed as reasoning, word
by word. `server.requests` are all that were asked; each `usage` that was sent is in `server.counted`.
"""

from __future__ import annotations

from tests.model_server.faults import (
    Break,
    Cut,
    Empty,
    Fault,
    Huge,
    LengthStop,
    Raw,
    Redirect,
    Silent,
    Status,
    Trickle,
)
from tests.model_server.server import Asked, Server, by_template, in_turn

__all__ = [
    "Asked", "Break", "Cut", "Empty", "Fault", "Huge", "LengthStop", "Raw", "Redirect", "Server", "Silent", "Status",
    "Trickle", "by_template", "in_turn",
]  # fmt: skip
