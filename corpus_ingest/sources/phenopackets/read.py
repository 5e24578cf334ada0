"""Reads published cases from one JSON file, a directory or a zip.

A case that cannot be used is named with its reason and never stops the others; an archive that
leads outside, holds links or unpacks without bounds is refused as a whole.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from corpus_ingest import archive
from corpus_ingest.sources.phenopackets import listed, packet
from corpus_ingest.sources.phenopackets.content import with_id
from corpus_ingest.sources.phenopackets.report import (
    MALFORMED,
    NESTED,
    NO_CASE,
    NOT_JSON,
    TWICE,
    Read,
    Reject,
    Unusable,
)
from corpus_ingest.sources.phenopackets.usable import usable_in
from retrieval.errors import RetrievalError
from retrieval.model import PublishedCase
from retrieval.ontology.graph import Ontology

BOUNDS = archive.Bounds(entries=1_000_000, entry_bytes=64 * 1024**2, total_bytes=4 * 1024**3, ratio=200)
DEEPEST = 60  # levels; a phenopacket has about 12
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst")

Progress = Callable[[int, int], None]  # files read, cases found


class UnreadableCases(RetrievalError):
    """There is nothing at this path from which cases could be read."""

    code = "cases.unreadable"


def read_cases(
    path: Path,
    ontology: Ontology | None = None,
    *,
    source: str = "",
    licence: str = "",
    progress: Progress | None = None,
) -> Read:
    """Every case at this path, each once. With an ontology, as it can be used with that (see `usable_in`)."""
    reading = _Reading(source, licence)
    try:
        for number, (name, content) in enumerate(_files(path, reading.rejects), start=1):
            reading.file(name, content)
            if progress:
                progress(number, len(reading.cases))
    except OSError as error:
        raise UnreadableCases(f"{error.filename or path} cannot be read ({error.strerror}).") from None
    found = Read(tuple(reading.cases.values()), tuple(reading.rejects), +reading.left_out)
    return found if ontology is None else usable_in(ontology, found)


class _Reading:
    """What has been read so far."""

    def __init__(self, source: str, licence: str) -> None:
        self._source = source
        self._licence = licence
        self.cases: dict[str, PublishedCase] = {}
        self.rejects: list[Reject] = []
        self.left_out: Counter[str] = Counter()

    def file(self, name: str, content: bytes) -> None:
        try:
            entries = _entries(_json(content))
        except Unusable as why:
            self.rejects.append(Reject(name, why.reason, why.detail))
            return
        for position, entry in entries:
            self._entry(f"{name}{position}", PurePosixPath(name).stem, entry)

    def _entry(self, name: str, stem: str, entry: Any) -> None:
        left_out: Counter[str] = Counter()
        try:
            case = with_id(replace(_case(entry, stem, left_out), source=self._source, licence=self._licence))
            if case.id in self.cases:
                raise Unusable(TWICE)
        except Unusable as why:
            self.rejects.append(Reject(name, why.reason, why.detail))
            return
        self.cases[case.id] = case
        self.left_out += left_out


def _case(entry: Any, stem: str, left_out: Counter[str]) -> PublishedCase:
    if isinstance(entry, dict):
        if "observed" in entry:
            return listed.read(entry, left_out)
        if "phenotypicFeatures" in entry or "subject" in entry:
            return packet.read(entry, stem, left_out)
    raise Unusable(NO_CASE)


def _entries(value: Any) -> list[tuple[str, Any]]:
    """(place in the file, entry): a packet, a list, a cohort's members or a family's proband."""
    if isinstance(value, list):
        return [(f"[{k}]", entry) for k, entry in enumerate(value)]
    if isinstance(value, dict) and isinstance(value.get("members"), list):
        return [(f".members[{k}]", entry) for k, entry in enumerate(value["members"])]
    if isinstance(value, dict) and isinstance(value.get("proband"), dict):
        return [(".proband", value["proband"])]
    return [("", value)]


def _json(content: bytes) -> Any:
    try:
        value = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Unusable(NOT_JSON, "it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise Unusable(NOT_JSON, f"line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise Unusable(MALFORMED, "it is nested too deeply") from None
    except ValueError:
        raise Unusable(NOT_JSON, "it holds a number that is none") from None
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


# --- where the files are ---------------------------------------------------


def _files(path: Path, rejects: list[Reject]) -> Iterator[tuple[str, bytes]]:
    if path.is_dir() or _is_zip(path):
        return archive.read(path, lambda name: _wanted(name, rejects), BOUNDS)
    return iter([(path.name, _one(path))])


def _is_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


def _wanted(name: PurePosixPath, rejects: list[Reject]) -> bool:
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in name.parts)
    if name.suffix.lower() in _ARCHIVES and not hidden:
        rejects.append(Reject(str(name)[:200], NESTED))
    return name.suffix.lower() == ".json" and not hidden


def _one(path: Path) -> bytes:
    try:
        if path.stat().st_size > BOUNDS.entry_bytes:
            raise UnreadableCases(
                f"{path.name} is larger than {BOUNDS.entry_bytes // 1024**2} MB.",
                hint="Split it into several files of one directory or zip.",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableCases(
            f"There is no file or directory {path}.", hint="Name a phenopacket, a directory, a zip or a JSON list."
        ) from None
    except OSError as error:
        raise UnreadableCases(f"{path} cannot be read ({error.strerror}).") from None
    if content[:2] in (b"PK", b"\x1f\x8b"):
        raise UnreadableCases(f"{path.name} is a damaged or unknown archive.", hint="Load it again, or unpack it.")
    return content
