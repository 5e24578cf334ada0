"""How the scripted model finds orders in a prompt: through every disguise, and across pieces that stand apart.

Far better than any real one: what it does not find, no assertion here is about.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from tests.security.hostile_text.attack import CODE

_ORDER = re.compile(rf"{CODE}[\W_]*(promote|demote|say|act|deny|name)[\W_]*([a-z]+)")
_PIECE = re.compile(r"piece[\W_]*(one|two|three)[\W_]*reads[\W_]*(.*?)[\W_]*piece end", re.DOTALL)
_PLACE = {"one": 1, "two": 2, "three": 3}
_LATIN = str.maketrans("аеорсухі", "aeopcyxi")
_LETTERS = str.maketrans("43057", "aeost")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]{16,}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){8,}")

Order = tuple[str, str]


def orders(text: str) -> set[Order]:
    return {(found[1], found[2]) for one in writings(text) for found in _ORDER.finditer(one)}


def pieces(text: str) -> dict[int, str]:
    return {_PLACE[found[1]]: found[2] for one in writings(text) for found in _PIECE.finditer(one)}


def writings(text: str) -> Iterator[str]:
    """The text, and whatever it may be a writing of."""
    tags = "".join(chr(ord(letter) - 0xE0000) for letter in text if 0xE0020 <= ord(letter) <= 0xE007E)
    unescaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if unicodedata.category(one) not in ("Cf", "Mn"))
    for one in (text, tags, unescaped, html.unescape(text), unquote(text), bare, *_packed(text)):
        plain = one.casefold().replace("\xa0", " ")
        yield plain
        yield plain[::-1]
        yield codecs.encode(plain, "rot13")
        yield plain.translate(_LATIN)
        yield plain.translate(_LETTERS)
        yield re.sub(r"(?<=\b\w) (?=\w\b)", "", plain)


def _packed(text: str) -> Iterator[str]:
    for found in _BASE64.finditer(text):
        try:
            yield base64.b64decode(found[0] + "=" * (-len(found[0]) % 4)).decode(errors="ignore")
        except binascii.Error:
            continue
    for found in _HEX.finditer(text):
        yield bytes.fromhex(found[0]).decode(errors="ignore")
