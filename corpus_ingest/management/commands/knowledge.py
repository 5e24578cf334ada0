"""manage.py knowledge: snapshots, and the sources that they are made of."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from corpus_ingest import pipeline, publish, shelf, sources
from corpus_ingest.bringing import bring
from corpus_ingest.management import add_cases, embed, fetch, ingest, keeping
from retrieval.errors import RetrievalError, SnapshotMissing
from retrieval.manifest import Manifest
from retrieval.snapshot import open_snapshot, verify_snapshot


class Command(BaseCommand):
    help = "Builds, lists, verifies and selects knowledge snapshots; brings sources in and takes them away."
    requires_system_checks = []  # it must work before anything else does

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        build = actions.add_parser("build", help="Build a snapshot from the sources on this machine and use it.")
        build.add_argument("--no-use", action="store_true", help="Leave the snapshot in use as it is.")
        actions.add_parser("list", help="Snapshots on this machine; * marks the one in use.")
        actions.add_parser("sources", help="Every kind of source, what it brings, and whether it is here.")
        verify = actions.add_parser("verify", help="Check every file against the manifest.")
        verify.add_argument(
            "id", nargs="?", help="A snapshot or a unique beginning of its id; without it, the one in use."
        )
        use = actions.add_parser("use", help="Use this snapshot from now on.")
        use.add_argument("id", help="A snapshot, or a unique beginning of its id.")
        add = actions.add_parser("add", help="Read a source, keep it on the shelf, and build with it from now on.")
        add.add_argument("kind", choices=sorted(kind.name for kind in sources.kinds()))
        add.add_argument("path", type=Path, help="The file as it is published, or the directory it was unpacked to.")
        add.add_argument(
            "--say",
            action="append",
            default=[],
            metavar="NAME=TEXT",
            help="What the kind asks of whoever brings it in, such as licence=CC-BY-4.0; may be repeated.",
        )
        add.add_argument(
            "--accept-smaller", action="store_true", help="Keep it even where it lost a fifth of what was there."
        )
        remove = actions.add_parser("remove", help="Take a source off the shelf; snapshots that hold it stay.")
        remove.add_argument("kind", help="What `knowledge list` shows on the shelf.")
        add_cases.add_arguments(actions)
        fetch.add_arguments(actions)
        embedding = actions.add_parser(
            "embed", help="Embed a snapshot for search by meaning, now and not while serving."
        )
        embedding.add_argument("id", nargs="?", help="A snapshot; without it, the one in use.")
        embedding.add_argument("--for-process", type=int, metavar="PID", help=argparse.SUPPRESS)
        ingest.add_arguments(actions)
        keeping.add_arguments(actions)

    def handle(self, *args: Any, **options: Any) -> None:
        directory = Path(settings.KNOWLEDGE_DIR)
        try:
            match options["action"]:
                case "build":
                    self._build(directory, use=not options["no_use"])
                case "list":
                    self._list(directory)
                case "sources":
                    self._sources()
                case "verify":
                    self._verify(directory, options["id"])
                case "use":
                    self._use(directory, options["id"])
                case "add":
                    self._add(options["kind"], options["path"], options["say"], smaller=options["accept_smaller"])
                case "remove":
                    self._remove(options["kind"])
                case "embed":
                    self._embed(directory, options["id"], options["for_process"])
                case "ingest":
                    ingest.run(options, self._line)
                case action if action in keeping.NAMES:
                    keeping.run(action, options, directory, partial(_chosen, directory), self._line)
                case "fetch":
                    fetch.run(options, self._line, lambda: self._build(directory, use=not options["no_use"]))
                case "add-cases":
                    add_cases.run(options, self._line, lambda: self._build(directory, use=not options["no_use"]))
        except RetrievalError as error:
            raise CommandError(f"{error.message} {error.hint}".strip()) from None
        except OSError as error:
            raise CommandError(
                f"{error.filename or directory}: {error.strerror}. "
                "CLEW_KNOWLEDGE must name a directory that can be written and has 400 MB free."
            ) from None

    def _build(self, directory: Path, *, use: bool) -> None:
        started = time.monotonic()
        built = pipeline.build(directory, self._progress, use=use)
        seconds = time.monotonic() - started
        what = "is unchanged" if built.unchanged else "is ready"
        used = " and in use" if publish.in_use(directory) == built.id else ""
        self.stdout.write(f"Snapshot {built.id} {what}{used} ({seconds:.1f} s).")

    def _progress(self, stage: str, seconds: float) -> None:
        self.stdout.write(f"{seconds:6.1f} s  {stage}")
        self.stdout.flush()

    def _line(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _list(self, directory: Path) -> None:
        names = publish.finished(directory)
        if not names:
            self.stdout.write("There are no snapshots yet. Build one: manage.py knowledge build.")
        used = _in_use_or_none(directory)
        for name in names:
            mark = "*" if name == used else " "
            try:
                self.stdout.write(f"{mark} {name}  {_summary(open_snapshot(directory / name).manifest)}")
            except RetrievalError as error:
                self.stdout.write(f"{mark} {name}  cannot be used: {error.message}")
        for kind in shelf.kinds():
            for kept in shelf.files(kind):
                self.stdout.write(f"On the shelf: {kind}  {kept.bytes / 1e6:.1f} MB  {kept.sha256[:16]}  {kept.name}")

    def _sources(self) -> None:
        for kind in sources.kinds():
            kept = len(shelf.files(kind.name))
            travels = "travels with the product" if kind.packaged else "not on this machine"
            where = f"{kept} on the shelf" if kept else travels
            self.stdout.write(f"{kind.name}: {kind.title}, {where}. {kind.brings} {kind.how}")

    def _add(self, kind: str, path: Path, say: list[str], *, smaller: bool) -> None:
        try:
            brought = bring(kind, path, _said(kind, say), accept_smaller=smaller)
        except OSError as error:
            raise CommandError(
                f"{error.filename or path}: {error.strerror}. The file must be readable, and CLEW_VAR a directory that "
                "can be written and has room for it."
            ) from None
        held = ", ".join(f"{n:,} {what}" for what, n in brought.contents.items())
        where = "was on the shelf already" if brought.before else "is on the shelf"
        self.stdout.write(f"{brought.record.title} {brought.record.version} {where}: {held}.")
        for reason, count in Counter(one.reason for one in brought.rejects).most_common():
            self.stdout.write(f"{count:7,} left out: {reason}")
        self.stdout.write("Build with it: manage.py knowledge build.")

    def _remove(self, kind: str) -> None:
        gone = shelf.remove(kind)
        if not gone:
            raise CommandError(f"Nothing of the kind {kind} is on the shelf. See manage.py knowledge list.")
        files = "1 file was" if gone == 1 else f"{gone} files were"
        self.stdout.write(f"{files} taken off the shelf. Build without it: manage.py knowledge build.")

    def _embed(self, directory: Path, wanted: str | None, parent: int | None) -> None:
        name = _chosen(directory, wanted) if wanted else publish.in_use(directory)
        if name is None:
            raise CommandError("No snapshot is in use. Build one: manage.py knowledge build.")
        if parent is None:
            embed.run(directory, name, self._line)
        elif not embed.run_for_process(directory, name, self._line, parent):
            raise CommandError("The snapshot was not embedded.")

    def _verify(self, directory: Path, wanted: str | None) -> None:
        name = _chosen(directory, wanted) if wanted else publish.in_use(directory)
        if name is None:
            raise CommandError("No snapshot is in use. Build one: manage.py knowledge build.")
        problems = verify_snapshot(directory / name)
        for problem in problems:
            self.stdout.write(str(problem))
        if problems:
            raise CommandError(
                f"Snapshot {name} is damaged ({len(problems)} files). Build it again: manage.py knowledge build."
            )
        self.stdout.write(f"Snapshot {name} is whole: {_summary(open_snapshot(directory / name).manifest)}")

    def _use(self, directory: Path, wanted: str) -> None:
        name = _chosen(directory, wanted)
        problems = verify_snapshot(directory / name)
        if problems:
            raise CommandError(f"Snapshot {name} is damaged and stays out of use. {problems[0]}")
        publish.use(directory, name)
        self.stdout.write(f"Snapshot {name} is in use.")


def _said(kind: str, say: list[str]) -> dict[str, str]:
    said = {}
    asked = [one.name for one in sources.kind(kind).asks]
    for one in say:
        name, sign, text = one.partition("=")
        if not sign or name not in asked:
            raise CommandError(f"--say {one}: {kind} asks for {', '.join(asked) or 'nothing'}, written NAME=TEXT.")
        said[name] = text
    return said


def _chosen(directory: Path, wanted: str) -> str:
    names = [name for name in publish.finished(directory) if name.startswith(wanted)]
    if len(names) == 1:
        return names[0]
    if names:
        raise CommandError(f"Several snapshots begin with {wanted}: {', '.join(names)}. Give more of the id.")
    raise CommandError(f"There is no snapshot {wanted}. See manage.py knowledge list.")


def _in_use_or_none(directory: Path) -> str | None:
    try:
        return publish.in_use(directory)
    except SnapshotMissing:
        return None


def _summary(manifest: Manifest) -> str:
    sources = ", ".join(f"{source.name} {source.version}" for source in manifest.sources)
    return f"{manifest.bytes / 1e6:5.0f} MB  {manifest.created}  {sources}"
