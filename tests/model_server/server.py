"""The stand-in itself: real HTTP, vLLM's paths and shapes, an answer from a script. See the package's docstring."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.model_server import faults

Answer = Any  # dict, str or Fault
Script = Callable[["Asked"], Answer]
TRICKLE = 0.02  # seconds between two bytes


class Asked(dict):
    """The JSON of one request, and short names for what tests look at."""

    path: str = ""
    headers: Mapping[str, str] = {}

    @property
    def form(self) -> Mapping[str, Any] | None:
        """The json_schema part, where the answer has to fit one."""
        return self.get("response_format", {}).get("json_schema")

    @property
    def template(self) -> str:
        """Of a request with a schema: its name is that of the template."""
        return self.form["name"] if self.form else ""

    @property
    def schema(self) -> Mapping[str, Any]:
        return self.form["schema"] if self.form else {}

    @property
    def system(self) -> str:
        return self._of("system")

    @property
    def user(self) -> str:
        return self._of("user")

    @property
    def text(self) -> str:
        return "\n".join(message["content"] for message in self.get("messages", ()))

    def _of(self, role: str) -> str:
        return "\n".join(one["content"] for one in self.get("messages", ()) if one["role"] == role)


def by_template(answers: Mapping[str, Answer]) -> Script:
    """Chooses by the template's name; a callable among the answers is given the request."""

    def script(asked: Asked) -> Answer:
        chosen = answers[asked.template]
        return chosen(asked) if callable(chosen) else chosen

    return script


def in_turn(*answers: Answer) -> Script:
    """One after the other, and then always the last. A callable among them is given the request."""
    left = list(answers)
    lock = threading.Lock()

    def script(asked: Asked) -> Answer:
        with lock:
            chosen = left.pop(0) if len(left) > 1 else left[0]
        return chosen(asked) if callable(chosen) else chosen

    return script


class Server:
    """A context manager; `answers` and `thoughts` may be exchanged while it runs."""

    def __init__(
        self,
        answers: Answer = "{}",
        *,
        thoughts: Answer = "The thumbs are broad. So it may be this.",
        model: str = "clew",
        key: str = "",
        field: str = "reasoning",  # `reasoning_content` in older servers
        knows_templates: bool = True,
        counts: bool = True,  # says in `usage` what it counted
        length: int = 32_768,
    ) -> None:
        self.answers, self.thoughts = answers, thoughts
        self.model, self.key, self.field, self.length = model, key, field, length
        self.answers_as = ""  # the name in its answers, where it is another than the one that is asked for
        self.knows_templates, self.counts = knows_templates, counts
        self.requests: list[Asked] = []  # for completions
        self.looked: list[Asked] = []  # every other request
        self.counted: list[dict[str, Any]] = []  # each `usage` that was sent
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def called(self) -> str:
        return self.answers_as or self.model

    @property
    def setting(self) -> str:
        """As CLEW_MODEL takes it."""
        return f"{self.url}#{self.model}"

    def __enter__(self) -> Server:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def chosen(self, asked: Asked) -> Answer:
        script = self.answers if asked.form else self.thoughts
        return script(asked) if callable(script) else script

    def usage(self, asked: Asked, said: str) -> dict[str, Any]:
        """Four letters a token; what began like an earlier request is kept."""
        with self._lock:
            before = any(one is not asked and one.system == asked.system for one in self.requests)
            prompt, completion = -(-len(asked.text) // 4), -(-len(said) // 4)
            cached = len(asked.system) // 4 if before else 0
            usage = {
                "prompt_tokens": prompt,
                "total_tokens": prompt + completion,
                "completion_tokens": completion,
                "prompt_tokens_details": {"cached_tokens": cached, "created_cache_tokens": 0},
            }
            self.counted.append(usage)
        return usage

    def record(self, asked: Asked) -> None:
        with self._lock:
            (self.requests if asked.path.endswith("/chat/completions") else self.looked).append(asked)


def _handler(server: Server) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(_Handler):
        stub = server

    return Handler


class _Handler(http.server.BaseHTTPRequestHandler):
    stub: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Says nothing: tests look at what Clew logs."""

    def do_GET(self) -> None:
        self._record({})
        if self.path == "/health":
            self._send(200, b"", "text/plain")
        elif not self._admitted():
            self._json(401, {"error": "Unauthorized"})
        elif self.path == "/v1/models":
            row = {"id": self.stub.model, "object": "model", "created": 1, "owned_by": "vllm", "root": "/models/model"}
            row |= {"parent": None, "max_model_len": self.stub.length, "permission": []}
            self._json(200, {"object": "list", "data": [row]})
        else:
            self._fail(faults.Status(404, "Not Found"))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = self._record(json.loads(raw))
        if not self._admitted():
            self._json(401, {"error": "Unauthorized"})
        elif self.path != "/v1/chat/completions":
            self._fail(faults.Status(404, "Not Found"))
        elif asked.get("model") != self.stub.model:
            words = f"The model `{asked.get('model')}` does not exist. Valid: {self.stub.model}."
            self._fail(faults.Status(404, words))
        elif "chat_template_kwargs" in asked and not self.stub.knows_templates:
            self._fail(faults.Status(400, "Unrecognized request argument supplied: chat_template_kwargs"))
        elif asked["max_tokens"] + len(asked.text) // 4 > self.stub.length:
            self._fail(faults.Status(400, f"This model's maximum context length is {self.stub.length} tokens."))
        else:
            try:
                self._answer(asked, self.stub.chosen(asked))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the other side hung up, as it may

    def _answer(self, asked: Asked, answer: Answer) -> None:
        streams = bool(asked.get("stream"))
        match answer:
            case faults.Status():
                self._fail(answer)
            case faults.Redirect():
                self._send(307, b"", "text/plain", Location=answer.to)
            case faults.Raw():
                self._send(200, answer.body, answer.kind)
            case faults.Silent():
                self.stub.closing.wait(60)
                self.close_connection = True
            case faults.Trickle():
                self._trickle(streams)
            case faults.Empty():
                self._whole_or_stream(asked, [], None, "stop", streams)
            case faults.Huge():
                self._whole_or_stream(asked, [], "x" * answer.size, "stop", streams)
            case faults.LengthStop():
                self._whole_or_stream(asked, [answer.reasoning], answer.content, "length", streams)
            case faults.Cut() | faults.Break() if streams:
                self._stream(asked, ["one ", "two ", "three ", "four "], None, "stop", broken=answer)
            case faults.Cut():
                self._cut(asked)
            case faults.Fault():
                raise AssertionError(f"{answer} is for streams")
            case _:
                text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
                if asked.form:
                    self._whole_or_stream(asked, [], text, "stop", streams)
                else:
                    self._whole_or_stream(asked, _words(text), "", "stop", streams)

    def _whole_or_stream(
        self, asked: Asked, reasoning: list[str], content: str | None, finish: str, streams: bool
    ) -> None:
        if streams:
            self._stream(asked, reasoning, content, finish)
        else:
            self._json(200, self._completion(asked, "".join(reasoning), content, finish))

    def _completion(self, asked: Asked, reasoning: str, content: str | None, finish: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": content, "refusal": None, "annotations": None, "audio": None}
        message |= {"function_call": None, self.stub.field: reasoning or None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish, "stop_reason": None}
        choice |= {"token_ids": None, "routed_experts": None}
        empty = not reasoning and content is None
        whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": self.stub.called}
        whole |= {"choices": [] if empty else [choice], "service_tier": None, "system_fingerprint": "vllm-stub"}
        if self.stub.counts:
            whole["usage"] = self.stub.usage(asked, reasoning + (content or ""))
        whole |= {"prompt_logprobs": None, "prompt_token_ids": None, "prompt_text": None, "kv_transfer_params": None}
        return whole | {"ec_transfer_params": None, "metrics": None}

    def _stream(
        self,
        asked: Asked,
        reasoning: list[str],
        content: str | None,
        finish: str,
        broken: faults.Cut | faults.Break | None = None,
    ) -> None:
        self._begin("text/event-stream; charset=utf-8")
        for number, event in enumerate(self._events(asked, reasoning, content, finish)):
            if broken and number > broken.after:  # the first one brings the role alone
                if isinstance(broken, faults.Break):
                    self._event({"error": {"message": "EngineCore died", "type": "InternalServerError", "code": 500}})
                    break
                self._hang_up()
                return
            self._event(event)
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _events(self, asked: Asked, reasoning: list[str], content: str | None, finish: str) -> Iterator[dict[str, Any]]:
        if reasoning or content is not None:
            yield self._delta({"role": "assistant", "content": ""})
            for piece in reasoning:
                yield self._delta({self.stub.field: piece})
            for start in range(0, len(content or ""), 1 << 16):
                yield self._delta({"content": (content or "")[start : start + (1 << 16)]})
            yield self._delta({"content": ""}, finish)
        if self.stub.counts and asked.get("stream_options", {}).get("include_usage"):
            usage = self.stub.usage(asked, "".join(reasoning) + (content or ""))
            yield self._of_stream([]) | {"usage": usage, "system_fingerprint": "vllm-stub"}

    def _delta(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish, "token_ids": None}
        return self._of_stream([choice])

    def _of_stream(self, choices: list[Any]) -> dict[str, Any]:
        whole = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": self.stub.called}
        return whole | {"choices": choices}

    # --- the wire -----------------------------------------------------------------

    def _record(self, body: Any) -> Asked:
        asked = Asked(body)
        asked.path, asked.headers = self.path, dict(self.headers)
        self.stub.record(asked)
        return asked

    def _admitted(self) -> bool:
        return not self.stub.key or self.headers.get("Authorization") == f"Bearer {self.stub.key}"

    def _fail(self, status: faults.Status) -> None:
        body = {"error": {"message": status.message, "type": "Error", "param": None, "code": status.code}}
        extra = {} if status.retry_after is None else {"Retry-After": status.retry_after}
        self._json(status.code, body, **extra)

    def _json(self, code: int, body: Any, **headers: str) -> None:
        self._send(code, json.dumps(body, ensure_ascii=False).encode(), "application/json", **headers)

    def _send(self, code: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _event(self, event: Any) -> None:
        self._chunk(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _trickle(self, streams: bool) -> None:
        self._begin("text/event-stream; charset=utf-8" if streams else "application/json")
        for _ in range(3000):
            self._chunk(b": \n" if streams else b" ")
            if self.stub.closing.wait(TRICKLE):
                break
        self._hang_up()

    def _cut(self, asked: Asked) -> None:
        body = json.dumps(self._completion(asked, "", "{}", "stop")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self._hang_up()

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True


def _words(text: str) -> list[str]:
    return [f"{word} " for word in text.split(" ")[:-1]] + text.split(" ")[-1:]
