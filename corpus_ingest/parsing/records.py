"""JSONL, JSON and tables: one document a record, with the fields that are known and no others.

A table needs to be told which column is which field. Without that it is one document that holds one table.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from corpus_ingest.parsing import kinds
from corpus_ingest.parsing.found import TABLE, Bounds, Found, Outline, Stop, row, tidy
from corpus_ingest.parsing.plain import read_text

FIELDS = ("text", "title", "key", "url", "diseases", "language", "date", "licence")
# Other names under which a field is found in what people export.
_ALSO = {"id": "key", "body": "text", "content": "text", "abstract": "text", "license": "licence", "lang": "language"}
_SHOWN = 5  # lines that are named when they cannot be used
_LONGEST = 2000  # characters of a field other than the text
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?\Z")
_SPLIT = re.compile(r"[;,|\s]+")


def read_jsonl(text: str, bounds: Bounds) -> Found:
    return _gathered(kinds.JSONL, _lines(text), bounds)


def _lines(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _value(line)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise Stop("too_deep") from None
    except ValueError:
        return None


def read_json(text: str, bounds: Bounds) -> Found:
    value = _value(text)
    if isinstance(value, dict):
        inner = [one for one in value.values() if isinstance(one, list) and one and isinstance(one[0], dict)]
        value = inner[0] if len(inner) == 1 and not any(name in value for name in ("text", *_ALSO)) else [value]
    return _gathered(kinds.JSON, enumerate(value, start=1), bounds)


def read_csv(text: str, bounds: Bounds) -> Found:
    mark = kinds.delimiter(text[: 256 * 1024]) or ","
    csv.field_size_limit(min(bounds.characters, 2**31 - 1))
    try:
        rows = [cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(cells)]
    except csv.Error:
        raise Stop("damaged", what="table") from None
    if len(rows) - 1 > bounds.records:
        raise Stop("too_many_records", allowed=bounds.records)
    header = [tidy(cell) for cell in rows[0]]
    if bounds.columns is None:
        outline = Outline(bounds.characters)
        outline.add("\n".join(row(cells) for cells in rows), TABLE)
        return Found(kinds.CSV, pieces=outline.pieces)
    columns = {tidy(name): said for name, said in bounds.columns.items()}
    absent = sorted(set(columns) - set(header))
    if absent:
        raise Stop("column", column=absent[0][:80], header=", ".join(header)[:300])
    wanted = {place: columns[name] for place, name in enumerate(header) if name in columns}
    return _gathered(kinds.CSV, ((line, _mapped(cells, wanted)) for line, cells in enumerate(rows[1:], 2)), bounds)


def _mapped(cells: list[str], wanted: Mapping[int, str]) -> dict[str, str]:
    """Several columns may be text: they follow each other as paragraphs."""
    record: dict[str, str] = {}
    for place, name in wanted.items():
        value = cells[place] if place < len(cells) else ""
        if value.strip():
            record[name] = f"{record[name]}\n\n{value}" if name in record else value
    return record


def _gathered(kind: str, values: Iterable[tuple[int, Any]], bounds: Bounds) -> Found:
    found = Found(kind)
    left_out: list[int] = []
    size = 0
    for number, value in values:
        record = _record(kind, value, bounds) if isinstance(value, dict) else None
        if record is None:
            left_out.append(number)
            continue
        size += sum(len(piece.text) for piece in record.pieces)
        if size > bounds.characters:
            raise Stop("too_much_text", allowed=bounds.characters)
        if len(found.records) >= bounds.records:
            raise Stop("too_many_records", allowed=bounds.records)
        record.about.setdefault("key", str(number))
        found.records.append(record)
    if not found.records:
        raise Stop("no_records")
    if left_out:
        some = ", ".join(map(str, left_out[:_SHOWN])) + (" …" if len(left_out) > _SHOWN else "")
        found.warnings.append(f"{len(left_out)} records without a usable text were left out: {some}.")
    return found


def _record(kind: str, value: Mapping[str, Any], bounds: Bounds) -> Found | None:
    known: dict[str, Any] = {}
    for name, content in value.items():
        field = _ALSO.get(str(name).lower(), str(name).lower())
        if field in FIELDS and content not in (None, "", []) and (field not in known or field == name):
            known[field] = content
    text = known.get("text")
    if isinstance(text, list) and all(isinstance(part, str) for part in text):
        text = "\n\n".join(text)
    if not isinstance(text, str) or not text.strip():
        return None
    record = read_text(text, bounds)
    record.kind, record.pages = kind, None
    record.title = _line(known.get("title")) or record.title
    record.language = _line(known.get("language"))[:20]
    record.about = {name: _line(known[name]) for name in ("key", "url", "licence") if _line(known.get(name))}
    if _DATE.match(_line(known.get("date"))):
        record.about["date"] = _line(known["date"])
    record.about["diseases"] = _ids(known.get("diseases"))
    return record


def _line(value: Any) -> str:
    return tidy(str(value))[:_LONGEST] if isinstance(value, str | int | float) else ""


def _ids(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part for part in _SPLIT.split(value) if part]
    return [_line(part) for part in value if _line(part)] if isinstance(value, list) else []
