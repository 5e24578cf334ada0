"""The same words in writings in which a reader, or a pattern, may not see them."""

from __future__ import annotations

import base64
import codecs
import html
from urllib.parse import quote

_DOUBLES = str.maketrans("aeopcyxi", "аеорсухі")
_DIGITS = str.maketrans("aeost", "43057")


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def in_hex(text: str) -> str:
    return text.encode().hex()


def rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def backwards(text: str) -> str:
    return text[::-1]


def with_digits(text: str) -> str:
    return text.translate(_DIGITS)


def with_entities(text: str) -> str:
    return "".join(f"&#{ord(letter)};" for letter in text)


def named_entities(text: str) -> str:
    return html.escape(text).replace(" ", "&nbsp;").replace("e", "&#x65;")


def percent(text: str) -> str:
    return quote(text, safe="").replace("e", "%65")


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def tagged(text: str) -> str:
    return "".join(chr(0xE0000 + ord(letter)) for letter in text if letter.isascii())


def zero_width(text: str) -> str:
    return "\u200b".join(text)


def soft(text: str) -> str:
    return " ".join(f"{word[:2]}\u00ad{word[2:]}" for word in text.split())


def turned(text: str) -> str:
    return f"\u202e{text[::-1]}\u202c"


def doubles(text: str) -> str:
    """With Cyrillic letters that look like Latin ones."""
    return text.translate(_DOUBLES)


def wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def bold(text: str) -> str:
    return "".join(chr(0x1D41A + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter for letter in text.lower())


def spaced(text: str) -> str:
    return "   ".join(" ".join(word) for word in text.split())


def marked(text: str) -> str:
    return "".join(f"{letter}\u0336" if letter.isalpha() else letter for letter in text)


def joined(text: str) -> str:
    return "_".join(text.split())
