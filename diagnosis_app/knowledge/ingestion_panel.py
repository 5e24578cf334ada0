"""An ingestion as the page draws it: nine stages on the thread, what is done of the running one, what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from corpus_ingest.models import Ingestion, StageName, StageRecord, StageState, State
from diagnosis_app.knowledge import words
from frontend.tags import thousands

ORDER = tuple(StageName.values)
LOST = frozenset({"ingest.dropped", "knowledge.source_refused"})  # accept_drops lets these pass
_LOOKS = {
    StageState.WAITING: ("later", "knot"),
    StageState.RUNNING: ("now", "clew"),
    StageState.DONE: ("", "done"),
    StageState.SKIPPED: ("", "done"),
    StageState.FAILED: ("broken", "stop"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    words: str
    look: str  # "", now, later, broken
    knot: str  # the drawing of its knot
    detail: str
    state: str  # for who does not see the knot


@dataclass(frozen=True, slots=True)
class Doing:
    """The line above the bar: what is done of what, how long it will take."""

    words: str
    counted: str
    left: str
    percent: int | None  # None: it cannot be counted


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that could not be used, while the others went on."""

    name: str
    message: str
    hint: str
    code: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the live part of the page needs."""

    ingestion: Ingestion
    title: str
    state: str
    look: tuple[str, str]  # (class of the tag, icon)
    live: bool  # it may change by itself
    stages: tuple[Stage, ...]
    doing: Doing | None
    pausable: bool
    resumable: bool
    cancellable: bool
    refused: tuple[Refused, ...] = ()
    arrived: tuple[tuple[str, str, bool], ...] = ()  # (file of a feed, sha256, whether it was known before)
    unconfirmed: str = ""  # sha256 of a file that waits until a person compared it
    lost: bool = False  # it was refused for what it lost, and a person may say that this is right
    code: str = ""
    message: str = ""
    hint: str = ""


def sheet(ingestion: Ingestion) -> Sheet:
    records = {one.name: one for one in ingestion.stages.all()}
    state = State(ingestion.state)
    pausing = ingestion.asked == "pause" and state == State.RUNNING
    error = ingestion.error or {}
    return Sheet(
        ingestion=ingestion,
        title=words.wanted_words(ingestion.wanted or {}),
        state=_("Pausing") if pausing else state_words(state, ingestion.unchanged),
        look=_state_look(state),
        live=not ingestion.ended and state != State.PAUSED,
        stages=tuple(_stages(records, state)),
        doing=_doing(records, state),
        pausable=state in {State.QUEUED, State.RUNNING} and not pausing,
        resumable=state in {State.PAUSED, State.FAILED},
        cancellable=state in {State.QUEUED, State.RUNNING, State.PAUSED},
        refused=tuple(_refused(records)),
        arrived=tuple(_arrived(ingestion)),
        unconfirmed=_unconfirmed(error) if state == State.FAILED else "",
        lost=state == State.FAILED and str(error.get("code", "")) in LOST,
        code=str(error.get("code", "")),
        message=str(error.get("message", "")),
        hint=str(error.get("hint", "")),
    )


def _refused(records: dict[str, StageRecord]) -> Iterator[Refused]:
    """What the stages note of files they refused."""
    for record in records.values():
        said = record.counts.get("refused", ()) if isinstance(record.counts, dict) else ()
        for one in said if isinstance(said, list) else ():
            if isinstance(one, dict):
                yield Refused(*(str(one.get(name, ""))[:300] for name in ("name", "message", "hint", "code")))


def _arrived(ingestion: Ingestion) -> Iterator[tuple[str, str, bool]]:
    for one in (ingestion.wanted or {}).get("files", ()):
        if isinstance(one, dict) and "feed" in one:
            yield str(one.get("name", "")), str(one.get("sha256", "")), bool(one.get("checked"))


def _unconfirmed(error: Mapping[str, Any]) -> str:
    """The checksum that the error names. It is compared by a person and checked again by whoever loads."""
    if error.get("code") != "knowledge.unconfirmed":
        return ""
    match = re.search(r"\b[0-9a-f]{64}\b", str(error.get("message", "")))
    return match[0] if match else ""


def state_words(state: str, unchanged: bool = False) -> str:
    if state == State.DONE and unchanged:
        return _("Nothing had changed")
    return {
        State.QUEUED: _("Waiting for a worker"),
        State.RUNNING: _("Running"),
        State.PAUSED: _("Paused"),
        State.DONE: _("Done"),
        State.FAILED: _("Stopped"),
        State.CANCELLED: _("Cancelled"),
    }[State(state)]


def _state_look(state: State) -> tuple[str, str]:
    return {
        State.QUEUED: ("", "clock"),
        State.RUNNING: ("thread", "clock"),
        State.PAUSED: ("unsure", "clock"),
        State.DONE: ("for", "check"),
        State.FAILED: ("danger", "stop"),
        State.CANCELLED: ("", "x"),
    }[state]


def _stages(records: dict[str, StageRecord], state: State) -> Iterator[Stage]:
    """In the order in which the pipeline goes; before it began, in the order that is planned."""
    names = [one.name for one in sorted(records.values(), key=lambda one: one.position)]
    for name in names + [name for name in ORDER if name not in records]:
        record = records.get(name)
        stage = StageState(record.state) if record else StageState.WAITING
        look, knot = _LOOKS[stage]
        if stage == StageState.RUNNING and state in {State.PAUSED, State.CANCELLED, State.FAILED}:
            look, knot = "now", "knot"  # nothing turns while nobody works
        yield Stage(name, words.stage_name(name), look, knot, _detail(record), _stage_words(stage))


def _stage_words(stage: StageState) -> str:
    return {
        StageState.WAITING: _("to come"),
        StageState.RUNNING: _("now"),
        StageState.DONE: _("done"),
        StageState.SKIPPED: _("not needed"),
        StageState.FAILED: _("stopped here"),
    }[stage]


def _detail(record: StageRecord | None) -> str:
    """Under the name of a stage: what it says of itself, else its count, else how long it took."""
    if record is None or record.state == StageState.WAITING:
        return _("two people") if record is not None and record.name == StageName.PUBLISH else ""
    if record.note:
        return record.note
    if record.state == StageState.SKIPPED:
        return _("not needed")
    if record.done:
        return thousands(record.done)
    if record.started_at and record.ended_at:
        return words.took((record.ended_at - record.started_at).total_seconds())
    return ""


def _doing(records: dict[str, StageRecord], state: State) -> Doing | None:
    running = next((one for one in records.values() if one.state == StageState.RUNNING), None)
    if running is None or state not in {State.RUNNING, State.PAUSED}:
        return None
    counted, percent = "", None
    if running.total:
        what = words.stage_what(running.name, running.total)
        counted = _("%(done)s of %(total)s %(what)s") % {
            "done": thousands(running.done),
            "total": thousands(running.total),
            "what": what,
        }
        percent = min(100, round(100 * running.done / running.total))
    parts = [words.time_left(running.left), _pace(running)] if state == State.RUNNING else []
    return Doing(words.stage_doing(running.name), counted, ", ".join(one for one in parts if one), percent)


def _pace(record: StageRecord) -> str:
    """How many a second since the stage began, where that says something."""
    seconds = _since(record.started_at)
    if not record.done or seconds < 2 or record.done / seconds < 1:
        return ""
    return _("%(n)s a second") % {"n": thousands(round(record.done / seconds))}


def _since(moment: datetime | None) -> float:
    return (timezone.now() - moment).total_seconds() if moment else 0.0
