"""manage.py knowledge add-cases: published cases from a path or a release archive onto the shelf."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from corpus_ingest import library
from corpus_ingest.sources.phenopackets import Read, kept, read_cases, release
from corpus_ingest.sources.phenopackets.collection import NOT_STATED, About
from corpus_ingest.sources.phenopackets.usable import usable_in
from retrieval.errors import SnapshotMissing

SHOWN = 10  # rejects named on the screen
STEP = 2_000  # files between two lines of progress

Write = Callable[[str], object]


def add_arguments(actions: Any) -> None:
    parser: argparse.ArgumentParser = actions.add_parser(
        "add-cases", help="Bring in published cases: phenopackets (one, a directory, a zip) or a JSON list."
    )
    parser.add_argument("path", nargs="?", type=Path, help="A JSON file, a directory or a zip.")
    parser.add_argument(
        "--from-release",
        nargs="?",
        const="",
        metavar="URL",
        help="Load a release archive of phenopacket-store; without URL, the one that CLEW_PHENOPACKET_STORE names.",
    )
    parser.add_argument("--sha256", default="", help="Expected digest of the release archive.")
    parser.add_argument("--collection", default="", help="Name of the collection; without it, the name of the file.")
    parser.add_argument("--licence", default="", help="Licence of the cases, for example BSD-3-Clause.")
    parser.add_argument("--citation", default="", help="How the collection asks to be cited.")
    parser.add_argument("--report", type=Path, metavar="FILE", help="Write all rejects with their reasons as JSON.")
    parser.add_argument("--no-build", action="store_true", help="Only put the cases on the shelf.")
    parser.add_argument("--no-use", action="store_true", help="Leave the snapshot in use as it is.")


def run(options: dict[str, Any], write: Write, build: Callable[[], None]) -> None:
    """Reads, reports, puts what is usable on the shelf and builds; CommandError if there is nothing usable."""
    with _archive(options, write) as (path, about):
        read = _read(path, about, write)
    usable = _checked(read, None if options["no_build"] else build)
    added = None
    if usable.cases:
        ids = {case.id for case in usable.cases}
        added = kept.add(about, tuple(case for case in read.cases if case.id in ids))
        write(
            f"Cases: {len(usable.cases):,} ({added.new:,} new, {added.known:,} known already, "
            f"{added.replaced:,} in place of an older edition)."
        )
    _tell(usable, write)
    if options["report"]:
        _save(options["report"], usable, added)
    if added is None:
        raise CommandError("No case was found that can be used; nothing was changed.")
    if not options["no_build"]:
        build()


@contextmanager
def _archive(options: dict[str, Any], write: Write) -> Iterator[tuple[Path, About]]:
    """The path to read, there until the end of the context, and what is known of the collection."""
    path, url = options["path"], options["from_release"]
    if (path is None) == (url is None):
        raise CommandError("Name a file, a directory or a zip, or give --from-release.")
    said = {name: options[name] for name in ("licence", "citation") if options[name]}
    if path is not None:
        yield path, replace(About(options["collection"] or _name(path)), **said)
        return
    address = url or settings.PHENOPACKET_STORE
    if not address:
        raise CommandError(
            "No address of a release is known. Clew loads nothing on its own: name the archive, "
            "--from-release https://..., or set CLEW_PHENOPACKET_STORE."
        )
    url, digest = release.parse_address(address)
    about = replace(release.ABOUT, name=options["collection"] or release.ABOUT.name, url=url, **said)
    started = time.monotonic()
    with release.fetched(url, options["sha256"] or digest, Path(settings.VAR_DIR) / "sources") as archive:
        write(f"{time.monotonic() - started:6.1f} s  Release archive loaded and verified")
        yield archive, about


def _name(path: Path) -> str:
    resolved = path.resolve()
    return resolved.name if resolved.is_dir() else resolved.stem


def _read(path: Path, about: About, write: Write) -> Read:
    started = time.monotonic()

    def progress(files: int, cases: int) -> None:
        if files % STEP == 0:
            write(f"{time.monotonic() - started:6.1f} s  {files:,} files read, {cases:,} cases")

    licence = about.licence if about.licence != NOT_STATED else ""
    read = read_cases(path, source=about.name, licence=licence, progress=progress)
    write(f"{time.monotonic() - started:6.1f} s  All files read")
    return read


def _checked(read: Read, build: Callable[[], None] | None) -> Read:
    """Against the ontology in use, which is built first where there is none. Else the next build leaves out."""
    if not read.cases:
        return read
    try:
        return usable_in(library.current().ontology, read)
    except SnapshotMissing:
        if build is None:
            return read
    build()
    return usable_in(library.current().ontology, read)


def _tell(read: Read, write: Write) -> None:
    if read.rejects:
        write(f"{len(read.rejects):,} rejected:")
        for reason, count in _reasons(read).most_common():
            write(f"{count:7,}  {reason}")
        for reject in read.rejects[:SHOWN]:
            write(f"         {reject.name}: {reject.reason}{f' ({reject.detail})' if reject.detail else ''}")
        if len(read.rejects) > SHOWN:
            write(f"         and {len(read.rejects) - SHOWN:,} more; --report FILE names them all")
    if read.left_out:
        write("Changed or left out of the cases:")
        for what, count in read.left_out.most_common():
            write(f"{count:7,}  {what}")


def _reasons(read: Read) -> Counter[str]:
    return Counter(reject.reason for reject in read.rejects)


def _save(path: Path, read: Read, added: kept.Added | None) -> None:
    report = {
        "cases": len(read.cases),
        "new": added.new if added else 0,
        "known": added.known if added else 0,
        "replaced": added.replaced if added else 0,
        "rejected": dict(_reasons(read)),
        "rejects": [{"name": one.name, "reason": one.reason, "detail": one.detail} for one in read.rejects],
        "left_out": dict(read.left_out),
    }
    try:
        path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The report cannot be written to {path}: {error.strerror}.") from None
