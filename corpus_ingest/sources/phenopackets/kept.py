"""The published cases on the shelf: adding some, and handing them to the pipeline as sources.

A case that is there already changes nothing. A case of the same name in the same publications
as one that is there, with other content, is a corrected edition and takes its place: one patient
is never counted twice.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from corpus_ingest import shelf
from corpus_ingest.source import Fetched, Parsed, Reject, Source, SourceUnavailable, digest
from corpus_ingest.sources.phenopackets import collection
from corpus_ingest.sources.phenopackets.collection import NOT_STATED, About, Collection
from corpus_ingest.sources.phenopackets.read import read_cases
from retrieval.manifest import SourceRecord
from retrieval.model import PublishedCase

KIND = "cases"


@dataclass(frozen=True, slots=True)
class Added:
    """How many of the cases brought in are new, were there already, or take the place of an older edition."""

    new: int
    known: int
    replaced: int


def add(about: About, cases: tuple[PublishedCase, ...]) -> Added:
    """Puts the cases on the shelf under this collection; what it says of itself is kept where `about` is silent."""
    with _alone():
        shelved = {one: collection.read(shelf.checked(one)) for one in shelf.files(KIND)}
        there = {case.id: case for found in shelved.values() for case in found.cases}
        arriving = {case.id: case for case in cases}
        new = {name: case for name, case in arriving.items() if name not in there}
        editions = {_patient(case) for case in new.values() if case.publications}
        outdated = {name for name, case in there.items() if name not in arriving and _patient(case) in editions}
        changed = _merged(about, shelved, new, outdated)
        _write(shelved, changed)
    return Added(new=len(new) - len(outdated), known=len(arriving) - len(new), replaced=len(outdated))


def merge(path: Path, name: str, said: Mapping[str, str]) -> tuple[shelf.Kept, dict[str, int], tuple[Reject, ...]]:
    """Reads cases and adds them to their collection; SourceUnavailable where none can be used."""
    about = About(
        said.get("collection") or Path(name).stem,
        licence=said.get("licence") or NOT_STATED,
        citation=said.get("citation", ""),
        url=said.get("url", ""),
    )
    read = read_cases(path, source=about.name, licence=said.get("licence", ""))
    if not read.cases:
        raise SourceUnavailable(f"{name} holds no case that can be used.", hint=_first(read.rejects))
    added = add(about, read.cases)
    counts = {"cases": len(read.cases), "new": added.new, "known": added.known, "replaced": added.replaced}
    return _holding(about.name, read.cases[0].id), counts, read.rejects


def _holding(name: str, case_id: str) -> shelf.Kept:
    """The collection of this name, or the other one that has had the case all along."""
    kept = shelf.files(KIND)
    named = [one for one in kept if collection.about_only(one.path).name == name]
    return next(iter(named)) if named else next(one for one in kept if _holds(one, case_id))


def _holds(one: shelf.Kept, case_id: str) -> bool:
    return any(case.id == case_id for case in collection.read(one.path).cases)


def source(path: Path) -> Source:
    """The collection in this file of the shelf."""
    return Source(KIND, partial(_fetch, path), _describe, _parse)


def _first(rejects: Sequence[Reject]) -> str:
    return f"{rejects[0].name} {rejects[0].reason}." if rejects else "Name phenopackets, or a list of cases in JSON."


def _patient(case: PublishedCase) -> tuple[str, frozenset[str]]:
    return case.label, frozenset(one.id for one in case.publications)


def _merged(
    about: About, shelved: dict[shelf.Kept, Collection], new: dict[str, PublishedCase], outdated: set[str]
) -> dict[str, Collection]:
    """Collections that are to be written anew, by name."""
    merged = {found.about.name: found for found in shelved.values()}
    before = merged.get(about.name, Collection(about, ()))
    merged[about.name] = Collection(_said(about, before.about), (*before.cases, *new.values()))
    return {
        name: Collection(found.about, tuple(case for case in found.cases if case.id not in outdated))
        for name, found in merged.items()
    }


def _said(now: About, before: About) -> About:
    """What is said now, and otherwise what was said before."""
    return replace(
        now,
        licence=now.licence if now.licence != NOT_STATED else before.licence,
        version=now.version or before.version,
        citation=now.citation or before.citation,
        url=now.url or before.url,
    )


def _write(shelved: dict[shelf.Kept, Collection], changed: dict[str, Collection]) -> None:
    """New files first, then the old ones go: a process killed between the two has lost nothing."""
    written = {
        shelf.put(KIND, collection.write(found.about, found.cases), f"{name}.jsonl").sha256
        for name, found in changed.items()
        if found.cases
    }
    for old in shelved:
        if old.sha256 not in written:
            shelf.remove(KIND, old.sha256)


@contextmanager
def _alone() -> Iterator[None]:
    """One addition at a time; the lock is the kernel's and goes with the process."""
    folder = shelf.folder_of(KIND)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- for the pipeline --------------------------------------------------------


def _fetch(path: Path) -> Fetched:
    return Fetched(files={path.name: path}, digests={path.name: digest(path)})


def _describe(fetched: Fetched) -> SourceRecord:
    name, path = next(iter(fetched.files.items()))
    about = collection.about_only(path)
    return SourceRecord(
        name=KIND,
        title=f"Published cases: {about.name}",
        version=about.version or fetched.digests[name][:8],
        licence=about.licence,
        citation=about.citation or "Each case names its own publication.",
        url=about.url,
        files=dict(fetched.digests),
        note="Kept case by case, without images and measurements; each case names its publication.",
    )


def _parse(fetched: Fetched) -> Parsed:
    return Parsed(cases=collection.read(next(iter(fetched.files.values()))).cases)
