"""How many tokens a text may have, before a server counts them: rather too many than too few. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

MESSAGE = 8  # a role and the marks around a message
# Letters of one token, in English some 4 and in German some 3; figures and signs are often a token each (Qwen,
# Llama 2), and our prompts are full of them: HP:0001250 has nine.
LETTERS = 2.5


def estimate(text: str) -> int:
    letters = signs = far = 0
    for sign in text:
        if not sign.isascii():
            far += len(sign.encode("utf-8", "replace"))  # bytes: a token has two of them, or more
        elif sign.isalpha() or sign.isspace():
            letters += 1
        else:
            signs += 1
    return math.ceil(letters / LETTERS + signs + far / 2)


def of_messages(messages: Iterable[Mapping[str, str]]) -> int:
    return MESSAGE + sum(MESSAGE + estimate(message["content"]) for message in messages)
