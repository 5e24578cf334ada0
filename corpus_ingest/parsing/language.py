"""In which language a text is, by its commonest words: a guess for filters, "und" where it is not clear."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus_ingest.parsing.found import Piece

_SAMPLE = 20_000  # characters
_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "en": "the of and in is with to are that for by an was this or from which be have not",
    "de": "der die und das ist mit von den des nicht eine ein im zu auf bei sich dem werden auch",
    "fr": "le la les des et est une dans du pour par sur avec qui que sont au pas ou ces",
    "es": "el la los las de y en es una por con del que se para son como al su puede",
    "it": "il di che la e per un con non sono della del le nel una gli anche dei alla si",
    "pt": "o de a que e do da em um para com uma os no se na por mais as dos",
    "nl": "de het een van en in is dat op te met voor zijn aan niet bij ook door worden of",
    "sv": "och att det som en på är av för med den till inte om ett har de vid kan eller",
    "pl": "i w na z do jest się nie że oraz przez od lub przy dla są jako może po u",
}  # fmt: skip
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def guess(pieces: Sequence[Piece]) -> str:
    text, size = [], 0
    for piece in pieces:
        text.append(piece.text)
        size += len(piece.text)
        if size > _SAMPLE:
            break
    return of_text(" ".join(text)[:_SAMPLE])


def of_text(text: str) -> str:
    letters = sum(letter.isalpha() for letter in text)
    if not letters:
        return "und"
    for language, script in (("ja", r"[\u3040-\u30ff]"), ("zh", r"[\u4e00-\u9fff]"), ("ko", r"[\uac00-\ud7af]"),
                             ("ar", r"[\u0600-\u06ff]"), ("he", r"[\u0590-\u05ff]"), ("ru", r"[\u0400-\u04ff]"),
                             ("el", r"[\u0370-\u03ff]")):  # fmt: skip
        if len(re.findall(script, text)) > letters * (0.1 if language == "ja" else 0.3):
            return language
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    best, second = sorted(counts, key=lambda one: -counts[one])[:2]
    enough = counts[best] >= max(3, len(words) * 0.08) and counts[best] > counts[second] * 1.15
    return best if enough else "und"
