"""What whoever implements `agents.llm.asking.Model` over a server promises, whatever the model says.

Each class of tests that inherits it says with `served` where a server is; the checks hold for one with a script and for
a real vLLM whose weights are random, so none looks at what an answer means.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jsonschema
import pytest

from agents.llm.address import read
from agents.llm.asking import Usage
from agents.llm.client import Price
from agents.llm.failures import CutShort, OverBudget, Refused, TimedOut, Unreachable
from agents.llm.line import Line
from agents.llm.served import models
from tests.agents.llm.asking import PROMPT, SCHEMA, ask, model_at

TIME = 240.0  # seconds: a busy processor is no failure


@dataclass(frozen=True)
class At:
    setting: str
    key: str


class ModelContract:
    @pytest.fixture
    def served(self) -> At:
        raise NotImplementedError

    @pytest.fixture
    def model(self, served):
        return model_at(served.setting, served.key, price=Price(1.0, 2.0))

    @pytest.mark.parametrize("think", [True, False])
    def test_an_answer_fits_its_schema_and_says_what_it_took(self, model, think):
        reply = ask(model, think=think, seconds=TIME)
        jsonschema.validate(reply.data, SCHEMA)
        usage = reply.usage
        assert reply.model == "clew"
        assert usage.calls >= (2 if think else 1)
        assert usage.prompt > 0 and usage.completion > 0 and 0 <= usage.cached < usage.prompt
        assert usage.cost == pytest.approx((usage.prompt + 2 * usage.completion) / 1e6)

    def test_many_items_and_numbers_fit_too(self, model):
        schema = {
            "type": "object",
            "properties": {
                "items": {
                    "type": "array",
                    "maxItems": 3,
                    "items": {
                        "type": "object",
                        "properties": {"id": {"type": "string", "enum": ["e1", "e2"]}, "sure": {"type": "boolean"}},
                        "required": ["id", "sure"],
                        "additionalProperties": False,
                    },
                },
                "count": {"type": "integer", "minimum": 0, "maximum": 9},
            },
            "required": ["items", "count"],
            "additionalProperties": False,
        }
        prompt = replace(PROMPT, name="choose.next/one")
        jsonschema.validate(ask(model, schema=schema, prompt=prompt, seconds=TIME).data, schema)

    def test_thinking_is_heard_as_it_comes_and_is_what_the_reply_holds(self, model):
        heard: list[str] = []
        reply = ask(model, heard=heard.append, seconds=TIME)
        assert len(heard) > 1 and "".join(heard) == reply.reasoning

    def test_a_second_question_of_a_template_is_kept_in_part_by_the_server(self, model):
        ask(model, think=False, seconds=TIME)
        other = replace(PROMPT, user=PROMPT.user + " Answer for the second passage.")
        assert ask(model, think=False, prompt=other, seconds=TIME).usage.cached > 0

    def test_the_tokens_of_a_question_are_kept(self, model):
        reply = ask(model, tokens=3000, seconds=TIME)
        assert reply.usage.tokens <= 3000

    def test_nothing_is_spent_where_the_prompt_alone_is_too_long(self, model):
        with pytest.raises(OverBudget) as caught:
            ask(model, tokens=100)
        assert caught.value.usage == Usage()

    def test_more_than_the_context_holds_is_refused(self, model):
        prompt = replace(PROMPT, user="broad thumbs " * 20_000)
        with pytest.raises(Refused) as caught:
            ask(model, prompt=prompt, think=False, tokens=10_000_000, seconds=TIME)
        assert "context" in caught.value.hint

    def test_an_answer_that_needs_more_than_it_may_have_is_cut_short(self, model):
        many = {"type": "string", "minLength": 5000, "maxLength": 6000}
        schema = {"type": "object", "properties": {"a": many}, "required": ["a"], "additionalProperties": False}
        prompt = replace(PROMPT, name="long")
        with pytest.raises(CutShort) as caught:
            ask(model, schema=schema, prompt=prompt, think=False, seconds=TIME)
        assert caught.value.usage.completion > 0

    def test_a_key_that_is_none_and_a_name_that_is_none_are_refused(self, served):
        with pytest.raises(Refused, match="key"):
            ask(model_at(served.setting, "wrong"))
        with pytest.raises(Refused, match="model"):
            ask(model_at(f"{read(served.setting).base}#other", served.key))

    def test_time_that_is_over_ends_it(self, model):
        with pytest.raises((TimedOut, Unreachable)) as caught:
            ask(model, seconds=0.001)
        assert isinstance(caught.value, TimedOut)

    def test_whoever_stops_listening_does_not_harm_the_next_question(self, model):
        class Enough(Exception):
            pass

        def stop(piece: str) -> None:
            raise Enough

        with pytest.raises(Enough):
            ask(model, heard=stop, seconds=TIME)
        jsonschema.validate(ask(model, think=False, seconds=TIME).data, SCHEMA)

    def test_the_server_says_what_it_has(self, served):
        (found,) = models(Line(read(served.setting), served.key), seconds=TIME)
        assert found.name == "clew" and found.length is not None and found.length >= 8192
