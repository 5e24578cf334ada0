"""A real vLLM over a tiny Llama with random weights that is made here: its words mean nothing, its protocol is vLLM's.

Its environment is one of its own (CONTRIBUTING.md), named by CLEW_TEST_VLLM; this module starts what is there and
installs nothing.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENVIRONMENT = "CLEW_TEST_VLLM"  # the folder of an environment with vLLM
KEY = "only-for-tests"
LENGTH = 8192  # tokens
START = 600.0  # seconds: 40 on two free cores, minutes on busy ones
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% if enable_thinking is defined and not enable_thinking %}"
    "<think></think>{% endif %}{% endif %}"
)
MARKS = ["<pad>", "<eos>", "<|system|>", "<|user|>", "<|assistant|>", "<think>", "</think>"]


def make_model(folder: Path, length: int = LENGTH) -> Path:
    """A model's folder: a byte-level tokenizer without merges, and two small layers."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {sign: number for number, sign in enumerate([*MARKS, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", additional_special_tokens=MARKS[2:]
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=length,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=1,
    )
    LlamaForCausalLM(config).to(torch.float32).save_pretrained(folder)
    return folder


@contextmanager
def serving(environment: Path, folder: Path, *options: str, length: int = LENGTH) -> Iterator[str]:
    """The setting of a running server, over the model in the folder. It ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        str(environment / "bin" / "python"), "-m", "vllm.entrypoints.openai.api_server", "--model", str(folder),
        "--served-model-name", "clew", "--host", "127.0.0.1", "--port", str(port), "--api-key", KEY,
        "--max-model-len", str(length), "--dtype", "float32", "--max-num-seqs", "4", "--enforce-eager",
        "--enable-prompt-tokens-details", "--structured-outputs-config",
        json.dumps({"backend": "xgrammar", "disable_any_whitespace": True}), *options,
    ]  # fmt: skip
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("CLEW_", "DJANGO_"))}
    variables |= {"VLLM_TARGET_DEVICE": "cpu", "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_NO_USAGE_STATS": "1"}
    variables |= {"DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    log = folder.parent / "vllm.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=variables, stdout=out, stderr=subprocess.STDOUT)
    try:
        _await(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1#clew"
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        if process.poll() is None:
            process.kill()
            process.wait(30)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.5)
    raise AssertionError(f"vLLM did not start:\n{log.read_text(errors='replace')[-4000:]}")
