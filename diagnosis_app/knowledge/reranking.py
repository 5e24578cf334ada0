"""What became of the open cases after publishing, for whoever publishes: counts alone, of every team and of no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.knowledge import words
from diagnosis_app.reanalysis.progress import Progress, progress
from frontend.tags import thousands


@dataclass(frozen=True, slots=True)
class Shown:
    target: str  # the snapshot that the cases are ranked with
    state: str
    look: tuple[str, str]  # (class of the tag, icon)
    live: bool
    counted: str
    left: str
    percent: int
    changed: str
    failed: str
    message: str
    hint: str
    code: str


def reranking(afterwards: timedelta) -> Shown | None:
    """The newest pass while it is under way and for a while afterwards. A first one compares with nothing: not told."""
    found = progress()
    if found is None or not found.source or not (found.total or found.error):
        return None
    if found.ended_at and timezone.now() - found.ended_at > afterwards:
        return None
    return _shown(found)


def _shown(found: Progress) -> Shown:
    counts = {"done": thousands(found.done), "total": thousands(found.total)}
    return Shown(
        target=found.target,
        state=_state(found.state),
        look={"done": ("for", "check"), "failed": ("danger", "stop")}.get(found.state, ("thread", "clock")),
        live=found.under_way,
        counted=ngettext("%(done)s of %(total)s open case", "%(done)s of %(total)s open cases", found.total) % counts,
        left=words.time_left(found.seconds_left) if found.under_way else "",
        percent=round(100 * found.done / found.total) if found.total else 0,
        changed=_changed(found.changed) if found.changed or not found.under_way else "",
        failed=_failed(found.failed),
        message=str(found.error.get("message", "")),
        hint=str(found.error.get("hint", "")),
        code=str(found.error.get("code", "")),
    )


def _state(state: str) -> str:
    return {"queued": _("Waiting for a worker"), "running": _("Running"), "done": _("Done")}.get(state, _("Stopped"))


def _changed(n: int) -> str:
    if not n:
        return _("The first five are as before in all of them.")
    said = ngettext(
        "In %(n)s case the first five changed; its team sees it in the worklist, with the reason.",
        "In %(n)s cases the first five changed; their teams see it in the worklist, with the reason.",
        n,
    )
    return said % {"n": thousands(n)}


def _failed(n: int) -> str:
    if not n:
        return ""
    said = ngettext(
        "%(n)s case could not be ranked; it is tried again after the next publication.",
        "%(n)s cases could not be ranked; they are tried again after the next publication.",
        n,
    )
    return said % {"n": thousands(n)}
