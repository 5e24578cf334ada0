"""Documents on the shelf: brought in one by one, each a source of its own, read by a process of its own.

The id of a document is of its bytes: what is said of it may be corrected, and its passages keep their ids. Bringing
the same file again with other words takes the place of the one before.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from corpus_ingest import shelf
from corpus_ingest.documents import DEFAULT, ReadText, read_all
from corpus_ingest.documents.unreadable import unreadable
from corpus_ingest.parsing.found import tidy
from corpus_ingest.source import Fetched, Parsed, Reject, Source, digest
from corpus_ingest.sources.documents import envelope
from corpus_ingest.sources.documents.about import About, is_address, is_date, is_disease
from corpus_ingest.sources.documents.envelope import Seen
from retrieval.manifest import SourceRecord
from retrieval.passages.document import Document

NAME = "documents"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_KEY = 80  # characters of a record's own name within an id


def bring_document(content: bytes, name: str, about: About) -> shelf.Kept:
    """Reads the whole of it, then keeps it. Nothing is kept of what cannot be read, or if the disk is full."""
    texts = read_all(content, name, columns=about.columns)
    if not any(text.blocks or text.unseen for text in texts):
        raise unreadable("no_text")
    first = texts[0]
    title = about.title or (first.title if len(texts) == 1 else Path(name).stem)
    seen = Seen(tidy(title)[:300], first.kind, len(texts), first.pages, first.warnings)
    try:
        with _alone():
            kept = shelf.put(NAME, envelope.write(name, content, about, seen), f"{Path(name).name}.zip")
            _forget_before(kept, hashlib.sha256(content).hexdigest())
    except OSError as error:
        if error.errno in _FULL:
            raise unreadable("disk_full") from None
        raise
    return kept


def remove(sha256: str) -> int:
    """Takes a document off the shelf; snapshots that hold it stay."""
    return shelf.remove(NAME, sha256)


def merge(path: Path, name: str, said: Mapping[str, str]) -> tuple[shelf.Kept, dict[str, int], tuple[Reject, ...]]:
    """As `bring_document`, for the commands and pages that bring any kind of source in."""
    about = About.of(said)
    if path.stat().st_size > DEFAULT.bytes:  # before a byte of it is read
        raise unreadable("too_large", {"allowed": DEFAULT.bytes // 1024**2})
    kept = bring_document(path.read_bytes(), name, about)
    seen = envelope.read(kept.path).seen
    counts = {"texts": seen.texts} | ({"pages": seen.pages} if seen.pages else {})
    return kept, counts, ()


def source(path: Path) -> Source:
    return Source(NAME, partial(_fetch, path), _describe, _parse)


# --- inside --------------------------------------------------------------


def _forget_before(kept: shelf.Kept, sha256: str) -> None:
    for other in shelf.files(NAME):
        if other.sha256 != kept.sha256 and envelope.read(other.path).sha256 == sha256:
            shelf.remove(NAME, other.sha256)


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time; the lock is the kernel's and goes with the process."""
    folder = shelf.folder_of(NAME)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(path: Path) -> Fetched:
    return Fetched(files={path.name: path}, digests={path.name: digest(path)})


def _describe(fetched: Fetched) -> SourceRecord:
    path = next(iter(fetched.files.values()))
    found = envelope.read(path)
    about = found.about
    return SourceRecord(
        name=NAME,
        title=found.seen.title,
        version=", ".join(filter(None, (about.date, found.sha256[:8]))),  # tells the documents apart: see `source_of`
        licence=about.licence_words,
        citation=about.url or found.name,
        url=about.url,
        files=dict(fetched.digests),
        note=" ".join(found.seen.warnings),
    )


def _parse(fetched: Fetched) -> Parsed:
    path = next(iter(fetched.files.values()))
    found = envelope.read(path)
    texts = read_all(envelope.content(path), found.name, columns=found.about.columns)
    rejects: list[Reject] = []
    documents = tuple(_documents(found, texts, rejects))
    return Parsed(documents=documents, rejects=tuple(rejects))


def _documents(found: envelope.Envelope, texts: Sequence[ReadText], rejects: list[Reject]) -> Iterator[Document]:
    taken: dict[str, int] = {}
    whole = f"{NAME}:{found.sha256[:16]}"
    for text in texts:
        name = whole
        if text.key or len(texts) > 1:
            key = tidy(text.key).replace(" ", "_")[:_KEY]
            taken[key] = taken.get(key, 0) + 1
            name = f"{whole}/{key}" + (f"~{taken[key]}" if taken[key] > 1 else "")
        yield _document(name, text, found, rejects, single=len(texts) == 1)


def _document(name: str, text: ReadText, found: envelope.Envelope, rejects: list[Reject], *, single: bool) -> Document:
    """What a record says of itself goes before what the curator says of all."""
    about = found.about
    wrong = sum(not is_disease(one) for one in text.diseases)
    if wrong:
        rejects.append(Reject(f"{found.name}, {text.key}", "disease id not known", f"{wrong} of {len(text.diseases)}"))
    licence = text.licence or about.licence
    return Document(
        id=name,
        source=NAME,
        title=(about.title if single else "") or text.title,
        blocks=text.blocks,
        diseases=tuple(one for one in text.diseases if is_disease(one)) or about.diseases,
        url=text.url if is_address(text.url) else about.url,
        licence=licence if about.redistributable else f"Not to be passed on: {licence}",
        language=about.language or text.language,
        date=text.date if is_date(text.date) else about.date,
        redistributable=about.redistributable,
        unseen=text.unseen,
    )
