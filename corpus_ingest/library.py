"""The snapshots of this machine, open and ready: the one in use, or any other by its id.

Safe to call from several threads. A changed pointer is noticed at the next call, so a newly
built snapshot serves the next request without a restart.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from django.conf import settings

from corpus_ingest import publish
from retrieval.errors import SnapshotMissing, SnapshotUnreadable
from retrieval.manifest import ID_PATTERN
from retrieval.snapshot import Snapshot, open_snapshot

KEPT_OPEN = 3  # snapshots: the one in use, the one before, and one that an old result refers to
BUILD = "Build one: manage.py knowledge build."

_open: OrderedDict[Path, Snapshot] = OrderedDict()
_lock = threading.Lock()


def current() -> Snapshot:
    """The snapshot in use."""
    directory = _knowledge_dir()
    name = publish.in_use(directory)
    if name is None:
        raise SnapshotMissing("No knowledge snapshot is in use.", hint=BUILD)
    return _opened(directory / name)


def snapshot(snapshot_id: str) -> Snapshot:
    """The snapshot of exactly this id, for a result that was made with it."""
    if not ID_PATTERN.match(snapshot_id):
        raise SnapshotMissing("This is not the id of a snapshot.", hint="See manage.py knowledge list.")
    return _opened(_knowledge_dir() / snapshot_id)


def close_all() -> None:
    """Forgets the open snapshots; the next call opens them again."""
    with _lock:
        _open.clear()


def _knowledge_dir() -> Path:
    return Path(settings.KNOWLEDGE_DIR)


def _opened(directory: Path) -> Snapshot:
    with _lock:
        found = _open.get(directory)
        if found is None or (found.lost and found.is_mended()):
            found = open_snapshot(directory, prevalence=settings.PREVALENCE, even_without_texts=True)
            if found.id != directory.name:
                raise SnapshotUnreadable(
                    f"The directory {directory.name} holds the snapshot {found.id}.",
                    hint="Give it back its name, or build again: manage.py knowledge build.",
                )
            _open[directory] = found
        _open.move_to_end(directory)
        while len(_open) > KEPT_OPEN:
            _open.popitem(last=False)
        return found
