"""What a file is, by what is in it. Its name is not asked: anybody may call a file anything."""

from __future__ import annotations

import io
import json
import re
import zipfile

from corpus_ingest.parsing.found import Stop

PDF, DOCX, IMAGE = "pdf", "docx", "image"
HTML, MARKDOWN, TEXT, JSONL, JSON, CSV = "html", "markdown", "text", "jsonl", "json", "csv"

_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF87a", b"GIF89a", b"BM")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
# Recognised only to say what it is.
_OTHERS = (
    (b"{\\rtf", "rtf"),
    (b"\x1f\x8b", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ\x00", "packed"),
    (b"7z\xbc\xaf\x27\x1c", "packed"),
    (b"Rar!", "packed"),
    (b"\x28\xb5\x2f\xfd", "packed"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"SQLite format 3\x00", "binary"),
)
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<(?:html|head|body)[\s>])", re.I | re.S
)
_TAG = re.compile(
    r"</?(?:p|div|span|h[1-6]|ul|ol|li|table|tr|td|th|a|b|i|em|strong|br|script|style|section|article)(?:\s[^<>]*)?/?>",
    re.I,
)
_XML_START = re.compile(r"\s*<\?xml|\s*<!DOCTYPE|\s*<[A-Za-z][\w:.-]*(?:\s[^<>]*)?>", re.I)
_MARKDOWN = (
    re.compile(r"^ {0,3}#{1,6} +\S", re.M),
    re.compile(r"^ {0,3}(?:```|~~~)", re.M),
    re.compile(r"\[[^\]\n]{1,200}\]\((?:https?://|/|#|\.)[^)\s]{0,500}\)"),
    re.compile(r"^\|?(?: *:?-{3,}:? *\|)+ *:?-{3,}:? *\|?$", re.M),
    re.compile(r"\*\*\S[^*\n]{0,200}\*\*"),
    re.compile(r"^\S[^\n]{0,200}\n(?:={3,}|-{3,}) *$", re.M),
)
_SAMPLE = 256 * 1024  # characters


def of_bytes(content: bytes) -> str | None:
    """The kind of a file that is not text, or None if it may be text."""
    if not content.strip(b"\x00\t\n\r\x0b\x0c \xef\xbb\xbf"):
        raise Stop("empty")
    if b"%PDF-" in content[:1024]:
        return PDF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _of_zip(content)
    if content.startswith(_IMAGES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return IMAGE
    if content.startswith(_OLE):
        if _ENCRYPTED_OFFICE in content:
            raise Stop("encrypted")
        raise Stop("unknown_type", what="old_office")
    for start, what in _OTHERS:
        if content.startswith(start):
            raise Stop("unknown_type", what=what)
    return None


def _of_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, EOFError, OSError):
        raise Stop("damaged", what="zip") from None
    if "word/document.xml" in names:
        return DOCX
    office = any(name.startswith(("xl/", "ppt/")) or name == "content.xml" for name in names)
    raise Stop("unknown_type", what="office" if office else "packed")


def of_text(text: str) -> str:
    sample = text[:_SAMPLE]
    if _HTML_START.match(sample):
        return HTML
    start = sample.lstrip("\ufeff \t\r\n")
    if start[:1] in "{[" and (found := _of_json(text, start)):
        return found
    tags = _TAG.findall(sample)
    if start.startswith("<") and _XML_START.match(start):
        if len(tags) >= 2 and not start.lower().startswith("<?xml"):
            return HTML
        if start.lower().startswith(("<?xml", "<!doctype")):
            raise Stop("unknown_type", what="xml")
    if len(tags) >= 6:
        return HTML
    if delimiter(sample):
        return CSV
    return MARKDOWN if _is_markdown(sample) else TEXT


def _is_markdown(sample: str) -> bool:
    heading, *others = (bool(pattern.search(sample)) for pattern in _MARKDOWN)
    return heading or sum(others) >= 2 or others[0] or others[2] or others[4]


def _of_json(text: str, start: str) -> str | None:
    """JSONL: every one of the first lines is an object. JSON: the whole is an object or a list."""
    lines = [line for line in start[:_SAMPLE].splitlines()[:20] if line.strip()]
    if len(start) > _SAMPLE and len(lines) > 1:
        lines = lines[:-1]  # the last may be cut
    objects = [_is_object(line) for line in lines]
    if objects and objects[0] and (all(objects) or len(lines) > 1):
        return JSONL
    try:
        value = json.loads(text)
    except ValueError:
        return None
    except RecursionError:
        raise Stop("too_deep") from None
    return JSON if isinstance(value, dict | list) else None


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def delimiter(sample: str) -> str:
    """What separates the columns, or nothing if this is no table: the same number of cells in every line."""
    lines = [line for line in sample.splitlines()[:40] if line.strip()]
    if len(lines) < 2:
        return ""
    for mark in ("\t", ";", ",", "|"):
        counts = [_cells(line, mark) for line in lines]
        header = lines[0].split(mark)
        if counts[0] < 2 or any(len(cell.strip(' "')) > 60 or not cell.strip(' "') for cell in header):
            continue
        # Cells with line breaks in quotes make some lines shorter; prose with commas makes them all different.
        same = sum(count == counts[0] for count in counts)
        if same == len(counts) or (sample.count('"') >= 4 and same >= 2):
            return mark
    return ""


def _cells(line: str, mark: str) -> int:
    outside = "".join(line.split('"')[0::2])
    return outside.count(mark) + 1
