"""A reasoning model behind an OpenAI-compatible server: it thinks freely, then fills in a form. docs/decisions/0035.

Two calls, because a server with a reasoning parser lets a grammar begin only after the thinking, and a model that is
held to a form from its first word thinks worse. What it answers is checked against the schema here, whatever the
server promised. Nothing it says is logged, and no failure leaves except as a `ModelError` that says what was spent.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.llm.asking import Heard, Prompt, Reply, Usage, unheard
from agents.llm.breaker import Breaker
from agents.llm.completions import Counted, Said, streamed, whole
from agents.llm.failures import (
    CutShort,
    ModelError,
    NotValid,
    OtherModel,
    OverBudget,
    Overloaded,
    TimedOut,
    Unreachable,
)
from agents.llm.identifiers import without_identifiers
from agents.llm.line import LATE, Line, NoTemplates
from agents.llm.schemas import Misfit, fitting, understood
from agents.llm.tokens import estimate, of_messages

ANSWER = 2048  # tokens of a form at most; the schemas bound it further
LEAST_ANSWER = 192  # tokens below which no form is worth asking for
THOUGHT = 4096  # tokens of free thinking at most
LEAST_THOUGHT = 192
THINKING = 0.7  # of the seconds: the form needs the rest
REASONING = 20_000  # characters of thinking that are kept and told
SHOWN = 8_000  # characters of a bad answer that the model sees again
TRIES = 4  # of one call, where trying again can help
PAUSE = 0.5  # seconds before the second try; doubled each time
FAIR = 10.0  # seconds: a server that had less says nothing of its health by being late

Message = dict[str, str]
NOW = (
    "Now give your answer as one JSON object, without any text around it. It has to fit this JSON schema:\n{schema}\n"
    "Write nothing that your considerations above do not carry."
)
AT_ONCE = "Answer with one JSON object, without any text around it. It has to fit this JSON schema:\n{schema}"
MEND = "That answer cannot be used. {problem}\nGive the whole answer again, as one JSON object that fits the schema."


@dataclass(frozen=True, slots=True)
class Price:
    """Per million tokens, in whatever currency the operator counts."""

    prompt: float
    completion: float

    def of(self, counted: Counted) -> float:
        return (counted.prompt * self.prompt + counted.completion * self.completion) / 1e6


class ServedModel:
    """Implements `asking.Model`. Safe to share between threads; one for each connection of a process."""

    def __init__(
        self,
        line: Line,
        *,
        price: Price | None = None,
        breaker: Breaker | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._line = line
        self._price = price
        self._breaker = breaker or Breaker()
        self._sleep = sleep
        self._templates = threading.Event()  # set once the server refused vLLM's own field

    @property
    def name(self) -> str:
        return self._line.address.model

    def ask(
        self,
        prompt: Prompt,
        schema: Mapping[str, Any],
        *,
        tokens: int,
        seconds: float,
        heard: Heard = unheard,
        think: bool = True,
    ) -> Reply:
        understood(schema)
        talk = _Talk(self._line, self._price, self._breaker, self._sleep, self._templates, tokens, seconds)
        try:
            return talk.reply(prompt, schema, heard, think)
        except ModelError as error:
            error.usage = talk.usage
            raise


class _Talk:
    """One question with all its calls: what they may still take, and what they took."""

    def __init__(
        self,
        line: Line,
        price: Price | None,
        breaker: Breaker,
        sleep: Callable[[float], object],
        without_templates: threading.Event,
        tokens: int,
        seconds: float,
    ) -> None:
        self._line, self._price, self._breaker, self._sleep = line, price, breaker, sleep
        self._without_templates = without_templates
        self._tokens, self._seconds = tokens, seconds
        self._began = time.monotonic()
        self._end = self._began + seconds
        self.usage = Usage()

    def reply(self, prompt: Prompt, schema: Mapping[str, Any], heard: Heard, think: bool) -> Reply:
        listener = _Listener(heard)
        messages = _messages(prompt, leaves=self._line.public)
        instruction = _instruction(AT_ONCE, schema)
        size = of_messages([*messages, instruction])
        if self._seconds <= 0 or self._tokens < size + LEAST_ANSWER:
            raise OverBudget("The tokens or seconds that are left do not suffice for another question to the model.")
        # What is thought counts twice: once as it is written, once as the form's call reads it.
        room = (self._tokens - 2 * size - ANSWER) // 2
        thoughts = self._think(messages, min(THOUGHT, room), listener) if think and room >= LEAST_THOUGHT else ""
        if thoughts:
            instruction = _instruction(NOW, schema)
            size = of_messages([*messages, instruction])
            shown = _end_of(thoughts, self._tokens - self.usage.tokens - size - LEAST_ANSWER)
            messages = [*messages, {"role": "assistant", "content": shown}]
        # With the schema in the user's last message, so that no template has to allow two of them in a row.
        messages = _joined([*messages, instruction])
        said, data = self._fill_in(messages, prompt.name, schema)
        if not thoughts and said.reasoning:
            listener(said.reasoning)
        return Reply(data, listener.text, self.usage, said.model or self._line.address.model)

    def _think(self, messages: Sequence[Message], most: int, listener: _Listener) -> str:
        """Whatever was thought, also where length, time or the connection cut it: it is no answer yet."""
        body = self._body(messages, most, thinking=True)
        until = self._began + self._seconds * THINKING
        self._call(body, of_messages(messages), until, listener)
        return listener.text

    def _fill_in(self, messages: list[Message], name: str, schema: Mapping[str, Any]) -> tuple[Said, Mapping[str, Any]]:
        said = self._form(messages, name, schema)
        try:
            return said, fitting(said.content or "", schema)
        except Misfit as misfit:
            mend = {"role": "user", "content": MEND.format(problem=misfit)}
        again = [*messages, {"role": "assistant", "content": (said.content or "(no answer)")[:SHOWN]}, mend]
        try:
            said = self._form(again, name, schema)
            return said, fitting(said.content or "", schema)
        except (Misfit, OverBudget):
            raise NotValid("The model's answer does not fit what was asked, even after it was told why.") from None

    def _form(self, messages: Sequence[Message], name: str, schema: Mapping[str, Any]) -> Said:
        size = of_messages(messages)
        room = self._tokens - self.usage.tokens - size
        if room < LEAST_ANSWER:
            raise OverBudget("The tokens that are left do not suffice for the model's answer.")
        body = self._body(messages, min(ANSWER, room), thinking=False)
        body["temperature"] = 0
        described = {"name": re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "answer", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": described}
        said = self._call(body, size, self._end, None)
        if said.finish == "length":  # also where a reasoning parser was still waiting: there is no content then
            raise CutShort("The model's answer was longer than it was allowed to be.")
        return said

    def _body(self, messages: Sequence[Message], most: int, *, thinking: bool) -> dict[str, Any]:
        return {
            "model": self._line.address.model,
            "messages": list(messages),
            "max_tokens": most,
            "seed": 0,
            # vLLM's own: Qwen and DeepSeek call it so, and templates that do not know it take no notice.
            "chat_template_kwargs": {"enable_thinking": thinking, "thinking": thinking},
        }

    def _call(self, body: dict[str, Any], size: int, until: float, listener: _Listener | None) -> Said:
        """One call, tried again where that can help and time is left."""
        try:
            with self._breaker.trying():
                return self._tried(body, size, until, listener)
        except _TooSoon as late:
            raise TimedOut(late.message, hint=late.hint) from None

    def _tried(self, body: dict[str, Any], size: int, until: float, listener: _Listener | None) -> Said:
        pause = PAUSE
        given = until - time.monotonic()
        for number in range(1, TRIES + 1):
            left = until - time.monotonic()
            try:
                if left <= 0:
                    raise TimedOut(LATE)
                return self._once(body, size, left, listener)
            except (Unreachable, Overloaded) as problem:
                wait = max(pause * random.uniform(0.5, 1.0), getattr(problem, "wait", None) or 0.0)  # noqa: S311
                if number == TRIES or wait >= until - time.monotonic():
                    raise
            except TimedOut as problem:
                if given < FAIR:
                    raise _TooSoon(problem.message) from None
                raise
            self._sleep(wait)
            pause *= 2
        raise AssertionError("unreachable")

    def _once(self, body: dict[str, Any], size: int, seconds: float, listener: _Listener | None) -> Said:
        if self._without_templates.is_set():
            body = {name: value for name, value in body.items() if name != "chat_template_kwargs"}
        began = time.monotonic()
        try:
            if listener is None:
                said = whole(self._line, body, seconds=seconds)
            else:
                said = streamed(self._line, body, listener, seconds=seconds)
        except NoTemplates:
            self._note(Counted(0, 0, 0), began)
            if "chat_template_kwargs" not in body:
                raise
            self._without_templates.set()
            return self._once(body, size, seconds - (time.monotonic() - began), listener)
        except ModelError as problem:
            # What a server computed whose answer was not taken is not known: the prompt is counted as guessed.
            spent = size if isinstance(problem, TimedOut | CutShort | OtherModel) else 0
            self._note(Counted(spent, 0, 0), began)
            raise
        guessed = Counted(size, 0, estimate(said.reasoning) + estimate(said.content or ""))
        self._note(said.counted or guessed, began)
        return said

    def _note(self, counted: Counted, began: float) -> None:
        cost = None if self._price is None else self._price.of(counted)
        seconds = time.monotonic() - began
        self.usage += Usage(counted.prompt, counted.cached, counted.completion, seconds, 1, cost)


class _TooSoon(ModelError):
    """Late, but it had too little time for that to say anything of the server."""


class _Listener:
    """Keeps and tells what is thought, as far as it is kept."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._pieces: list[str] = []
        self._left = REASONING

    def __call__(self, piece: str) -> None:
        kept = piece[: self._left]
        self._left -= len(kept)
        if kept:
            self._pieces.append(kept)
            self._heard(kept)

    @property
    def text(self) -> str:
        return "".join(self._pieces)


def _messages(prompt: Prompt, *, leaves: bool) -> list[Message]:
    """Where a connection may leave the house, what tells who the patient is stays behind, whoever wrote the prompt."""
    system, user = prompt.system, prompt.user
    if leaves:
        system, user = without_identifiers(system).text, without_identifiers(user).text
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def _instruction(words: str, schema: Mapping[str, Any]) -> Message:
    return {"role": "user", "content": words.format(schema=json.dumps(schema, ensure_ascii=False))}


def _end_of(thoughts: str, tokens: int) -> str:
    """As much of the end as surely fits: conclusions come last."""
    while estimate(thoughts) > max(0, tokens):
        thoughts = thoughts[1 + len(thoughts) // 8 :]
    return thoughts or "…"


def _joined(messages: Sequence[Message]) -> list[Message]:
    """Neighbours of one role as one message."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1]["role"] == message["role"]:
            joined[-1] = {**message, "content": f"{joined[-1]['content']}\n\n{message['content']}"}
        else:
            joined.append(message)
    return joined
