"""An investigation with a model of random weights behind a real vLLM: its words mean nothing, and the run ends well."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.contract import Outcome, OutcomeCode
from agents.influence import FIRST, MODEL
from agents.llm.address import read
from agents.llm.client import ServedModel
from agents.llm.line import Line
from agents.prompts import JOBS
from tests.agents.conftest import patient
from tests.agents.investigating import Investigation, asked_of
from tests.agents.llm import real_vllm
from tests.agents.small_world import SmallWorld

LENGTH = 65_536  # tokens: of this tokenizer each is a byte
TOKENS = 400_000


@pytest.fixture(scope="module")
def setting(tmp_path_factory: Any) -> Iterator[str]:
    named = os.environ.get(real_vllm.ENVIRONMENT, "")
    if not named:
        pytest.skip(f"{real_vllm.ENVIRONMENT} names no environment with vLLM: CONTRIBUTING.md")
    folder = real_vllm.make_model(tmp_path_factory.mktemp("vllm") / "model", LENGTH)
    with real_vllm.serving(Path(named), folder, length=LENGTH) as served:
        yield served


@pytest.mark.real_model
def test_with_random_weights_a_run_still_ends_well(world: SmallWorld, setting: str) -> None:
    request = replace(asked_of(patient()), note="Her thumbs are broad.")
    request = replace(request, budget=replace(request.budget, tokens=TOKENS))
    one = Investigation(world, request, model=ServedModel(Line(read(setting), real_vllm.KEY, False)))
    plain = Investigation(world, asked_of(patient()))
    outcome = one.go()
    plain.go()
    assert isinstance(outcome, Outcome) and outcome.code in (OutcomeCode.RANKED, OutcomeCode.PARTIAL)
    spoken = [step for step in one.record.steps() if step.action in JOBS]
    answered = [step for step in spoken if "said" in step.got]
    print(outcome, [(step.action, step.got.get("failed", "answered")) for step in spoken])
    assert answered, "some of its answers fit their schema"
    first = {candidate.disease for candidate in one.record.candidates()[:FIRST]}
    assert first == {candidate.disease for candidate in plain.record.candidates()[:FIRST]}
    assert not any(term.kind == MODEL for each in one.record.candidates() for term in each.contributions)
    claims = [claim for claims in one.record.claims().values() for claim in claims]
    assert claims and all(claim.verified for claim in claims)
