"""Lets a language model play an episode, and keeps its tokens apart from what the environment said.

The prompt is the first situation. Then the model's words and the next situations alternate; only the model's own
tokens are trained on (`env_mask`). An episode ends as the environment says, or after `TURNS` answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.rewards import Reward, Weights
from agents.saying import NotAnAction, read, told
from tests.training.cases import Ward

TURNS = 6  # answers of the model in one episode
BETWEEN = "\n\n"

Generate = Callable[[list[int]], tuple[list[int], list[float]]]  # context -> tokens and their log-probabilities


@dataclass
class Played:
    prompt: list[int]
    completion: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    own: list[int] = field(default_factory=list)  # 1 where the model spoke
    reward: Reward = field(default_factory=Reward)


def play(ward: Ward, case: str, tokenizer: Any, generate: Generate) -> Played:
    episode = ward.episode(ward.cases[case])
    played = Played(tokenizer.encode(told(episode.reset()) + BETWEEN))
    for turn in range(TURNS):
        tokens, logprobs = generate(played.prompt + played.completion)
        _add(played, tokens, logprobs, 1)
        try:
            decision = read(tokenizer.decode(tokens, skip_special_tokens=True))
        except NotAnAction:
            decision = None
        stepped = episode.step(decision)
        played.reward = played.reward + stepped.reward
        if stepped.done or turn == TURNS - 1:
            break
        said = tokenizer.encode(BETWEEN + told(stepped.observation) + BETWEEN, add_special_tokens=False)
        _add(played, said, [0.0] * len(said), 0)
    return played


def _add(played: Played, tokens: Sequence[int], logprobs: Sequence[float], own: int) -> None:
    played.completion += tokens
    played.logprobs += logprobs
    played.own += [own] * len(tokens)


def rewards(weights: Weights) -> Callable[..., list[float]]:
    """As TRL asks for them: the rollout hands the parts over, and here they are weighed."""

    def weighed(*, parts: Sequence[Reward], **_: Any) -> list[float]:
        return [weights.of(one) for one in parts]

    return weighed
