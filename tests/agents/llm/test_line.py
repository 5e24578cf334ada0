"""The connection: which address it goes to, under which name, and nowhere else. Nobody outside is asked."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading

import pytest

from agents.llm import line
from agents.llm.address import read
from agents.llm.failures import Forbidden, TimedOut, Unreachable
from agents.llm.line import Line, asked
from agents.llm.served import Served, models
from tests.agents.llm.asking import FITS, ask, model_at
from tests.model_server import Raw, Server


@pytest.fixture
def names(monkeypatch):
    """Names with the addresses that they lead to; and every address that a connection was tried to."""
    known: dict[str, list[str]] = {}
    tried: list[tuple[str, int]] = []
    resolve, connect = socket.getaddrinfo, socket.create_connection

    def getaddrinfo(host, port, *args, **options):
        if host not in known:
            return resolve(host, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in known[host]]

    def create_connection(where, *args, **options):
        tried.append(where)
        if not where[0].startswith("127."):
            raise ConnectionRefusedError  # a test asks nobody else
        return connect(where, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    return known, tried


@pytest.mark.parametrize("number", ["8.8.8.8", "169.254.169.254", "0.0.0.0"])  # noqa: S104
def test_a_name_that_leads_outside_is_refused_before_a_byte_is_sent(names, number):
    known, tried = names
    known["vllm"] = [number]
    for secure in ("http", "https"):
        with pytest.raises(Forbidden) as caught:
            ask(model_at(f"{secure}://vllm:8000/v1#clew"))
        assert "CLEW_MODEL_PUBLIC" in caught.value.hint
    assert tried == []


def test_a_number_that_is_outside_is_refused_too(names):
    with pytest.raises(Forbidden):
        ask(model_at("http://8.8.8.8/v1#clew"))
    assert names[1] == []


def test_of_several_addresses_only_those_that_passed_are_tried(names):
    known, tried = names
    with Server(FITS) as server:
        known["vllm"] = ["8.8.8.8", "169.254.169.254", "127.0.0.1"]
        assert ask(model_at(f"http://vllm:{server.port}/v1#clew")).data == FITS
        assert {host for host, _ in tried} == {"127.0.0.1"}
        assert server.requests[0].headers["Host"] == f"vllm:{server.port}", "the name, not the number"


def test_a_name_is_resolved_once_a_connection_so_it_cannot_turn_in_between(names, monkeypatch):
    known, tried = names
    turned = [["127.0.0.1"], ["8.8.8.8"]]
    real = socket.getaddrinfo

    def turning(host, *args, **options):
        if host == "vllm":
            known["vllm"] = turned.pop(0)
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    with Server(FITS) as server:
        assert ask(model_at(f"http://vllm:{server.port}/v1#clew"), think=False).data == FITS
    assert len(turned) == 1 and tried == [("127.0.0.1", server.port)]


def test_the_next_address_is_tried_where_the_first_does_not_answer(names):
    known, tried = names
    with Server(FITS) as server:
        known["vllm"] = ["10.0.0.9", "127.0.0.1"]
        assert ask(model_at(f"http://vllm:{server.port}/v1#clew"), think=False).data == FITS
    assert [host for host, _ in tried] == ["10.0.0.9", "127.0.0.1"]


def test_outside_the_house_only_https_is_used_even_where_it_is_allowed(names):
    known, tried = names
    known["models.example"] = ["8.8.8.8"]
    with pytest.raises(Forbidden, match="https"):
        ask(model_at("http://models.example/v1#clew", public=True))
    assert tried == []
    with pytest.raises(Unreachable):
        ask(model_at("https://models.example/v1#clew", public=True))
    assert set(tried) == {("8.8.8.8", 443)}


def test_where_a_connection_may_leave_what_tells_who_it_is_stays_behind():
    from dataclasses import replace

    from tests.agents.llm.asking import PROMPT

    prompt = replace(PROMPT, user="Frau Dr. Ada Quandt, born 12.03.2015, MRN 1234567: broad thumbs, HP:0011304.")
    with Server(FITS) as server:
        ask(model_at(server.setting, public=True), prompt=prompt)
        ask(model_at(server.setting), prompt=prompt)
        outside, _, house, _ = server.requests
        assert "HP:0011304" in outside.text and "2015" in outside.text
        for word in ("Quandt", "12.03", "1234567"):
            assert all(word not in asked.text for asked in server.requests[:2])
            assert word in house.text, "inside the house the words stay as they are"


def test_a_name_that_does_not_exist_is_unreachable(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable):
        ask(model_at("http://nowhere:8000/v1#clew"))


@pytest.fixture
def certificate(tmp_path):
    """Of a server called vllm.example, signed by itself."""
    key, file = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(file), "-days", "2", "-subj", "/CN=vllm.example"]
    command += ["-addext", "subjectAltName=DNS:vllm.example"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs openssl")
    return file, key


@pytest.fixture
def https(certificate):
    with Server(FITS) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        yield server


def test_the_certificate_is_that_of_the_name_though_the_number_is_asked(names, https, certificate, monkeypatch):
    names[0].update({"vllm.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    with pytest.raises(Unreachable, match="certificate"):
        ask(model_at(f"https://vllm.example:{https.port}/v1#clew"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert ask(model_at(f"https://vllm.example:{https.port}/v1#clew")).data == FITS
    with pytest.raises(Unreachable, match="certificate"):
        ask(model_at(f"https://other.example:{https.port}/v1#clew"))
    assert len(https.requests) == 2


def test_time_is_over_also_in_the_midst_of_a_handshake():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        kept: list[object] = []
        threading.Thread(target=lambda: kept.append(silent.accept()), daemon=True).start()
        with pytest.raises(TimedOut), asked(Line(read(f"https://127.0.0.1:{port}/v1#m")), "/models", None, seconds=0.3):
            pass


def test_a_server_says_which_models_it_has_and_how_long_their_context_is():
    with Server(model="Qwen/Qwen3-8B", length=40_960) as server:
        found = models(Line(read(server.setting.replace("Qwen/Qwen3-8B", "x"))), seconds=5)
    assert found == (Served("Qwen/Qwen3-8B", 40_960),)


def test_the_secret_of_a_line_is_not_shown():
    assert "hunter2" not in repr(Line(read("http://vllm/v1#m"), "hunter2"))


def test_more_bytes_than_an_answer_has_are_not_read(monkeypatch):
    from agents.llm.failures import CutShort

    monkeypatch.setattr(line, "LARGEST", 1000)
    with Server(Raw(b"x" * 100_000)) as server, pytest.raises(CutShort):
        ask(model_at(server.setting), think=False)
