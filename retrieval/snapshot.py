"""Opens a knowledge directory, and tells whether it is whole.

A snapshot is a directory of plain numpy files and a manifest. Opening checks the manifest and
every file's size, then maps the arrays; `verify_snapshot` reads every byte. It never writes,
follows no link, and reads no file that the manifest does not name.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np

from retrieval.cases.bank import CaseBank
from retrieval.diseases import DiseaseTable
from retrieval.errors import SnapshotMissing, SnapshotUnreadable
from retrieval.genes import GeneTable
from retrieval.hierarchy import Hierarchy
from retrieval.manifest import MANIFEST, REBUILD, Manifest, read_manifest
from retrieval.ontology.autocomplete import Autocomplete
from retrieval.ontology.graph import Ontology
from retrieval.passages.findings import PassageFindings
from retrieval.passages.lexical import PassageWords
from retrieval.passages.store import PassageStore
from retrieval.phenotype_text import NoteReader, Reader
from retrieval.ranking.ranker import Ranker

Part = TypeVar("Part")

MAPPED_FROM = 256 * 1024  # bytes; smaller arrays are read, which spares a file descriptor each
LARGEST_MANIFEST = 4 * 1024 * 1024  # bytes
# No number of a ranking depends on these, so that a snapshot that lost them may still rank. One that lost its cases
# may not: the same id would then give another order.
TEXTS = ("passages", "lexical", "passage_findings")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a snapshot: the file and what is wrong with it."""

    file: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


class Snapshot:
    """An open snapshot. Parts are made when first used; what they share is made once.

    The arrays are the same for all threads and are never written; two threads that ask first
    at the same moment may both make a part, and either result serves.
    """

    def __init__(
        self, directory: Path, manifest: Manifest, *, prevalence: float = 0.0, lost: Mapping[str, Problem] | None = None
    ) -> None:
        self.directory = directory
        self.manifest = manifest
        self.lost = dict(lost or {})  # parts that raise `SnapshotUnreadable` when they are used, and why
        self._prevalence = prevalence

    @property
    def id(self) -> str:
        return self.manifest.id

    @cached_property
    def ontology(self) -> Ontology:
        return self._part("ontology", Ontology)

    @cached_property
    def diseases(self) -> DiseaseTable:
        return self._part("diseases", lambda arrays: DiseaseTable(arrays, self.ontology))

    @cached_property
    def genes(self) -> GeneTable:
        return GeneTable(self.diseases, self.cases)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """What stands above, below and beside a disease; empty where the snapshot holds no Mondo."""
        if not any(name.startswith("hierarchy/") for name in self.manifest.files):
            return Hierarchy.empty(self.diseases)
        return self._part("hierarchy", lambda arrays: Hierarchy(arrays, self.diseases))

    @cached_property
    def cases(self) -> CaseBank:
        """The published cases; an empty bank where the snapshot has none."""
        if not self._has("cases"):
            return CaseBank.empty(self.ontology)
        return self._part("cases", lambda arrays: CaseBank(arrays, self.ontology))

    @cached_property
    def passages(self) -> PassageStore:
        """The documents and passages; an empty store where the snapshot has none."""
        if not self._has("passages"):
            return PassageStore.empty(self.diseases)
        return self._part("passages", lambda arrays: PassageStore(arrays, self.diseases))

    @cached_property
    def lexical(self) -> PassageWords:
        """The passages by their words."""
        return self._part("lexical", PassageWords) if self._has("lexical") else PassageWords.empty()

    @cached_property
    def passage_findings(self) -> PassageFindings:
        """The passages by the findings that they name."""
        if not self._has("passage_findings"):
            return PassageFindings.empty(self.ontology)
        return self._part("passage_findings", lambda arrays: PassageFindings(arrays, self.ontology))

    @cached_property
    def ranker(self) -> Ranker:
        return self._part("ranker", self._ranker)

    def _ranker(self, arrays: dict[str, np.ndarray]) -> Ranker:
        return Ranker(self.ontology, self.diseases, arrays, self.cases, prevalence=self._prevalence)

    @cached_property
    def autocomplete(self) -> Autocomplete:
        return self._part("autocomplete", lambda arrays: Autocomplete(arrays, self.ontology))

    @cached_property
    def reader(self) -> Reader:
        return self._part("reader", lambda arrays: NoteReader(arrays, self.ontology))

    def is_mended(self) -> bool:
        """Whether what was lost when it was opened is there again."""
        return not any(_size_problem(self.directory, self.manifest, problem.file) for problem in self.lost.values())

    def _has(self, part: str) -> bool:
        return any(name.startswith(f"{part}/") for name in self.manifest.files)

    def _part(self, part: str, make: Callable[[dict[str, np.ndarray]], Part]) -> Part:
        if problem := self.lost.get(part):
            raise SnapshotUnreadable(f"Snapshot {self.id}: {problem}", hint=REBUILD)
        prefix = f"{part}/"
        names = [name for name in self.manifest.files if name.startswith(prefix)]
        arrays = {name[len(prefix) : -len(".npy")]: _load(self.directory, name) for name in names}
        try:
            return make(arrays)
        except KeyError as error:
            raise SnapshotUnreadable(
                f"Snapshot {self.id} has no {part}/{error.args[0]}.npy: another version of Clew built it.", hint=REBUILD
            ) from None


def open_snapshot(directory: Path, *, prevalence: float = 0.0, even_without_texts: bool = False) -> Snapshot:
    """The snapshot in this directory; SnapshotMissing or SnapshotUnreadable say what is wrong.

    `prevalence` is what its ranking counts the documented prevalence of a disease for. `even_without_texts` is for
    those who serve: where files of texts are lost, what can do without them goes on.
    """
    manifest = _manifest(directory)
    lost: dict[str, Problem] = {}
    for name in manifest.files:
        problem, part = _size_problem(directory, manifest, name), name.partition("/")[0]
        if problem and not (even_without_texts and part in TEXTS):
            raise SnapshotUnreadable(f"Snapshot {manifest.id}: {problem}", hint=REBUILD)
        if problem:
            lost.setdefault(part, problem)
    return Snapshot(directory, manifest, prevalence=prevalence, lost=lost)


def verify_snapshot(directory: Path) -> list[Problem]:
    """Everything wrong with it: files missing, of another size, altered, or not in the manifest."""
    try:
        manifest = _manifest(directory)
    except (SnapshotMissing, SnapshotUnreadable) as error:
        return [Problem(MANIFEST, error.message)]
    problems = []
    for name in sorted(manifest.files):
        problem = _size_problem(directory, manifest, name)
        if problem is None and _sha256(directory / name) != manifest.files[name].sha256:
            problem = Problem(name, "was altered: its sha256 is not the one in the manifest")
        if problem:
            problems.append(problem)
    return problems + _strangers(directory, {MANIFEST, *manifest.files})


def _strangers(directory: Path, expected: set[str]) -> list[Problem]:
    """Files and links that the manifest does not name."""
    present = (path for path in sorted(directory.rglob("*")) if path.is_symlink() or not path.is_dir())
    names = (path.relative_to(directory).as_posix() for path in present)
    return [Problem(name, "does not belong to the snapshot") for name in names if name not in expected]


def _manifest(directory: Path) -> Manifest:
    path = directory / MANIFEST
    try:
        if path.lstat().st_size > LARGEST_MANIFEST or path.is_symlink():
            raise SnapshotUnreadable(f"{MANIFEST} is damaged.", hint=REBUILD)
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise SnapshotMissing(
            f"There is no finished snapshot in {directory.name}.",
            hint="See manage.py knowledge list, or build one: manage.py knowledge build.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotUnreadable(f"{MANIFEST} cannot be read ({type(error).__name__}).", hint=REBUILD) from None
    return read_manifest(text)


def _size_problem(directory: Path, manifest: Manifest, name: str) -> Problem | None:
    expected = manifest.files[name].bytes
    try:
        found = (directory / name).lstat()
    except OSError:
        return Problem(name, "is missing")
    if not stat.S_ISREG(found.st_mode):
        return Problem(name, "is not a plain file")
    if found.st_size != expected:
        return Problem(name, f"has {found.st_size} bytes and should have {expected}")
    return None


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _load(directory: Path, name: str) -> np.ndarray:
    """One array: mapped read-only when large, read when small; never unpickled."""
    path = directory / name
    try:
        if path.stat().st_size >= MAPPED_FROM:
            return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        array: np.ndarray = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SnapshotUnreadable(f"{name} cannot be read ({type(error).__name__}).", hint=REBUILD) from None
    array.flags.writeable = False
    return array
