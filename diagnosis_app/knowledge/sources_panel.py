"""The sources as the page lists them: those in use with their health, and those this machine does without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corpus_ingest import open_data, shelf, sources
from corpus_ingest.ingestion import requests
from corpus_ingest.kind import SourceKind
from corpus_ingest.models import Ingestion, State
from diagnosis_app.knowledge import words
from frontend.tags import thousands
from retrieval.errors import RetrievalError
from retrieval.manifest import Manifest, SourceRecord

REVIEW_AFTER = 365  # days: a release or a protocol older than this is looked at again
REMEMBERED = 20  # ingestions looked at for a source's last failure
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?!\d)")


@dataclass(frozen=True, slots=True)
class Health:
    words: str
    look: str  # class of the tag
    icon: str
    more: str = ""  # what to do about it


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of source in use; its records are what the manifest says of each."""

    kind: str
    title: str
    brings: str
    version: str
    licence: str
    licence_url: str
    size: str
    age: str
    health: Health
    records: tuple[SourceRecord, ...]
    feed: bool  # can be fetched again

    @property
    def updating(self) -> bool:
        return self.health.look == "thread"


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed, with what has to be known before it is fetched."""

    kind: str
    title: str
    brings: str
    host: str  # one, or several with commas
    bytes: int  # about; 0 where nobody said
    licence: str
    sha256: str  # empty: not known before, it moves with the release
    here: bool  # a version of it is on this machine


@dataclass(frozen=True, slots=True)
class Lacking:
    """A kind of source this machine does without."""

    kind: str
    title: str
    brings: str
    licence: str
    command: str
    accepts: str
    health: Health
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class Sources:
    rows: tuple[Row, ...]
    lacking: tuple[Lacking, ...]
    starter: tuple[Offer, ...]  # every known feed
    problem: RetrievalError | None = None  # why no feed can be offered

    @property
    def starter_bytes(self) -> int:
        return sum(one.bytes for one in self.starter if not one.here)

    @property
    def starter_lacks(self) -> bool:
        return any(not one.here for one in self.starter)


def listed(manifest: Manifest | None) -> Sources:
    kinds = sources.kinds()
    grouped = _grouped(manifest.sources if manifest else (), kinds)
    going, failed = _under_way(), _failed()
    counts = manifest.counts if manifest else {}
    rows = tuple(_row(name, of, records, counts, going, failed) for name, (of, records) in grouped.items())
    here = frozenset(grouped)
    starter, problem = _offered()
    known = {one.kind: one for one in starter}
    lacking = tuple(_lacking(one, known, going, failed) for one in kinds if one.name not in here)
    return Sources(rows, lacking, starter, problem)


def _lacking(
    kind: SourceKind, known: Mapping[str, Offer], going: frozenset[str], failed: Mapping[str, Ingestion]
) -> Lacking:
    health = Health(_("Not on this machine"), "", "ring")
    if shelf.files(kind.name):
        health = Health(_("Not in use yet"), "", "ring", _("It lies on this machine; the next build takes it in."))
    if kind.name in going:
        health = Health(_("Coming in"), "thread", "clock")
    elif kind.name in failed:
        health = Health(_("Not on this machine"), "danger", "stop", str(failed[kind.name].error.get("message", "")))
    return Lacking(
        kind=kind.name,
        title=_(kind.title),
        brings=_(kind.brings),
        licence=words.licence_name(kind.licence),
        command=kind.how,
        accepts=", ".join(kind.accepts),
        health=health,
        offer=known.get(kind.name),
    )


def offers(names: Iterable[str]) -> list[Offer]:
    """The feeds of these kinds; a kind without a feed, or one nobody knows, is left out."""
    known = {one.kind: one for one in _offered()[0]}
    return [known[name] for name in names if name in known]


# --- inside --------------------------------------------------------------


def _offered() -> tuple[tuple[Offer, ...], RetrievalError | None]:
    """What publishers offer, as written down: nobody is asked for it. A broken catalogue offers nothing."""
    try:
        written = open_data.offers()
    except RetrievalError as error:
        return (), error
    return tuple(
        Offer(
            kind=one.kind,
            title=_(one.title),
            brings=_(one.brings),
            host=", ".join(one.hosts),
            bytes=one.bytes,
            licence=words.licence_name(one.licence),
            sha256=one.sha256,
            here=one.here,
        )
        for one in written
    ), None


def _grouped(
    records: Iterable[SourceRecord], kinds: Sequence[SourceKind]
) -> dict[str, tuple[SourceKind | None, list[SourceRecord]]]:
    """By kind, in the order of the manifest: a kind may have many records, a record an unknown kind."""
    known = {one.name: one for one in kinds}
    found: dict[str, tuple[SourceKind | None, list[SourceRecord]]] = {}
    for record in records:
        name = next(
            (one for one in (record.name, record.name.split(":")[0], record.name.split("-")[0]) if one in known),
            record.name,
        )
        found.setdefault(name, (known.get(name), []))[1].append(record)
    return found


def _row(
    name: str,
    kind: SourceKind | None,
    records: list[SourceRecord],
    counts: Mapping[str, object],
    going: frozenset[str],
    failed: Mapping[str, Ingestion],
) -> Row:
    one = len(records) == 1
    since = _since(records, name)
    return Row(
        kind=name,
        title=records[0].title or name if one or kind is None else _(kind.title),
        brings=_(kind.brings) if kind else "",
        version=records[0].version
        if one
        else ngettext("%(n)s file", "%(n)s files", len(records)) % {"n": len(records)},
        licence=_licences(records),
        licence_url=records[0].licence if records[0].licence.startswith("https://") else "",
        size=_size(name, counts),
        age=_age(since),
        health=_health(name, since, going, failed),
        records=tuple(records),
        feed=bool(kind and kind.feed),
    )


def _licences(records: Sequence[SourceRecord]) -> str:
    different = sorted({words.licence_name(one.licence) for one in records})
    return (
        different[0]
        if len(different) == 1
        else ngettext("%(n)s licence", "%(n)s licences", len(different)) % {"n": len(different)}
    )


def _size(name: str, counts: Mapping[str, object]) -> str:
    """What it brings, counted, where the manifest says so; else what lies on the shelf."""
    texts = counts.get("passages_by_source")
    said = (
        (counts.get("terms") if name == "hpo" else None, _("%(n)s terms")),
        (texts.get(name) if isinstance(texts, Mapping) else None, _("%(n)s passages")),
        (counts.get("cases") if name == "cases" else None, _("%(n)s cases")),
    )
    for number, spoken in said:
        if isinstance(number, int) and number:
            return spoken % {"n": thousands(number)}
    kept = shelf.files(name) if re.match(r"[a-z][a-z_]{0,40}\Z", name) else ()
    return _bytes(sum(one.bytes for one in kept)) if kept else "–"


def _bytes(size: int) -> str:
    for unit, factor in (("GB", 1000**3), ("MB", 1000**2)):
        if size >= factor:
            return f"{size / factor:.1f}\u202f{unit}"
    return f"{max(1, round(size / 1000))}\u202fkB"


def _since(records: Sequence[SourceRecord], name: str) -> datetime | None:
    """How old it is: the oldest date that a version names, else when the file came to this machine."""
    dates = [moment for one in records if (moment := _dated(one.version))]
    if dates:
        return min(dates)
    try:
        kept = shelf.files(name) if re.match(r"[a-z][a-z_]{0,40}\Z", name) else ()
        times = [one.path.stat().st_mtime for one in kept]
    except OSError:
        return None
    return datetime.fromtimestamp(min(times), UTC) if times else None


def _dated(version: str) -> datetime | None:
    match = _DATE.search(version)
    if not match:
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3] or 1), tzinfo=UTC)
    except ValueError:
        return None


def _age(since: datetime | None) -> str:
    if since is None:
        return "–"
    days = (timezone.now() - since).days
    return _("today") if days <= 0 else _("%(n)s d") % {"n": thousands(days)}


def _health(name: str, since: datetime | None, going: frozenset[str], failed: Mapping[str, Ingestion]) -> Health:
    if name in going:
        return Health(_("Updating"), "thread", "clock")
    if name in failed:
        return Health(_("Update failed"), "danger", "stop", str(failed[name].error.get("message", "")))
    if since and (timezone.now() - since).days > REVIEW_AFTER:
        return Health(_("Due for review"), "unsure", "warn", _("More than a year old: look for a newer version."))
    return Health(_("Good"), "for", "check")


def _under_way() -> frozenset[str]:
    active = requests.active()
    return frozenset(_kinds_of(active)) if active else frozenset()


def _failed() -> dict[str, Ingestion]:
    """Kinds whose last ingestion ended with an error."""
    found: dict[str, Ingestion | None] = {}
    ended = Ingestion.objects.filter(state__in=(State.DONE, State.FAILED)).order_by("-created_at")[:REMEMBERED]
    for one in ended:
        for name in _kinds_of(one):
            found.setdefault(name, one if one.state == State.FAILED else None)
    return {name: one for name, one in found.items() if one is not None}


def _kinds_of(ingestion: Ingestion) -> Iterator[str]:
    wanted = ingestion.wanted or {}
    yield from (str(one.get("kind", "")) for one in wanted.get("feeds", ()) if isinstance(one, dict))
    yield from (str(one.get("kind", "")) for one in wanted.get("files", ()) if isinstance(one, dict))
