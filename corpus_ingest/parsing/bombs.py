"""Finds out what would come out of packed content, without keeping any of it."""

from __future__ import annotations

import re
import zlib

from corpus_ingest.parsing.found import Stop

_STREAM = re.compile(rb"stream\r?\n")
_BLOCK = 1024 * 1024  # bytes
_TIGHT = 60  # times: text and drawings stay under 20
_LAYERS = 4  # filters upon filters
_DICTIONARY = 2000  # bytes before a stream in which its dictionary stands


def refuse_pdf_bombs(content: bytes, allowed: int) -> None:
    """Counts what the streams expand to; pictures are not looked at, since nobody unpacks them to read text."""
    total = 0
    for match in _STREAM.finditer(content):
        if content[match.start() - 3 : match.start()] == b"end":
            continue
        head = content[max(0, match.start() - _DICTIONARY) : match.start()]
        head = head[head.rfind(b"obj") :]
        layers = head.count(b"FlateDecode") + len(re.findall(rb"/Fl\b", head))
        if not layers or b"/Image" in head:
            continue
        end = content.find(b"endstream", match.end())
        packed = content[match.end() : end if end > 0 else len(content)]
        total += _expanded(packed, min(layers, _LAYERS), allowed - total)
        if total > allowed:
            raise Stop("bomb")


def _expanded(packed: bytes, layers: int, allowed: int) -> int:
    """Bytes of a stream that is packed unusually tightly, counted until there are too many; else 0."""
    size, at = 0, zlib.decompressobj()
    kept = []
    data = packed
    try:
        while data:
            part = at.decompress(data, _BLOCK)
            size += len(part)
            if layers > 1 and size <= 16 * _BLOCK:
                kept.append(part)
            if size > allowed and size > len(packed) * _TIGHT:
                return size
            data = at.unconsumed_tail
    except zlib.error:
        pass  # damaged, or followed by something else: the reader will say
    inner = _expanded(b"".join(kept), layers - 1, allowed) if layers > 1 else 0
    return max(inner, size if size > len(packed) * _TIGHT else 0)
