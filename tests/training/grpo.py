"""GRPO with a LoRA: `python -m tests.training.grpo --model MODEL --cases CASES --snapshot DIR --out OUT`.

TRL optimises; the episodes are Clew's own. OUT then holds an adapter that vLLM serves beside the model it was made of.
docs/training.md says which packages it needs and how the adapter is served.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from agents.rewards import Weights
from corpus_ingest.sources.phenopackets import read_cases
from retrieval.evaluation.solved import SolvedCase
from tests.training.cases import Ward, published
from tests.training.rollout import Generate, play, rewards

WORDS = 64  # tokens of one answer, at most


def trained(
    ward: Ward,
    model: Any,
    tokenizer: Any,
    out: Path,
    *,
    weights: Weights | None = None,
    words: int = WORDS,
    **settings: Any,
) -> GRPOTrainer:
    """The trainer after its steps; the adapter lies in `out`. `settings` are those of `GRPOConfig`."""
    config = GRPOConfig(output_dir=str(out), report_to="none", remove_unused_columns=False, **settings)
    trainer = GRPOTrainer(
        model=model,
        args=config,
        processing_class=tokenizer,
        train_dataset=Dataset.from_list([{"prompt": case} for case in ward.cases]),
        reward_funcs=rewards(weights or Weights()),
        rollout_func=rollout(ward, tokenizer, words),
        peft_config=LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    trainer.train()
    trainer.save_model(str(out))
    return trainer


def rollout(ward: Ward, tokenizer: Any, words: int) -> Callable[[list[str], GRPOTrainer], dict[str, Any]]:
    """One episode for each prompt, which is the id of a case; TRL repeats each as often as it compares."""

    def rolled(prompts: list[str], trainer: GRPOTrainer) -> dict[str, Any]:
        model = trainer.accelerator.unwrap_model(trainer.model)
        was = model.training
        model.eval()
        generate = speaking(model, tokenizer, words, trainer.args.temperature)
        played = [play(ward, prompt, tokenizer, generate) for prompt in prompts]
        model.train(was)
        return {
            "prompt_ids": [one.prompt for one in played],
            "completion_ids": [one.completion for one in played],
            "logprobs": [one.logprobs for one in played],
            "env_mask": [one.own for one in played],
            "parts": [one.reward for one in played],
        }

    return rolled


def speaking(model: Any, tokenizer: Any, words: int, temperature: float) -> Generate:
    """By transformers, so that it runs anywhere; a large model wants vLLM in this place (`trainer.vllm_generation`)."""

    def generate(context: list[int]) -> tuple[list[int], list[float]]:
        given = torch.tensor([context], device=model.device)
        with torch.no_grad():
            found = model.generate(
                given,
                attention_mask=torch.ones_like(given),
                max_new_tokens=words,
                do_sample=True,
                temperature=temperature,
                top_k=0,
                pad_token_id=tokenizer.pad_token_id,
                return_dict_in_generate=True,
                output_logits=True,
            )
        tokens = found.sequences[0, len(context) :].tolist()
        logprobs = [
            float(torch.log_softmax(logits[0].float() / temperature, -1)[token])
            for logits, token in zip(found.logits, tokens, strict=True)
        ]
        return tokens, logprobs

    return generate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a folder with an instruction-tuned model")
    parser.add_argument("--cases", required=True, type=Path, help="phenopackets, never those that one is judged by")
    parser.add_argument("--snapshot", required=True, type=Path, help="the directory of a knowledge snapshot")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=500)
    given = parser.parse_args()
    ward = published(given.snapshot, [SolvedCase.of(one) for one in read_cases(given.cases).cases])
    trained(
        ward,
        AutoModelForCausalLM.from_pretrained(given.model, dtype=torch.bfloat16),
        AutoTokenizer.from_pretrained(given.model),
        given.out,
        max_steps=given.steps,
        per_device_train_batch_size=8,
        num_generations=8,
        learning_rate=1e-5,
        beta=0.02,
        bf16=torch.cuda.is_available(),
        gradient_checkpointing=True,
    )


if __name__ == "__main__":
    main()
