"""Who asks: what the rules are measured beside. All but a model read nothing and ask until they are stopped; a model
chooses as in an investigation, and where no answer of it comes the case is a miss."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from agents.actions import Ask, Conclude, Decision
from agents.contract import Answer
from agents.policies.model import Reasoned
from agents.policies.rules import Rules
from agents.policies.situation import Policy, Situation
from diagnosis_app.runs.reasoning import reasoning_model, tokens_of_a_run
from retrieval.evaluation.blind_world import BlindRanker

RULES, RANDOM, GAIN, MODEL = "rules", "random", "information_gain", "model"
NO_MODEL = "no model"


class InformationGain:
    """Always asks the question that tells most, also where the lead is clear."""

    name = GAIN

    def decide(self, situation: Situation) -> Decision:
        question = situation.question
        if question is None:
            return Decision(Conclude(), "no_telling_question")
        return Decision(Ask(question.term), "close", {"gain": round(question.gain, 3)})


class AtRandom:
    """Asks any finding that the leading diseases document and that may be asked; the case's id draws it."""

    name = RANDOM

    def __init__(self, case: str) -> None:
        self._case = case

    def decide(self, situation: Situation) -> Decision:
        asked = {one.term for one in situation.questions}
        unknown = [one.term for one in situation.questions if one.answer in (Answer.UNCERTAIN, Answer.UNKNOWN)]
        ranker = cast(BlindRanker, situation.knowledge.ranker)
        may = [one for one in ranker.may_ask(situation.profile, unknown) if one not in asked]
        if not may:
            return Decision(Conclude(), "no_telling_question")
        drawn = hashlib.sha256(f"asked {self._case} {len(asked)}".encode()).digest()
        return Decision(Ask(may[int.from_bytes(drawn[:8], "big") % len(may)]), "close", {})


@dataclass(frozen=True, slots=True)
class OfModel:
    """Makes the policy of a reasoning model, in whichever process plays: the connection is made there."""

    tokens: int  # for one case

    def __call__(self) -> Policy:
        model = reasoning_model()
        if model is None:
            raise RuntimeError("no reasoning model is connected in this process")
        return Reasoned(model, tokens=self.tokens)


def connected() -> Callable[[], Policy] | None:
    """What makes the policy of the deployment's reasoning model; None where none is connected."""
    return OfModel(tokens_of_a_run()) if reasoning_model() is not None else None


def playing(case: str, model: Callable[[], Policy] | None) -> dict[str, Policy]:
    """The policies that play one case, by name."""
    found: dict[str, Policy] = {RULES: Rules(), RANDOM: AtRandom(case), GAIN: InformationGain()}
    return found | ({MODEL: model()} if model else {})
