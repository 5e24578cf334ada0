"""What a kind of source says of itself: the one object that its folder in `sources/` exposes as `KIND`.

Everything else (the shelf, bringing in, the commands, the pages, verification, the starter set) reads it here,
so that a new kind is a folder and no edit elsewhere: docs/sources.md shows how. Says; does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from corpus_ingest.archive import Bounds
from corpus_ingest.shelf import Kept
from corpus_ingest.source import Reject, Source

LARGEST = 512 * 1024**2  # bytes of a file that is brought in
Said = Mapping[str, str]  # what the person who brings it in says of it, by the names of `asks`


def gettext_noop(text: str) -> str:
    """Marks words for translation; the page translates them. (Django's own would load Django into a build.)"""
    return text


def everything(path: PurePosixPath) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that only the person who brings a file in can say."""

    name: str
    title: str  # translatable
    required: bool = False
    hint: str = ""  # translatable


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a release that its publisher offers in several."""

    url: str
    name: str  # in the zip that they are packed into
    bytes: int = 0  # about
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """Where the publisher offers a release, alone or in parts. A digest that moves with the release is empty."""

    url: str  # of parts: the page that offers them
    bytes: int  # about
    sha256: str = ""
    tried: bool = False  # whether this very address was ever loaded from by those who wrote it down
    name: str = ""  # of the file; without it, the end of the address
    parts: tuple[Part, ...] = ()
    said: Said = field(default_factory=dict)  # what the kind asks of whoever brings it in


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source. `source(path)` reads a file as it lies on the shelf, or a directory."""

    name: str  # on the shelf, in the manifest, in the commands: one lower-case word
    title: str
    brings: str  # one sentence on what it adds; translatable
    licence: str
    citation: str
    url: str
    source: Callable[[Path], Source]
    place: int = 50  # in a build; of the same place, by name
    accepts: tuple[str, ...] = (".zip",)  # endings of a file that may be brought in
    folders: bool = True  # whether a directory may be brought in; it is packed
    is_wanted: Callable[[PurePosixPath], bool] = everything  # which files of a zip or a directory
    bounds: Bounds = field(default_factory=Bounds)
    largest: int = LARGEST
    many: bool = False  # several files may lie on the shelf, each a source of its own; else a new one replaces the old
    packaged: Callable[[], Source] | None = None  # what travels with the product, used while nothing is on the shelf
    redistributable: bool = True  # whether what it holds may be exported; a document's own licence may still forbid it
    at_least: Mapping[str, int] = field(default_factory=dict)  # fewest of each count (`verification.measure`)
    feed: Feed | None = None
    asks: tuple[Asked, ...] = ()
    # The one file to keep: (bytes, name). Where it gives none: the file as it is, or the directory as a zip.
    pack: Callable[[Path, str, Said], tuple[bytes, str] | None] | None = None
    # Brings in all by itself, where a file alone does not decide what lies on the shelf afterwards:
    # what it left there, the counts of what arrived, and what of it could not be used.
    merge: Callable[[Path, str, Said], tuple[Kept, Mapping[str, int], Sequence[Reject]]] | None = None
    command: str = ""  # that brings it in, where it has one of its own

    @property
    def how(self) -> str:
        """The command that brings it in, with what it cannot do without."""
        asked = "".join(f" --say {one.name}=..." for one in self.asks if one.required)
        return self.command or f"manage.py knowledge add {self.name} PATH{asked}"
