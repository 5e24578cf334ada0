"""The files of papers: one large one read piece by piece, or many small ones out of a zip or a directory."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path, PurePosixPath

from corpus_ingest import archive
from corpus_ingest.safe_xml import BadXml, Limits, pieces
from corpus_ingest.source import Reject, Unparsable
from corpus_ingest.sources.pubmed import abstracts, articles
from retrieval.passages.document import Document

ENDINGS = (".xml", ".nxml", ".xml.gz", ".nxml.gz", ".zip")
BOUNDS = archive.Bounds(entries=200_000, entry_bytes=64 * 1024**2, total_bytes=4 * 1024**3)
LARGEST = 2 * 1024**3  # bytes of one file after unpacking; a file of PubMed's baseline has 0.3 GB
MOST = 200_000  # papers in one file; a file of PubMed's baseline has 30,000
ABOUT = "clew.json"  # what was said of the papers when they were brought in
NOT_XML = "is no XML that is read here"
NO_PAPER = "holds no paper"
REMEDY = "Name XML of PubMed (PubmedArticleSet) or PMC (JATS articles), whole as it was given out."
_LIMITS = Limits(depth=60, nodes=400_000, characters=16 * 1024**2)  # of one paper
_TAGS = frozenset({abstracts.TAG, articles.TAG})
_BLOCK = 256 * 1024  # bytes


def is_file(path: PurePosixPath) -> bool:
    name = path.name.lower()
    inside = name.endswith((".xml", ".nxml", ".xml.gz", ".nxml.gz")) or path.name == ABOUT
    return inside and not name.startswith(".") and "__MACOSX" not in path.parts


def read(path: Path) -> tuple[list[Document], list[Reject]]:
    """Every paper, in order of id, and what gave nothing. A single file that is cut or damaged is refused."""
    found: dict[str, Document] = {}
    rejects: list[Reject] = []
    if path.is_dir() or zipfile.is_zipfile(path):
        _entries(path, found, rejects)
    else:
        try:
            _papers(_unpacked(_whole(path)), path.name, "", found, rejects)
        except BadXml as error:
            raise Unparsable(f"{path.name} {error}.", hint=REMEDY) from None
    if not found:
        more = f": {rejects[0].name} {rejects[0].reason}" if rejects else ""
        raise Unparsable(f"{path.name} holds no paper that can be used{more}.", hint=REMEDY)
    return [found[name] for name in sorted(found)], rejects


def pack(path: Path, name: str, said: Mapping[str, str]) -> tuple[bytes, str] | None:
    """The files with what was said of them, as a zip; nothing where nothing was said."""
    licence = " ".join(said.get("licence", "").split())
    if not licence:
        return None
    many = path.is_dir() or zipfile.is_zipfile(path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry, content in archive.read(path, is_file, BOUNDS) if many else [(name, path.read_bytes())]:
            if PurePosixPath(entry).name != ABOUT:
                packed.writestr(_dated(entry), content)
        packed.writestr(_dated(ABOUT), json.dumps({"licence": licence}))
    return buffer.getvalue(), f"{name.removesuffix('.zip')}.zip"


def _dated(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980, without owner or mode
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _entries(path: Path, found: dict[str, Document], rejects: list[Reject]) -> None:
    """One bad file among many stops no other, and gives nothing."""
    licence = ""
    for _, content in archive.read(path, lambda one: one.parts == (ABOUT,), BOUNDS):
        licence = _licence(path, content)
    for name, content in archive.read(path, lambda one: is_file(one) and one.name != ABOUT, BOUNDS):
        shown = "/".join(PurePosixPath(name).parts[-2:])
        of_file: dict[str, Document] = {}
        left: list[Reject] = []
        try:
            if not _papers(_unpacked(iter((content,))), shown, licence, of_file, left):
                left.append(Reject(shown, NO_PAPER))
        except BadXml as error:
            rejects.append(Reject(shown, NOT_XML, str(error)))
            continue
        found.update(of_file)
        rejects.extend(left)


def _licence(path: Path, content: bytes) -> str:
    try:
        return str(json.loads(content)["licence"])
    except (ValueError, KeyError, TypeError):
        raise Unparsable(f"{path.name}: {ABOUT} is not as it was written.", hint=REMEDY) from None


def _papers(blocks: Iterator[bytes], file: str, licence: str, found: dict[str, Document], rejects: list[Reject]) -> int:
    """How many there were, usable or not."""
    count = 0
    for piece in pieces(blocks, _TAGS, _LIMITS):
        count += 1
        if len(found) > MOST:
            raise Unparsable(f"{file} holds more than {MOST:,} papers.", hint="Bring it in as several files.")
        read = abstracts.read(piece) if piece.tag == abstracts.TAG else articles.read(piece, licence)
        if isinstance(read, Document):
            found[read.id] = read
        else:
            rejects.append(Reject(f"{file}, {read.name}" if read.name else f"{file}, paper {count}", read.reason))
    return count


def _whole(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _unpacked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same, unpacked if it is gzip; what counts is what really comes out."""
    first = next(blocks, b"")
    if not first.startswith(b"\x1f\x8b"):
        yield first
        yield from blocks
        return
    reader, size = zlib.decompressobj(31), 0
    try:
        for block in chain((first,), blocks):
            while block:
                out = reader.decompress(block, _BLOCK)
                size += len(out)
                if size > LARGEST:
                    raise BadXml(1, f"it unpacks to more than {LARGEST} bytes")
                yield out
                block = reader.unconsumed_tail
                if reader.eof:
                    if reader.unused_data:
                        block, reader = reader.unused_data, zlib.decompressobj(31)  # gzip may follow gzip
                    else:
                        break
    except zlib.error:
        raise BadXml(1, "it is damaged gzip") from None
    if not reader.eof:
        raise BadXml(1, "it is gzip that was cut")
