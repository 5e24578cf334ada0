"""Bytes to text: UTF-8 is expected, UTF-16 and UTF-32 are recognised, what is mixed is read line by line and said."""

from __future__ import annotations

import codecs
import re

from corpus_ingest.parsing.found import Stop

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What a page may declare of itself; anything else is read as Windows-1252.
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_KNOWN = frozenset(
    [f"iso8859-{n}" for n in (*range(1, 12), 13, 14, 15, 16)]
    + [f"cp125{n}" for n in range(9)]
    + ["cp437", "cp850", "cp866", "koi8-r", "koi8-u", "mac-roman", "gbk", "gb2312", "gb18030", "big5", "shift_jis"]
    + ["cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949", "tis-620"]
)
_SAMPLE = 4096  # bytes
_BINARY = 0.02  # share of control characters above which this is no text


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text, and what a person should know of how it was decoded."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    if guessed := _wide(content[:_SAMPLE]):
        return _strictly(content, guessed)
    if b"\x00" in content:
        raise Stop("unknown_type", what="binary")
    try:
        return _checked(content.decode("utf-8")), []
    except UnicodeDecodeError:
        pass
    if declared := _declared(content[:_SAMPLE]):
        try:
            return _checked(content.decode(declared)), [f"The text is not UTF-8; it was read as {declared}."]
        except (UnicodeDecodeError, LookupError):
            pass
    return _mixed(content)


def _strictly(content: bytes, encoding: str) -> tuple[str, list[str]]:
    try:
        return _checked(content.decode(encoding)), []
    except UnicodeDecodeError as error:
        text = _checked(content.decode(encoding, "replace"))
        return text, [f"The {encoding} text is damaged at byte {error.start}; what could not be read is marked \ufffd."]


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    if len(sample) < 8:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else ""


def _declared(sample: bytes) -> str:
    match = _DECLARED.search(sample)
    if match is None:
        return ""
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return ""
    return name if name in _KNOWN else ""


def _mixed(content: bytes) -> tuple[str, list[str]]:
    """Each line by itself: UTF-8 where it is, Windows-1252 where it is not."""
    lines, foreign = [], 0
    for line in content.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            foreign += 1
            lines.append(_western(line))
    said = f"{foreign} of {len(lines)} lines are not UTF-8; they were read as Windows-1252."
    return _checked("\n".join(lines)), [said]


def _western(line: bytes) -> str:
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        return line.decode("latin-1")  # five bytes are not in Windows-1252


def _checked(text: str) -> str:
    """Refuses what decodes but is no text."""
    sample = text[:65536]
    odd = sum(1 for letter in sample if (letter < " " and letter not in "\t\n\r\f\v\x1b") or "\x7f" <= letter <= "\x9f")
    if odd > max(2, len(sample) * _BINARY):
        raise Stop("unknown_type", what="binary")
    return text
