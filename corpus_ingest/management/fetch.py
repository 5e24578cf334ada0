"""manage.py knowledge fetch and ./run --open-data: the starter set, shown first and then loaded."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import CommandError

from corpus_ingest import open_data
from corpus_ingest.bringing import Brought, bring
from corpus_ingest.open_data import Offer
from retrieval.errors import RetrievalError

EVERY = 5.0  # seconds between two lines of progress
Write = Callable[[str], object]


def add_arguments(actions: Any) -> None:
    parser: argparse.ArgumentParser = actions.add_parser(
        "fetch", help="Load open data from where they are published, after showing what would be loaded."
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="Without one, all that is offered and not here yet.")
    parser.add_argument("--yes", action="store_true", help="Load what is shown without asking.")
    parser.add_argument("--sha256", default="", help="Take the file of the one KIND only if it has this digest.")
    parser.add_argument("--no-build", action="store_true", help="Only put it on the shelf.")
    parser.add_argument("--no-use", action="store_true", help="Leave the snapshot in use as it is.")


def run(options: dict[str, Any], write: Write, build: Callable[[], None]) -> None:
    """Shows, asks, loads, brings in, builds. One kind that fails does not stop the others; the exit code says it."""
    kinds, sha256 = options["kinds"], options["sha256"]
    if sha256 and len(kinds) != 1:
        raise CommandError("--sha256 is the digest of one file: name the one KIND.")
    offered = open_data.offers(kinds)
    wanted = [one for one in offered if kinds or not one.here]
    show(offered, write)
    if not wanted:
        write("All of it is here. Name a KIND to load it again.")
        return
    if not (options["yes"] or sha256 or _agreed("Load it?")):
        raise CommandError("Nothing was loaded. Clew contacts nobody by itself: say --yes, or answer y.")
    failed = load_all(wanted, write, sha256=sha256)
    if len(failed) < len(wanted) and not options["no_build"]:
        build()
    if failed:
        raise CommandError(f"Not loaded: {', '.join(failed)}. What was there stays.")


def show(offered: Sequence[Offer], write: Write) -> None:
    """Everything that has to be known before anything is loaded."""
    for one in offered:
        write(f"{one.kind}: {one.title}{', which is here' if one.here else ''}")
        write(f"    from       {', '.join(one.hosts)}")
        write(f"    size       {f'about {one.bytes / 1e6:.0f} MB' if one.bytes else 'not known'}")
        write(f"    licence    {one.licence}")
        for part in one.files:
            digest = part.sha256 or "none is known before; one beside the file is used, else what arrived is shown"
            write(f"    checksum   {part.name}: {digest}")


def load_all(wanted: Sequence[Offer], write: Write, *, sha256: str = "") -> list[str]:
    """Loads and brings in what was shown; the kinds that failed."""
    failed = []
    for one in wanted:
        try:
            _tell(one, _brought(one, write, sha256), write)
        except RetrievalError as error:
            failed.append(one.kind)
            write(f"{one.kind}: {error.message} {error.hint}")
        except OSError as error:
            failed.append(one.kind)
            write(f"{one.kind}: {error.filename or 'the shelf'}: {error.strerror}. CLEW_VAR must have room for it.")
    return failed


def _brought(one: Offer, write: Write, sha256: str) -> Brought:
    loaded = open_data.load(one.kind, sha256=sha256, unseen=not sha256, progress=_Progress(write))
    checked = "as it was expected" if loaded.checked else "NOT CHECKED: no checksum was known before"
    write(f"{one.kind}: arrived, sha256 {loaded.sha256}, {checked}.")
    brought = bring(one.kind, loaded.path, loaded.said, name=loaded.name)
    open_data.forget(loaded)
    return brought


def _tell(one: Offer, brought: Brought, write: Write) -> None:
    held = ", ".join(f"{n:,} {what}" for what, n in brought.contents.items())
    write(f"{one.kind}: {brought.record.title} {brought.record.version} is on the shelf: {held}.")
    for reason, count in Counter(reject.reason for reject in brought.rejects).most_common():
        write(f"{count:7,} left out: {reason}")


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


class _Progress:
    """A line now and then."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._last = time.monotonic()

    def __call__(self, name: str, here: int, whole: int | None) -> None:
        if time.monotonic() - self._last > EVERY:
            self._last = time.monotonic()
            of = f" of {whole / 1e6:.1f}" if whole else ""
            self._write(f"    {name}: {here / 1e6:.1f}{of} MB")
