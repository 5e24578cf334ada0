"""The same words under every disguise: a text as it reads once compatibility forms, look-alike letters, invisible
characters and simple encodings are undone. For looking at only; what is quoted is always the text itself.
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

# Invisible: zero-width, joiners, marks of direction, variation selectors, fillers, tags (these carry ASCII).
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e01ef]"
)
TAGS = re.compile("[\U000e0020-\U000e007e]")
_LOOKS_LIKE = str.maketrans(
    # Cyrillic, Greek and others, each with the Latin letter that it is drawn like
    "аеорсухіјѕԁԛԝһӏгпкмтвнАВЕКМНОРСТУХІЈЅԚԜҺӀ" "αεονρτυχικγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" "ıȷɑɡℓⅼ։" "օոսցհԍ",
    "aeopcyxijsdqwhlrnkmtbhabekmhopctyxijsqwhl" "aeovptuxikyabezhikmnoptyx" "ijagll:" "onughg",
)  # fmt: skip
# Letters that Unicode does not take for compatibility forms: small capitals, and letters in filled circles and squares.
_DRAWN = str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz") | {
    first + at: ord("a") + at for first in (0x1F150, 0x1F170, 0x1F1E6) for at in range(26)
}
_LEET = tuple(str.maketrans("01345789@$!|", f"o{one}eastbgas{one}l") for one in "il")  # 1 and ! are both
_SPACE = re.compile(r"\s+")
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*·]){5,}\w(?!\w)")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/=_-])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?(?:[0-9A-Fa-f]{2}[ :,]?){16,}(?![0-9A-Za-z])")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{2,6};")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_MARKED = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # stand on letters
_JOINED = re.compile(r"(?<=[^\W\d_])(?:[_.\u2026\u00b7|+~*]+|(?<=[a-z])(?=[A-Z]))(?=[^\W\d_])")  # between words
_TIED = 3  # such places in a text; fewer are names and addresses
_MOST = 50  # encoded pieces of a text that are looked into
_LONG = 20_000  # characters of an encoded piece


def folded(text: str) -> str:
    """Lower case, one space between words, nothing invisible, look-alike letters as Latin ones."""
    plain = text if text.isascii() else _undisguised(text)
    return _SPACE.sub(" ", plain).strip().lower()


def _undisguised(text: str) -> str:
    text = INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFKC", text).translate(_DRAWN)
    return _latin_words(text)


_FOREIGN_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")


def _latin_words(text: str) -> str:
    """Look-alikes become Latin in words that also have Latin letters; a word of another script stays itself."""
    return _FOREIGN_WORD.sub(lambda word: word[0].translate(_LOOKS_LIKE) if _LATIN.search(word[0]) else word[0], text)


def lookalike(text: str) -> str:
    """As `folded`, with every look-alike letter taken for Latin: words written in another script altogether."""
    return folded(text.translate(_LOOKS_LIKE))


def disguises(text: str) -> Iterator[tuple[str, str]]:
    """(how, what it says) of whatever in the text may be a disguised text. Nothing for an ordinary text."""
    if hidden := "".join(chr(ord(letter) - 0xE0000) for letter in TAGS.findall(text)):
        yield "tags", folded(hidden)
    if _SPACED.search(text):
        yield "spaced", folded(_SPACED.sub(lambda found: re.sub(r"[ .\-_*·]", "", found[0]), text))
        yield "spaced", re.sub(r"[\W_]+", "", folded(text))
    if not text.isascii() and _MARKED.search(bare := unicodedata.normalize("NFKD", text)):
        yield "marks on letters", folded(_MARKED.sub("", bare))
    if len(_JOINED.findall(text)) >= _TIED:
        yield "joined words", folded(_JOINED.sub(" ", text))
    if re.search(r"[A-Za-z][013457@$!][A-Za-z]", text):
        for table in _LEET:
            yield "digits for letters", folded(text.translate(table))
    if _ESCAPED.search(text):
        unescaped = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
        yield "escaped", folded(html.unescape(unquote(unescaped, errors="replace")))
    for at, found in enumerate(_BASE64.finditer(text)):
        if at >= _MOST:
            break
        if words := _base64(found[0][:_LONG]):
            yield "base64", folded(words)
    for at, found in enumerate(_HEX.finditer(text)):
        if at >= _MOST:
            break
        digits = re.sub(r"^0x|[ :,]", "", found[0][:_LONG])
        if words := _readable(bytes.fromhex(digits[: len(digits) // 2 * 2])):
            yield "hexadecimal", folded(words)


def turned(text: str) -> Iterator[tuple[str, str]]:
    """The text backwards and by ROT13; asked for only where one of these gives itself away."""
    yield "backwards", folded(text[::-1])
    yield "rot13", folded(codecs.encode(text, "rot13"))


def _base64(piece: str) -> str:
    letters = piece.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(letters + "=" * (-len(letters) % 4)))
    except (binascii.Error, ValueError):
        return ""


def _readable(content: bytes) -> str:
    """The text of these bytes if they are one; what decodes by chance is not."""
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        printable = sum(letter.isprintable() or letter.isspace() for letter in text)
        if text and printable >= len(text) * 0.95:
            return text
    return ""
