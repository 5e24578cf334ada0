"""The contract of a model, against the server of our own and, where one can be started, against a real vLLM."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.agents.llm import real_vllm
from tests.agents.llm.asking import FITS
from tests.agents.llm.contract import At, ModelContract
from tests.model_server import LengthStop, Server, by_template

ENVIRONMENT = os.environ.get(real_vllm.ENVIRONMENT, "")


class TestAgainstTheServerOfOurOwn(ModelContract):
    @pytest.fixture
    def served(self):
        answers = {
            "weigh": FITS,
            "choose_next_one": {"items": [{"id": "e1", "sure": True}], "count": 2},
            "long": LengthStop(content='{"a":"xxx'),
        }
        with Server(by_template(answers), key=real_vllm.KEY) as server:
            yield At(server.setting, server.key)


class OfVllm(ModelContract):
    options: tuple[str, ...] = ()

    @pytest.fixture(scope="class")
    @classmethod
    def served(cls, tmp_path_factory):
        if not ENVIRONMENT:
            pytest.skip(f"{real_vllm.ENVIRONMENT} names no environment with vLLM: CONTRIBUTING.md")
        folder = real_vllm.make_model(tmp_path_factory.mktemp("vllm") / "model")
        with real_vllm.serving(Path(ENVIRONMENT), folder, *cls.options) as setting:
            yield At(setting, real_vllm.KEY)


@pytest.mark.real_model
class TestAgainstVllm(OfVllm):
    """One that does not think: what it says freely is taken for its thoughts."""


@pytest.mark.real_model
class TestAgainstVllmWithAReasoningParser(OfVllm):
    """One that thinks until it says that it has thought, which random weights never do: its thinking is always cut."""

    options = ("--reasoning-parser", "qwen3")
