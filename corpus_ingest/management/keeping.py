"""manage.py knowledge diff, prune, export, publish, roll-back: what is done with snapshots that are there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus_ingest import export, publishing, retention
from corpus_ingest.difference import Difference, difference
from retrieval.snapshot import open_snapshot

SHOWN = 5  # examples of each kind
Say = Callable[[str], object]
NAMES = ("diff", "prune", "export", "roll-back")


def add_arguments(actions: Any) -> None:
    diff = actions.add_parser("diff", help="What one snapshot has that another has not.")
    diff.add_argument("a", help="A snapshot, or a unique beginning of its id.")
    diff.add_argument("b", nargs="?", help="Another; without it, the one in use.")
    diff.add_argument("--json", action="store_true", help="All of it as one JSON object.")
    prune = actions.add_parser("prune", help="Remove snapshots that nobody needs.")
    prune.add_argument(
        "--keep", type=int, default=retention.KEEP, help="How many of the newest stay whoever needs them."
    )
    prune.add_argument("--dry-run", action="store_true", help="Say what would go, and remove nothing.")
    out = actions.add_parser("export", help="A snapshot as one file, without what may not be passed on.")
    out.add_argument("id", help="A snapshot, or a unique beginning of its id.")
    out.add_argument("file", type=Path, help="The tar to write; it must not be there yet.")
    actions.add_parser("roll-back", help="Go back to the snapshot that was in use before.")


def run(action: str, options: dict[str, Any], directory: Path, chosen: Callable[[str], str], say: Say) -> None:
    match action:
        case "diff":
            a, b = chosen(options["a"]), chosen(options["b"] or publishing.in_use() or "")
            _tell(difference(open_snapshot(directory / a), open_snapshot(directory / b)), options["json"], say)
        case "prune":
            _prune(directory, options["keep"], options["dry_run"], say)
        case "export":
            _export(directory / chosen(options["id"]), options["file"], say)
        case "roll-back":
            row = publishing.roll_back(note="At the command line.")
            say(f"Snapshot {row.snapshot} is in use again; before it was {row.before}.")


def _tell(found: Difference, as_json: bool, say: Say) -> None:
    if as_json:
        say(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
        return
    say(f"From {found.a} to {found.b}" + (": no difference." if found.same else ""))
    for part in found.parts:
        say(
            f"{part.name:12} {part.before:>9,} -> {part.after:>9,}   "
            f"{part.added:,} added, {part.changed:,} changed, {part.gone:,} gone"
        )
        for way, sign in (("added", "+"), ("changed", "~"), ("gone", "-")):
            for one in part.examples.get(way, ())[:SHOWN]:
                words = " -> ".join(text for text in (one.before, one.after) if text)
                say(f"    {sign} {one.id}  {one.name}" + (f"  ({words})" if words else ""))


def _prune(directory: Path, keep: int, dry_run: bool, say: Say) -> None:
    decided = retention.plan(directory, keep) if dry_run else retention.prune(directory, keep)
    for one, size in decided.goes.items():
        say(f"{'would go' if dry_run else 'gone':8}  {one}  {size / 1e6:,.0f} MB")
    for one, why in decided.stays.items():
        say(f"stays     {one}  {', '.join(why)}")
    say(f"{decided.bytes / 1e6:,.0f} MB {'would be' if dry_run else 'were'} freed.")


def _export(snapshot: Path, file: Path, say: Say) -> None:
    report = export.export(snapshot, file)
    say(f"Snapshot {report.snapshot} was written to {file.name}: {report.bytes / 1e6:,.1f} MB.")
    for name, why in report.left_out.items():
        say(f"Left out: {name}: {why}")
