"""Which knowledge is in use, who answers for it, what stands on it, and what was in use before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from corpus_ingest import library, publish, publishing
from corpus_ingest.models import Publication, PublicationState
from diagnosis_app.runs.models import Run
from retrieval.errors import RetrievalError
from retrieval.manifest import ID_PATTERN, MANIFEST, Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class InUse:
    """The head of the page."""

    id: str
    manifest: Manifest
    built: datetime | None
    publication: Publication | None  # None: put into use before anybody kept a record
    investigations: int
    before: str  # id of what can be rolled back to; empty if there is none
    lost: tuple[str, ...]  # files of texts that were there and are not, or not as they were


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history."""

    publication: Publication
    now: bool  # this is what is in use
    there: bool  # the snapshot is still on this machine
    investigations: int
    built: datetime | None


def in_use() -> InUse:
    """Raises what the library raises if no knowledge is there or it cannot be read."""
    snapshot = library.current()
    publishing.settle()
    published = Publication.objects.filter(snapshot=snapshot.id, state=PublicationState.PUBLISHED, ended_at=None)
    return InUse(
        id=snapshot.id,
        manifest=snapshot.manifest,
        built=built_at(snapshot.manifest.created),
        publication=published.select_related("proposed_by", "approved_by").first(),
        investigations=standing_on(snapshot.id),
        before=publishing.previous(),
        lost=tuple(str(problem) for problem in snapshot.lost.values()),
    )


def standing_on(snapshot_id: str) -> int:
    """How many investigations were made with this snapshot, of every team: a number says nothing of a patient."""
    return Run.objects.filter(manifest__snapshot=snapshot_id).count()


def history(limit: int = 50) -> list[Past]:
    """What was proposed and published, newest first."""
    rows = list(publishing.history(limit))
    now, there = publishing.in_use(), frozenset(snapshots())
    counted = Run.objects.values_list("manifest__snapshot").annotate(n=Count("pk")).order_by()
    runs = {str(snapshot): n for snapshot, n in counted}
    return [
        Past(
            publication=row,
            now=row.snapshot == now and row.state == PublicationState.PUBLISHED and row.ended_at is None,
            there=row.snapshot in there,
            investigations=runs.get(row.snapshot, 0) if row.published_at else 0,
            built=built_of(row.snapshot),
        )
        for row in rows
    ]


def snapshots() -> list[str]:
    """Ids of the snapshots on this machine."""
    return publish.finished(Path(settings.KNOWLEDGE_DIR))


def manifest_of(snapshot_id: str) -> Manifest | None:
    """What a snapshot says of itself, without opening it; None if it is away or cannot be read."""
    if not ID_PATTERN.match(snapshot_id):
        return None
    try:
        return read_manifest((Path(settings.KNOWLEDGE_DIR) / snapshot_id / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RetrievalError):
        return None


def built_of(snapshot_id: str) -> datetime | None:
    manifest = manifest_of(snapshot_id)
    return built_at(manifest.created) if manifest else None


def built_at(created: str) -> datetime | None:
    """The manifest is a file: what it says of its date is not trusted to be one."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
