"""The process that reads one file: limits first, then the file from standard input, then one JSON on standard output.

Whatever goes wrong is a state (`{"state": ...}`) or the death of this process; the words for it are the parent's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from corpus_ingest.parsing import kinds
from corpus_ingest.parsing.found import Bounds, Found, Stop
from corpus_ingest.parsing.jail import close_the_doors


def main() -> None:
    """argv[1]: the bounds as JSON. Standard input: the file. Standard output: what was found, or the state."""
    bounds = Bounds(**json.loads(sys.argv[1]))
    out = os.dup(1)
    os.dup2(2, 1)  # a library that prints does not print into the answer
    shut = close_the_doors(bounds.memory, bounds.seconds, bool(bounds.tesseract))
    started = time.perf_counter()
    answer: dict[str, Any]
    try:
        found = parse(sys.stdin.buffer.read(), bounds)
        answer = {"found": found.as_dict()}
    except Stop as stop:
        answer = {"state": stop.state, "detail": stop.detail}
    except (MemoryError, RecursionError) as error:
        answer = {"state": "memory" if isinstance(error, MemoryError) else "too_deep", "detail": {}}
    except (
        Exception
    ) as error:  # what a parser did not expect: its kind is told, never its words, which may quote the file
        answer = {"state": "damaged", "detail": {"kind": type(error).__name__}}
    answer |= {"shut": shut, "seconds": round(time.perf_counter() - started, 3)}
    with os.fdopen(out, "wb") as file:
        file.write(json.dumps(answer, ensure_ascii=True).encode("ascii"))


def parse(content: bytes, bounds: Bounds) -> Found:
    kind = kinds.of_bytes(content)
    if kind == kinds.PDF:
        from corpus_ingest.parsing.pdf import read_pdf

        return read_pdf(content, bounds)
    if kind == kinds.DOCX:
        from corpus_ingest.parsing.docx import read_docx

        return read_docx(content, bounds)
    if kind == kinds.IMAGE:
        from corpus_ingest.parsing.image import read_image

        return read_image(content, bounds)
    return parse_text(content, bounds)


def parse_text(content: bytes, bounds: Bounds) -> Found:
    from corpus_ingest.parsing.decoding import decode
    from corpus_ingest.parsing.language import guess
    from corpus_ingest.parsing.pages import read_html
    from corpus_ingest.parsing.plain import read_markdown, read_text
    from corpus_ingest.parsing.records import read_csv, read_json, read_jsonl

    text, said = decode(content)
    readers: dict[str, Callable[[str, Bounds], Found]] = {
        kinds.HTML: read_html,
        kinds.MARKDOWN: read_markdown,
        kinds.TEXT: read_text,
        kinds.JSONL: read_jsonl,
        kinds.JSON: read_json,
        kinds.CSV: read_csv,
    }
    found = readers[kinds.of_text(text)](text, bounds)
    found.warnings[:0] = said
    for one in (found, *found.records):
        one.language = one.language or guess(one.pieces)
    return found
