"""manage.py knowledge ingest: the whole pipeline here and now, with a line of progress for each stage."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from corpus_ingest import sources
from corpus_ingest.ingestion import requests, worker
from corpus_ingest.models import Ingestion, StageRecord, StageState, State, Then

BAR = 24  # characters
EVERY = 5.0  # seconds between two lines where nobody looks at a terminal
Say = Callable[[str], object]


def add_arguments(actions: Any) -> None:
    parser: argparse.ArgumentParser = actions.add_parser(
        "ingest",
        help="Bring in files, build, embed, check and publish, stage by stage; what was interrupted goes on.",
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="KIND=PATH|FEED",
        help="Files to bring in first, such as orphanet=FILE.zip, or kinds to fetch from their publisher.",
    )
    parser.add_argument("--resume", action="store_true", help="Go on with the one that was stopped or failed.")
    parser.add_argument("--say", action="append", default=[], metavar="NAME=TEXT", help="As in knowledge add.")
    parser.add_argument("--propose", action="store_true", help="Propose the snapshot; somebody else publishes it.")
    parser.add_argument("--no-use", action="store_true", help="Leave the snapshot in use as it is.")
    parser.add_argument("--accept-drops", action="store_true", help="Go on although much of what is in use is lost.")


def run(options: dict[str, Any], say: Say) -> None:
    try:
        ingestion = _asked(options)
        say(f"Ingestion {ingestion.reference}. Ctrl-C stops it; --resume goes on.")
        _carry(ingestion, say)
    except DatabaseError as error:
        raise CommandError(
            f"The database cannot be used ({type(error).__name__}). Prepare it: manage.py prepare. "
            "Without one, manage.py knowledge add and build do the same in two steps."
        ) from None


def _asked(options: dict[str, Any]) -> Ingestion:
    if options["resume"]:
        return _stopped(options)
    then = Then.PROPOSE if options["propose"] else Then.LEAVE if options["no_use"] else Then.PUBLISH
    said = dict(_pair(one) for one in options["say"])
    files, feeds = [], []
    for one in options["what"]:
        kind, sign, path = one.partition("=")
        sources.kind(kind)  # says which there are
        if not sign:
            feeds.append(kind)
        elif not Path(path).expanduser().exists():
            raise CommandError(f"There is no file or directory {path}.")
        else:
            found = Path(path).expanduser().resolve()
            files.append({"kind": kind, "name": found.name, "path": str(found), "about": said})
    return requests.start(files, feeds, then=then, accept_drops=options["accept_drops"], inline=True)


def _stopped(options: dict[str, Any]) -> Ingestion:
    if options["what"]:
        raise CommandError("--resume goes on with what was asked for before: name nothing else.")
    waiting = Ingestion.objects.exclude(state__in=(State.DONE, State.CANCELLED)).order_by("-created_at").first()
    if waiting is None:
        raise CommandError("There is nothing to resume.")
    if waiting.state in (State.PAUSED, State.FAILED):
        return requests.resume(waiting, accept_drops=options["accept_drops"] or None, inline=True)
    return waiting


def _pair(one: str) -> tuple[str, str]:
    name, sign, text = one.partition("=")
    if not sign:
        raise CommandError(f"--say {one}: write NAME=TEXT.")
    return name, text


def _carry(ingestion: Ingestion, say: Say) -> None:
    bar = Bar(say)
    try:
        taken = worker.carry(ingestion.pk, bar.seen)
    except KeyboardInterrupt:
        raise CommandError("Stopped; nothing was published. Go on with: manage.py knowledge ingest --resume.") from None
    ingestion.refresh_from_db()
    if not taken:
        raise CommandError("Another ingestion is under way, here or in a worker. This one waits for its turn.")
    bar.end()
    match ingestion.state:
        case State.DONE:
            what = "is unchanged" if ingestion.unchanged else "is ready"
            say(f"Snapshot {ingestion.snapshot} {what}.")
        case State.PAUSED:
            raise CommandError("Paused. Go on with: manage.py knowledge ingest --resume.")
        case State.FAILED:
            error = ingestion.error
            raise CommandError(f"{error.get('message', '')} {error.get('hint', '')} [{error.get('code', '')}]".strip())
        case _:
            raise CommandError("It was ended by somebody else.")


class Bar:
    """A bar that is drawn over itself on a terminal; elsewhere a line when a stage ends and now and then."""

    def __init__(self, say: Say, terminal: bool | None = None) -> None:
        self._say = say
        self._terminal = sys.stdout.isatty() if terminal is None else terminal
        self._last = 0.0
        self._open = False

    def seen(self, row: StageRecord) -> None:
        ended = row.state not in (StageState.RUNNING, StageState.WAITING)
        if self._terminal and not ended:
            sys.stdout.write(f"\r\x1b[K{line(row)}")
            sys.stdout.flush()
            self._open = True
        elif ended or time.monotonic() - self._last > EVERY:
            self.end()
            self._last = time.monotonic()
            self._say(line(row))

    def end(self) -> None:
        if self._open:
            sys.stdout.write("\r\x1b[K")
            self._open = False


def line(row: StageRecord) -> str:
    """One stage in words: its bar, its counts, the time that is left or that it took."""
    name = f"{row.name:8}"
    if row.state == StageState.SKIPPED:
        return f"{name} -  {row.note}"
    if row.state == StageState.RUNNING:
        done = f"{row.done:,} of {row.total:,}" if row.total else ""
        left = f"about {row.left:.0f} s left" if row.left else ""
        filled = BAR * row.done // row.total if row.total else 0
        return _words(name, f"[{'#' * filled}{'.' * (BAR - filled)}]", done, left, row.note)
    took = (row.ended_at - row.started_at).total_seconds() if row.ended_at and row.started_at else 0.0
    counts = ", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in _numbers(row.counts)[:6])
    return _words(name, f"{took:6.1f} s", row.note, counts)


def _numbers(counts: dict[str, Any]) -> Sequence[tuple[str, int]]:
    return [(name, n) for name, n in counts.items() if isinstance(n, int) and not isinstance(n, bool) and n]


def _words(*parts: str) -> str:
    return "  ".join(part for part in parts if part)
