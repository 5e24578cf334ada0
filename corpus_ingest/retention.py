"""Which snapshots stay, and which may go.

One stays while it is in use or proposed, while somebody may roll back to it, while it is one of the newest
few, and while anybody outside this package says that they need it: `keep_for` registers who is asked
(the application names the snapshots that investigations were made with).
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from corpus_ingest import publish, publishing
from corpus_ingest.finished import Finished
from corpus_ingest.models import ENDED, Ingestion, Publication, PublicationState
from retrieval.manifest import MANIFEST

Needs = Callable[[], Collection[str]]
KEEP = 3  # of the newest, whoever needs them
_needs: dict[str, Needs] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a prune would do: which go with how many bytes each, and why each other one stays."""

    goes: Mapping[str, int]
    stays: Mapping[str, tuple[str, ...]]

    @property
    def bytes(self) -> int:
        return sum(self.goes.values())


def keep_for(name: str, needs: Needs) -> None:
    """Asks `needs` for snapshot ids at every prune. If it fails, nothing is removed."""
    _needs[name] = needs


def plan(directory: Path, keep: int = KEEP) -> Plan:
    """What would go and what stays, and why. Changes nothing."""
    there = publish.finished(directory)
    why = _reasons(directory, there, keep)
    return Plan(
        {one: _bytes(directory / one) for one in there if one not in why},
        {one: tuple(why[one]) for one in there if one in why},
    )


def prune(directory: Path, keep: int = KEEP) -> Plan:
    """Removes what nobody needs, with what was embedded of it; says what it did.

    Under the build's lock, so that what is being built and proposed at this moment stays.
    """
    with publish.build_lock(directory):
        decided = plan(directory, keep)
        for one in decided.goes:
            gone = directory / f".building-gone-{one}"  # half a removal is rubbish that the next build removes
            (directory / one).rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
            for embedded in (Path(settings.VAR_DIR) / "embeddings").glob(f"{one}-*"):
                shutil.rmtree(embedded, ignore_errors=True)
        Finished(Path(settings.VAR_DIR) / "ingest").forget_old()
    return decided


# --- inside --------------------------------------------------------------


def _reasons(directory: Path, there: Collection[str], keep: int) -> dict[str, list[str]]:
    publishing.settle()
    why: dict[str, list[str]] = defaultdict(list)
    if (used := publishing.in_use()) is not None:
        why[used].append("in use")
    if before := publishing.previous():
        why[before].append("to roll back to")
    for one in Publication.objects.filter(state=PublicationState.PROPOSED).values_list("snapshot", flat=True):
        why[one].append("proposed")
    for one in Ingestion.objects.exclude(state__in=ENDED).exclude(snapshot="").values_list("snapshot", flat=True):
        why[one].append("being worked on")
    for one in sorted(there, key=lambda name: _made(directory / name), reverse=True)[: max(keep, 0)]:
        why[one].append("one of the newest")
    for name, needs in _needs.items():
        for one in set(needs()):
            why[one].append(name)
    return why


def _made(snapshot: Path) -> str:
    """When it was built, as its manifest says; what cannot be read is the oldest."""
    try:
        return str(json.loads((snapshot / MANIFEST).read_text(encoding="utf-8"))["created"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _bytes(snapshot: Path) -> int:
    return sum(path.lstat().st_size for path in snapshot.rglob("*") if not path.is_dir())
