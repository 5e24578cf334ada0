"""The reasoning model as an operator meets it: settings that fail loudly, and what the doctor says."""

from __future__ import annotations

import json
import socket

import pytest
from django.core.exceptions import ImproperlyConfigured

from agents.llm.client import Price, ServedModel
from diagnosis_app import env
from diagnosis_app.operations.checks import model as check
from diagnosis_app.operations.checks.finding import Level
from diagnosis_app.runs.reasoning import reasoning_model, tokens_of_a_run
from tests.model_server import Server
from tests.setup.test_doctor import SECRET, only, run_doctor


@pytest.fixture(autouse=True)
def _declared_table(monkeypatch):
    monkeypatch.setattr(env, "DECLARED", dict(env.DECLARED))


@pytest.mark.parametrize(
    "text", ["vllm:8000", "http://vllm:8000/v1", "http://vllm:8000#clew", "http://me:hunter2@v/v1#m"]
)
def test_an_address_that_is_none_is_refused_with_its_name_and_the_remedy(monkeypatch, text):
    monkeypatch.setenv("CLEW_X", text)
    with pytest.raises(ImproperlyConfigured, match="CLEW_X") as caught:
        env.model("CLEW_X", "Write http://HOST:8000/v1#MODEL.")
    assert str(caught.value).endswith("Write http://HOST:8000/v1#MODEL.")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["1", "1,2,3", "a,b", "-1,2", "nan,1", "1;2", "1e9,1"])
def test_a_price_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("CLEW_X", text)
    with pytest.raises(ImproperlyConfigured, match="expected two numbers"):
        env.price("CLEW_X", "X.")


def test_a_price_is_two_numbers_or_nothing(monkeypatch):
    monkeypatch.setenv("CLEW_X", "0.5, 1.5")
    assert env.price("CLEW_X", "X.") == (0.5, 1.5)
    monkeypatch.setenv("CLEW_X", "")
    assert env.price("CLEW_X", "X.") is None


def test_settings_that_cannot_be_read_are_all_named_at_once_and_no_secret_is_repeated(tmp_path):
    wrong = {"CLEW_MODEL": "http://me:hunter2@vllm:8000/v1#m", "CLEW_MODEL_PUBLIC": "perhaps"}
    wrong |= {"CLEW_MODEL_TOKENS": "many", "CLEW_MODEL_PRICE": "cheap"}
    done = run_doctor(tmp_path, "--json", CLEW_SECRET_KEY=SECRET, **wrong)
    errors = {one["name"] for one in json.loads(done.stdout)["checks"] if one["level"] == "error"}
    assert errors == wrong.keys()
    assert "hunter2" not in done.stdout + done.stderr


def test_where_none_is_named_there_is_none(settings):
    settings.MODEL = ""
    assert reasoning_model() is None


def test_the_settings_make_one_for_the_whole_process(settings):
    settings.MODEL, settings.MODEL_KEY, settings.MODEL_PRICE = "http://vllm:8000/v1#clew", "hunter2", (1.0, 2.0)
    settings.MODEL_TOKENS = 5000
    model = reasoning_model()
    assert isinstance(model, ServedModel) and model is reasoning_model(), "what is known of its health is shared"
    assert model.name == "clew" and model._price == Price(1.0, 2.0) and model._line.key == "hunter2"
    assert model._line.public is False and tokens_of_a_run() == 5000
    settings.MODEL_PUBLIC = True
    assert reasoning_model() is not model


# --- what the doctor says ---------------------------------------------------------


def test_without_a_model_the_doctor_is_calm(settings):
    settings.MODEL = ""
    finding = only(list(check.model()))
    assert finding.level is Level.NOTE and "rules decide" in finding.message


def test_a_model_that_is_served_is_called_so(settings):
    with Server(key="hunter2") as server:
        settings.MODEL, settings.MODEL_KEY = server.setting, "hunter2"
        finding = only(list(check.model()))
    assert finding.level is Level.OK and server.url in finding.message
    assert "may take 1800 s" in finding.message
    assert [asked.path for asked in server.looked] == ["/v1/models"] and server.requests == []


def looked(settings, setting: str, key: str = ""):
    settings.MODEL, settings.MODEL_KEY = setting, key
    finding = only(list(check.model()))
    assert finding.level is Level.WARNING and finding.name == "CLEW_MODEL" and finding.remedy
    return finding


def test_another_name_is_found_with_those_that_are_served(settings):
    with Server(model="Qwen/Qwen3-8B") as server:
        finding = looked(settings, f"{server.url}#clew")
    assert "Qwen/Qwen3-8B" in finding.message and f"CLEW_MODEL={server.url}#NAME" in finding.remedy


def test_a_short_context_is_found(settings):
    with Server(length=4096) as server:
        assert "--max-model-len" in looked(settings, server.setting).remedy


def test_a_wrong_key_is_found(settings):
    with Server(key="right") as server:
        assert "CLEW_MODEL_KEY" in looked(settings, server.setting, "wrong").remedy


def test_a_server_of_another_kind_is_found(settings):
    with Server() as server:
        looked(settings, server.setting.replace("/v1#", "/v2#"))
        assert server.looked[0].path == "/v2/models"


def test_a_server_that_is_away_hinders_nothing(settings):
    with Server() as server:
        setting = server.setting
    assert "Rules decide meanwhile" in looked(settings, setting).message


def test_an_address_outside_the_house_is_found_and_not_asked(settings, monkeypatch):
    def outside(*_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))]

    def connect(*_, **__):
        raise AssertionError("it was asked")

    monkeypatch.setattr(socket, "getaddrinfo", outside)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert "CLEW_MODEL_PUBLIC" in looked(settings, "https://models.example/v1#m").remedy


def test_an_open_door_is_always_mentioned(settings):
    with Server() as server:
        settings.MODEL, settings.MODEL_PUBLIC = server.setting, True
        first, second = check.model()
    assert first.level is Level.OK and (second.name, second.level) == ("CLEW_MODEL_PUBLIC", Level.WARNING)
