"""Real steps of GRPO on a tiny model of random weights, in the environment, over the small knowledge.

It shows that the way works, from the episode to an adapter that is written and opened again; not that it learns.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.actions import Ask, Conclude
from agents.rewards import Reward, Weights
from agents.saying import FORM, read, told
from tests.training.cases import Ward, made
from tests.training.rollout import play, rewards

CONCLUDE = json.dumps({"verb": "conclude", "given": {}})
TINY = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 16384,
}


@pytest.fixture(scope="module")
def ward() -> Ward:
    return made(4)


class Letters:
    """Bytes as tokens."""

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        return list(text.encode())

    def decode(self, tokens: list[int], skip_special_tokens: bool = True) -> str:
        return bytes(tokens).decode()


def saying(*texts: str) -> Any:
    said = iter(texts)

    def generate(context: list[int]) -> tuple[list[int], list[float]]:
        tokens = list(next(said).encode())
        return tokens, [-0.5] * len(tokens)

    return generate


def test_what_the_model_said_is_kept_apart_from_what_it_was_told(ward: Ward) -> None:
    case = next(iter(ward.cases))
    lookup = FORM.splitlines()[1].replace("OMIM:154700", "OMIM:101600")
    played = play(ward, case, Letters(), saying(lookup, CONCLUDE, CONCLUDE, CONCLUDE))
    own = bytes(token for token, mine in zip(played.completion, played.own, strict=True) if mine).decode()
    assert own.startswith(lookup + CONCLUDE) and own.replace(lookup, "").replace(CONCLUDE, "") == ""
    assert b"Done: lookup" in bytes(played.completion) and b"Patient:" in bytes(played.prompt)
    assert len(played.completion) == len(played.logprobs) == len(played.own)
    assert played.reward.format >= 2 and played.reward.accuracy > 0


def test_what_is_no_action_ends_the_episode_and_earns_nothing(ward: Ward) -> None:
    played = play(ward, next(iter(ward.cases)), Letters(), saying("I think that it is Marfan syndrome."))
    assert played.reward == Reward() and set(played.own) == {1}


def test_the_parts_are_weighed_when_they_are_handed_over() -> None:
    weights = Weights(format=0.5, retrieval=0.0, reasoning=0.0, accuracy=2.0)
    assert rewards(weights)(parts=[Reward(), Reward(1, 1, 1, 0.5)], prompts=[]) == [0.0, 1.5]


def test_the_form_that_is_taught_is_the_form_that_is_read() -> None:
    verbs = [type(read(line).action) for line in FORM.splitlines()[1:]]
    assert verbs[-2:] == [Ask, Conclude]


def tokenizer_of(ward: Ward) -> Any:
    """A line is a token, and some lines are whole actions, so that a model of random weights says some by chance."""
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split
    from transformers import PreTrainedTokenizerFast

    seen = [one for case in ward.cases.values() for one in told(ward.episode(case).reset()).splitlines()]
    looked = [json.dumps({"verb": "lookup", "given": {"disease": case.diagnoses[0]}}) for case in ward.cases.values()]
    asked = [
        json.dumps({"verb": "ask", "given": {"finding": one}}) for one in ("HP:0001166", "HP:0001249", "HP:0000365")
    ]
    lines = list(dict.fromkeys(["[none]", "[pad]", "[end]", *looked, *asked, CONCLUDE, *seen]))
    words = Tokenizer(WordLevel({line: n for n, line in enumerate(lines)}, unk_token="[none]"))
    words.pre_tokenizer = Split(Regex("\n+"), "removed")  # type: ignore[assignment]
    return PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[none]", pad_token="[pad]", eos_token="[end]")


def tiny(tokenizer: Any) -> Any:
    """The same random weights each time."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(7)
    ends = {"pad_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id, "bos_token_id": None}
    return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **TINY, **ends))


@pytest.mark.training
def test_steps_of_grpo_change_the_adapter_and_it_opens_again(ward: Ward, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel

    from tests.training.grpo import trained

    tokenizer, out = tokenizer_of(ward), tmp_path / "adapter"
    given = torch.tensor([tokenizer.encode(told(ward.episode(next(iter(ward.cases.values()))).reset()))])
    plain = logits(tiny(tokenizer), given)
    trainer = trained(
        ward,
        tiny(tokenizer),
        tokenizer,
        out,
        words=1,
        max_steps=3,
        per_device_train_batch_size=8,
        num_generations=8,
        learning_rate=1e-2,
        logging_steps=1,
        use_cpu=True,
        bf16=False,
        save_strategy="no",
    )
    told_of = [one for one in trainer.state.log_history if "reward" in one]
    assert trainer.state.global_step == len(told_of) == 3
    assert any(one["reward_std"] > 0 for one in told_of), "some answers earned more than others"
    changed = {name: one for name, one in trainer.model.named_parameters() if "lora_B" in name and one.abs().max() > 0}
    assert changed, "an adapter begins with zeros there"
    assert {"adapter_config.json", "adapter_model.safetensors"} <= {one.name for one in out.iterdir()}
    again = logits(PeftModel.from_pretrained(tiny(tokenizer), str(out)), given)
    assert torch.allclose(again, logits(trainer.model, given), atol=1e-5)
    assert not torch.allclose(again, plain, atol=1e-3)


def logits(model: Any, given: Any) -> Any:
    import torch

    model.eval()
    with torch.no_grad():
        return model(given).logits
