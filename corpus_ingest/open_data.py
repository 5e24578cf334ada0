"""The starter set: open data that their publishers offer, loaded only when an operator asks for it.

Every kind of source may name a feed; a deployment may name others, or mirrors of its own, in the catalogue
of CLEW_OPEN_DATA. `offers` says what would be loaded, from which hosts, how large, under which licence and
with which checksum, and contacts nobody. `load` contacts exactly the hosts that an offer names (and those
that they redirect to) and hands over a file to be brought in as any other: it decides nothing.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpus_ingest import loading, shelf, sources
from corpus_ingest.bringing import Brought, bring
from corpus_ingest.kind import Feed, Part, Said
from corpus_ingest.loading import Limits, Unavailable
from corpus_ingest.source import digest
from retrieval.errors import RetrievalError

Progress = Callable[[str, int, int | None], None]  # file, bytes that are here, bytes that there will be
LARGEST_CATALOGUE = 1024**2  # bytes
MARGIN = 8  # times what an offer says of its size: more is not loaded
SMALLEST = 64 * 1024**2  # bytes that are always allowed
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\Z")


class BadCatalogue(RetrievalError):
    """The file that CLEW_OPEN_DATA names cannot be read, or says something that no catalogue says."""

    code = "knowledge.catalogue"


class Unconfirmed(RetrievalError):
    """A file arrived of which no checksum was known before. It waits until somebody confirms the one it has."""

    code = "knowledge.unconfirmed"

    def __init__(self, offer: Offer, sha256: str) -> None:
        super().__init__(
            f"{offer.title} arrived with the sha256 {sha256}, and none was known before.",
            hint=f"Compare it with what {', '.join(offer.hosts)} publishes, then confirm it: "
            f"manage.py knowledge fetch {offer.kind} --sha256 {sha256}.",
        )
        self.sha256 = sha256


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be loaded, with everything that has to be known before it is."""

    kind: str
    title: str
    brings: str  # translatable
    licence: str
    citation: str
    feed: Feed
    here: bool  # something of this kind is on the shelf

    @property
    def files(self) -> tuple[Part, ...]:
        feed = self.feed
        return feed.parts or (Part(feed.url, self.name, feed.bytes, feed.sha256),)

    @property
    def name(self) -> str:
        """Of the file that is brought in."""
        end = "" if self.feed.parts else urlsplit(self.feed.url).path.rpartition("/")[2]
        return self.feed.name or (end if _NAME.match(end) else f"{self.kind}.zip")

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(urlsplit(one.url).hostname or "" for one in self.files))

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.files)

    @property
    def sha256(self) -> str:
        """Of all that is loaded, in words; empty where it is not known before."""
        return " ".join(one.sha256 for one in self.files) if self.pinned else ""

    @property
    def pinned(self) -> bool:
        """Whether the checksum of every file is known before anything is loaded."""
        return all(one.sha256 for one in self.files)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that arrived, ready to be brought in: `bring(kind, path, said, name=name)`."""

    kind: str
    path: Path
    name: str
    sha256: str
    said: Said
    checked: bool  # against a checksum that was known before, or that lies beside the file


def offers(names: Sequence[str] = ()) -> tuple[Offer, ...]:
    """What these kinds offer, or all that offer something; contacts nobody."""
    written = _catalogue()
    found = []
    for one in sources.kinds():
        entry = written.get(one.name, {})
        if entry is None or (names and one.name not in names):
            continue
        feed = _feed(one.name, entry) if entry else one.feed
        if feed is not None:
            feed = replace(feed, said=feed.said or (one.feed.said if one.feed else {}))
            licence = str(entry.get("licence") or feed.said.get("licence") or one.licence)
            here = bool(shelf.files(one.name))
            found.append(Offer(one.name, one.title, one.brings, licence, one.citation, feed, here))
    if absent := sorted(set(names) - {one.kind for one in found}):
        raise Unavailable(
            f"Nothing is offered of the kind {absent[0][:40]}.", hint="manage.py knowledge fetch lists what there is."
        )
    return tuple(found)


def load(
    kind: str,
    *,
    sha256: str = "",
    unseen: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Loads what a kind offers. Every file is checked: against the catalogue's digest, or the one beside it.

    Where neither is known the file waits and Unconfirmed says which digest it has: call again with it, as
    `sha256`. `unseen=True` takes the file all the same: only for callers that told the operator before that
    no checksum is known, and show afterwards which one the file has.
    """
    (offer,) = offers([kind])
    folder = _folder(kind)
    if sha256 and not offer.pinned and (waits := _waiting(offer, folder, loading.given(sha256))):
        return Loaded(kind, waits, offer.name, loading.given(sha256), offer.feed.said, True)
    arrived = [_one(part, folder, limits, progress) for part in offer.files]
    path, found = _whole(offer, folder, [one for one, _ in arrived])
    checked = all(known for _, known in arrived)
    confirmed = bool(sha256) and loading.given(sha256) == found
    if sha256 and not confirmed:
        raise Unavailable(
            f"{offer.title} arrived with another sha256 than the one given: {found}.",
            hint="Nothing was brought in. The publisher may have a newer release: compare it, and confirm that.",
        )
    if not (checked or confirmed or unseen):
        raise Unconfirmed(offer, found)
    return Loaded(kind, path, offer.name, found, offer.feed.said, checked or confirmed)


def forget(loaded: Loaded) -> None:
    """What was brought in lies on the shelf: the copy that arrived goes."""
    for path in loaded.path.parent.iterdir():
        path.unlink(missing_ok=True)


def fetch(kind: str, *, sha256: str = "", unseen: bool = False, progress: Progress | None = None) -> Brought:
    """Loads what a kind offers and brings it in."""
    loaded = load(kind, sha256=sha256, unseen=unseen, progress=progress)
    brought = bring(kind, loaded.path, loaded.said, name=loaded.name)
    forget(loaded)
    return brought


# --- loading ---------------------------------------------------------------


def _one(part: Part, folder: Path, limits: Limits | None, progress: Progress | None) -> tuple[Path, bool]:
    """(the file, whether its digest was known). One that arrived before and is still the same is not loaded again."""
    bounds = limits or Limits(bytes=max(SMALLEST, MARGIN * part.bytes))
    expected = part.sha256 or _beside(part.url, bounds)
    to = folder / part.name
    if expected and to.is_file() and digest(to) == expected:
        return to, True
    told = (lambda here, whole: progress(part.name, here, whole)) if progress else None
    loading.download(part.url, to, expected, bounds, told)
    return to, bool(expected)


def _waiting(offer: Offer, folder: Path, sha256: str) -> Path | None:
    """The file that arrived before and waited for its confirmation: it is not asked for a second time."""
    path = folder / (f".{offer.name}" if offer.feed.parts else offer.files[0].name)
    return path if path.is_file() and digest(path) == sha256 else None


def _beside(url: str, limits: Limits) -> str:
    """The digest in URL.sha256, or nothing where the publisher has no such file."""
    try:
        return loading.beside(url, limits)
    except Unavailable as error:
        if error.absent:
            return ""
        raise


def _whole(offer: Offer, folder: Path, files: Sequence[Path]) -> tuple[Path, str]:
    """The one file to bring in, and its digest: parts are packed into a zip, the same for the same parts."""
    if not offer.feed.parts:
        return files[0], digest(files[0])
    path = folder / f".{offer.name}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            entry = zipfile.ZipInfo(file.name)  # dated 1980, without owner or mode
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as to, file.open("rb") as content:
                while block := content.read(1024 * 1024):
                    to.write(block)
    return path, digest(path)


def _folder(kind: str) -> Path:
    from django.conf import settings  # only here: the offers of the product need no settings

    folder = Path(settings.VAR_DIR) / "open-data" / kind
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


# --- the catalogue of the deployment -----------------------------------------


def _catalogue() -> Mapping[str, Any]:
    """By kind what CLEW_OPEN_DATA says in place of the product: an offer, or null for none."""
    from django.conf import settings

    named = settings.OPEN_DATA
    if not named:
        return {}
    path = Path(named)
    try:
        if path.stat().st_size > LARGEST_CATALOGUE:
            raise _bad(f"{path.name} is larger than {LARGEST_CATALOGUE} bytes")
        written = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _bad(f"{path.name} cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise _bad(f"{path.name} is not JSON") from None
    known = {one.name for one in sources.kinds()}
    if not isinstance(written, dict):
        raise _bad(f"{path.name} is not an object")
    for name, entry in written.items():
        if name not in known:
            raise _bad(f"{path.name} names a kind of source that does not exist: {str(name)[:40]}")
        if entry is not None and not isinstance(entry, dict):
            raise _bad(f"{path.name}, {name}: is neither an object nor null")
    return written


def _feed(kind: str, entry: Mapping[str, Any]) -> Feed:
    parts = entry.get("parts", [])
    if not isinstance(parts, list) or not all(isinstance(one, dict) for one in parts):
        raise _bad(f"{kind}: parts is no list of objects")
    said = entry.get("said", {})
    if not isinstance(said, dict) or not all(isinstance(text, str) for text in said.values()):
        raise _bad(f"{kind}: said is no object of texts")
    made = tuple(_part(kind, one) for one in parts)
    if made:
        return Feed(str(entry.get("url", made[0].url)), sum(one.bytes for one in made), parts=made, said=said)
    url, size, sha256 = _address(kind, entry)
    name = _file_name(kind, entry) if "name" in entry else ""
    return Feed(url, size, sha256, name=name, said=said)


def _part(kind: str, entry: Mapping[str, Any]) -> Part:
    url, size, sha256 = _address(kind, entry)
    return Part(url, _file_name(kind, entry), size, sha256)


def _address(kind: str, entry: Mapping[str, Any]) -> tuple[str, int, str]:
    url, size, sha256 = entry.get("url"), entry.get("bytes", 0), entry.get("sha256", "")
    if not isinstance(url, str):
        raise _bad(f"{kind}: url is missing")
    try:
        loading.allowed(url, None)
    except Unavailable as error:
        raise _bad(f"{kind}: {error.message.rstrip('.')}") from None
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _bad(f"{kind}: bytes is not a number")
    if not isinstance(sha256, str) or (sha256 and not _SHA256.match(sha256.lower())):
        raise _bad(f"{kind}: sha256 is not 64 digits, 0-9 and a-f")
    return url, size, sha256.lower()


def _file_name(kind: str, entry: Mapping[str, Any]) -> str:
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        raise _bad(f"{kind}: name is no name of a file")
    return name


def _bad(what: str) -> BadCatalogue:
    return BadCatalogue(f"The catalogue of open data: {what}.", hint="docs/sources.md shows what CLEW_OPEN_DATA holds.")
