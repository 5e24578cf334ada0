"""A file, or standard input, as text; or a refusal that says what is wrong with it and what to do.

Names are printed only through `shown`: a file name may hold escape sequences or reversed writing.
"""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from diagnosis_app.errors import Invalid, TooLarge

LIMIT = 5 * 1024 * 1024  # bytes; the same bound as an upload
STDIN = "-"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MAGIC = (
    (b"%PDF", "a PDF", "Save its text to a file first."),
    (b"PK\x03\x04", "a ZIP archive (or an Office document)", "Unpack it, or save the document as plain text."),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first: gunzip FILE"),
    (b"\x89PNG", "an image", "Give the text itself."),
    (b"\xff\xd8\xff", "an image", "Give the text itself."),
)


@dataclass(frozen=True, slots=True)
class Source:
    name: str  # as given, made safe to print
    text: str


def read_source(path: str) -> Source:
    name = "standard input" if path == STDIN else shown(path)
    data = sys.stdin.buffer.read(LIMIT + 1) if path == STDIN else _read_file(path)
    if len(data) > LIMIT:
        raise TooLarge(
            f"is larger than {LIMIT // (1024 * 1024)} MB.", hint="Keep the part that describes this patient."
        )
    return Source(name, decode(data))


def shown(name: str) -> str:
    """The name with everything that a terminal would obey, or that would mislead a reader, written out."""
    return "".join(char if char.isprintable() and not _misleads(char) else _escaped(char) for char in name)


def _misleads(char: str) -> bool:
    return unicodedata.category(char) in {"Cf", "Cs", "Co", "Cn"}


def _escaped(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of the name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _read_file(path: str) -> bytes:
    try:
        if "\0" in path:
            raise FileNotFoundError
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise Invalid("is a directory.", hint="Name the files in it: DIRECTORY/*.json", code="input.unreadable")
        if stat.S_ISSOCK(mode) or stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and os.path.realpath(path) != os.devnull):
            raise Invalid("is a device, not a file.", hint="Name a file, or - for input.", code="input.unreadable")
        with Path(path).open("rb") as file:
            return file.read(LIMIT + 1)
    except FileNotFoundError:
        raise Invalid("does not exist.", hint="Check the name.", code="input.unreadable") from None
    except PermissionError:
        raise Invalid("may not be read by you.", hint="Check its permissions.", code="input.unreadable") from None
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise Invalid(f"cannot be read: {reason}.", hint="Check the name.", code="input.unreadable") from None


def decode(data: bytes) -> str:
    """The text of a file, or what is wrong with it and what to do."""
    for magic, what, hint in _MAGIC:
        if data.startswith(magic):
            raise Invalid(f"is {what}, not text.", hint=hint, code="input.binary")
    if data.startswith(_UTF16):
        raise Invalid("is UTF-16.", hint="Save it as UTF-8.", code="input.encoding")
    place = data.find(b"\0")
    if place >= 0:
        line = data.count(b"\n", 0, place) + 1
        raise Invalid(
            f"holds a NUL byte in line {line}, so it is not text.",
            hint="Export it as plain text in UTF-8.",
            code="input.binary",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(
            f"is not UTF-8: line {line} holds the byte 0x{data[error.start]:02x}.",
            hint="Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8 FILE",
            code="input.encoding",
        ) from None
    if not text.strip():
        raise Invalid(
            "is empty.", hint="Give a phenopacket, HPO ids one a line, or a note about the patient.", code="input.empty"
        )
    return text
