"""Brings a source in: reads the whole of it first, and puts on the shelf only what could be read.

A directory is packed before it is kept, so that what lies on the shelf is always one file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus_ingest import archive, shelf, sources, verification
from corpus_ingest.kind import Said, SourceKind
from corpus_ingest.source import Fetched, Parsed, Reject, SourceUnavailable
from retrieval.manifest import SourceRecord


@dataclass(frozen=True, slots=True)
class Brought:
    kept: shelf.Kept
    record: SourceRecord
    contents: Mapping[str, int]  # what was found in it
    before: bool  # the same content was there already
    rejects: Sequence[Reject] = ()  # what of it could not be used


def bring(kind: str, path: Path, said: Said | None = None, *, name: str = "", accept_smaller: bool = False) -> Brought:
    """Verifies a file or a directory by reading all of it, then keeps it, for most kinds in place of the one before.

    `said` is what the kind asks of the person who brings it; `name` what the file is called, where its path is
    another. A source that lost a fifth of anything against the one before is refused unless `accept_smaller`.
    """
    of = sources.kind(kind)
    called = name or path.resolve().name
    _check(of, path, called, said or {})
    known = {one.sha256 for one in shelf.files(kind)}
    if of.merge:
        kept, counts, rejects = of.merge(path, called, said or {})
        source = sources.kept_source(kept, of)
        return Brought(kept, source.describe(source.fetch()), counts, kept.sha256 in known, rejects)
    return _kept(of, path, called, said or {}, known, accept_smaller=accept_smaller)


def _kept(of: SourceKind, path: Path, called: str, said: Said, known: set[str], *, accept_smaller: bool) -> Brought:
    if of.pack and (packed := of.pack(path, called, said)):
        content, called = packed
        with shelf.draft(of.name, content) as drafted:
            return _read_and_kept(of, drafted, content, called, known, accept_smaller=accept_smaller)
    if path.is_dir():
        called = f"{called}.zip"
    whole = archive.pack(path, of.is_wanted, of.bounds) if path.is_dir() else path
    return _read_and_kept(of, path, whole, called, known, accept_smaller=accept_smaller)


def _read_and_kept(
    of: SourceKind, path: Path, content: Path | bytes, called: str, known: set[str], *, accept_smaller: bool
) -> Brought:
    source = of.source(path)
    fetched = _called(source.fetch(), called)
    record, parsed = source.describe(fetched), source.parse(fetched)
    verification.accept(of, parsed, accept_smaller=accept_smaller)
    kept = shelf.put(of.name, content, called, replace=not of.many)
    return Brought(kept, record, _contents(parsed), kept.sha256 in known, parsed.rejects)


def _called(fetched: Fetched, name: str) -> Fetched:
    """One file under the name that it was brought in with, wherever it lies now."""
    if len(fetched.files) != 1:
        return fetched
    (path,) = fetched.files.values()
    return Fetched({name: path}, dict(zip((name,), fetched.digests.values(), strict=False)))


def _check(of: SourceKind, path: Path, called: str, said: Said) -> None:
    """What can be known before anything is read."""
    endings = ", ".join(of.accepts)
    hint = f"Name a file that ends in {endings}" + (", or the directory it was unpacked to." if of.folders else ".")
    if not path.is_file() and not path.is_dir():
        raise SourceUnavailable(f"There is no file or directory {path.name}.", hint=hint)
    if path.is_dir() and not of.folders:
        raise SourceUnavailable(f"{called} is a directory, and {of.title} is brought in as a file.", hint=hint)
    if path.is_file() and not called.lower().endswith(of.accepts):
        raise SourceUnavailable(f"{called} is no file that {of.title} is brought in with.", hint=hint)
    if path.is_file() and path.stat().st_size > of.largest:
        raise SourceUnavailable(f"{called} is larger than {of.largest // 1024**2} MB.", hint=hint)
    for asked in of.asks:
        if asked.required and not said.get(asked.name, "").strip():
            raise SourceUnavailable(
                f"{of.title} cannot be brought in without {asked.name}.",
                hint=f"Say it: manage.py knowledge add {of.name} PATH --say {asked.name}=...",
            )


def _contents(parsed: Parsed) -> dict[str, int]:
    counted = {
        "terms": len(parsed.terms),
        "entries": len(parsed.orphanet),
        "findings": sum(row.aspect == "P" for row in parsed.rows),
        "gene links": len(parsed.genes),
        "classes": len(parsed.mondo),
        "exact matches": sum(len(term.exact) for term in parsed.mondo),
        "cases": len(parsed.cases),
        "texts": len(parsed.documents),
    }
    return {name: n for name, n in counted.items() if n}
