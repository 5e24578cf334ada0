"""manage.py knowledge build | list | verify | use: the snapshots on this machine."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from corpus_ingest import pipeline, publish
from retrieval.errors import RetrievalError, SnapshotMissing
from retrieval.manifest import Manifest
from retrieval.snapshot import open_snapshot, verify_snapshot


class Command(BaseCommand):
    help = "Builds, lists, verifies and selects knowledge snapshots."
    requires_system_checks = []  # it must work before anything else does

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="build|list|verify|use")
        build = actions.add_parser("build", help="Build a snapshot from the sources on this machine and use it.")
        build.add_argument("--no-use", action="store_true", help="Leave the snapshot in use as it is.")
        actions.add_parser("list", help="Snapshots on this machine; * marks the one in use.")
        verify = actions.add_parser("verify", help="Check every file against the manifest.")
        verify.add_argument(
            "id", nargs="?", help="A snapshot or a unique beginning of its id; without it, the one in use."
        )
        use = actions.add_parser("use", help="Use this snapshot from now on.")
        use.add_argument("id", help="A snapshot, or a unique beginning of its id.")

    def handle(self, *args: Any, **options: Any) -> None:
        directory = Path(settings.KNOWLEDGE_DIR)
        try:
            match options["action"]:
                case "build":
                    self._build(directory, use=not options["no_use"])
                case "list":
                    self._list(directory)
                case "verify":
                    self._verify(directory, options["id"])
                case "use":
                    self._use(directory, options["id"])
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
