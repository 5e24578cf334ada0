"""One chat completion, as an OpenAI-compatible server gives it, whole or as a stream of events. vLLM's shape first.

Keeps the field `reasoning` (in older servers `reasoning_content`), which general clients drop. It decides nothing: what
an answer is worth, and whether to ask again, is `client`'s business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agents.llm.asking import Heard
from agents.llm.failures import ModelError, OtherModel, Overloaded, Unreachable
from agents.llm.line import Line, asked

PATH = "/chat/completions"
LONGEST = 1024 * 1024  # bytes of one event
# Hosted models answer under the edition that a name without one stands for: gpt-4o-2024-08-06 for gpt-4o.
_LATEST = re.compile(r"[-@:]latest\Z")
_EDITION = re.compile(r"[-@:](?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}|[0-9]{8})\Z")


@dataclass(frozen=True, slots=True)
class Counted:
    """Tokens, as the server counts them."""

    prompt: int
    cached: int
    completion: int


@dataclass(frozen=True, slots=True)
class Said:
    content: str | None = None
    reasoning: str = ""
    finish: str = ""  # stop · length · …; `cut` where the rest did not come
    counted: Counted | None = None
    model: str = ""


def whole(line: Line, body: Mapping[str, Any], *, seconds: float) -> Said:
    with asked(line, PATH, body, seconds=seconds) as answer:
        data = answer.json()
    if not isinstance(data, dict):
        return Said()
    choice = _first(data)
    message = _object(choice.get("message"))
    return Said(
        _text(message.get("content")),
        _reasoning(message),
        _text(choice.get("finish_reason")) or "",
        _counted(data),
        _answering(line, data),
    )


def streamed(line: Line, body: Mapping[str, Any], heard: Heard, *, seconds: float) -> Said:
    """The same, told while it comes: reasoning and content, in their order. Where it breaks off after something came,
    what came is the answer (`cut`): it is never told twice."""
    sent = {**body, "stream": True, "stream_options": {"include_usage": True}}
    told: list[str] = []
    said = Said()
    try:
        with asked(line, PATH, sent, seconds=seconds) as answer:
            for event in _events(answer.pieces()):
                piece, said = _after(said, event)
                _answering(line, event)
                if piece:
                    told.append(piece)
                    heard(piece)
        if not said.finish:
            raise Unreachable("The connection to the model was cut.")
    except OtherModel:
        raise
    except ModelError:
        if not told:
            raise
        said = replace(said, finish="cut")
    return replace(said, reasoning="".join(told), content=None)


def _after(said: Said, event: Mapping[str, Any]) -> tuple[str, Said]:
    """The piece that an event brings, and what is known after it."""
    if "error" in event:  # in the midst of a stream the status was sent long ago
        raise Overloaded("The model's server broke off with a fault.", hint="Its log says more.")
    choice = _first(event)
    delta = _object(choice.get("delta"))
    piece = _reasoning(delta) + (_text(delta.get("content")) or "")
    return piece, replace(
        said,
        finish=_text(choice.get("finish_reason")) or said.finish,
        counted=_counted(event) or said.counted,
        model=_text(event.get("model")) or said.model,
    )


def _answering(line: Line, data: Mapping[str, Any]) -> str:
    """The name under which the server answers; empty where it says none. Another than the asked one ends the call."""
    name = _text(data.get("model")) or ""
    asked = line.address.model
    if name and name != asked and _EDITION.sub("", name) != _LATEST.sub("", asked):
        raise OtherModel(name)
    return name


def _events(pieces: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """The JSON of each event of a stream (WHATWG HTML, server-sent events), until [DONE] or the end."""
    for raw in _lines(pieces):
        if not raw.startswith(b"data:"):
            continue  # a comment that keeps the connection alive, a name, or the end of an event
        data = raw[5:].strip()
        if data == b"[DONE]":
            return
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            raise Unreachable("What the model's server streams is no JSON.") from None
        if isinstance(event, dict):
            yield event


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line.rstrip(b"\r") for line in lines)
        if len(rest) > LONGEST:
            raise Unreachable("What the model's server streams is no stream of events.")


def _first(data: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = data.get("choices")
    return _object(choices[0]) if isinstance(choices, list) and choices else {}


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _reasoning(message: Mapping[str, Any]) -> str:
    return _text(message.get("reasoning")) or _text(message.get("reasoning_content")) or ""


def _counted(data: Mapping[str, Any]) -> Counted | None:
    usage = _object(data.get("usage"))
    if not usage:
        return None
    details = _object(usage.get("prompt_tokens_details"))
    numbers = (usage.get("prompt_tokens"), details.get("cached_tokens"), usage.get("completion_tokens"))
    prompt, cached, completion = (max(0, one) if isinstance(one, int) else 0 for one in numbers)
    return Counted(prompt, min(cached, prompt), completion)
