"""Keeps what has been computed, so that an interrupted benchmark goes on where it stopped.

One line a case in a file named after everything that can change a rank: code, knowledge, bank,
protocol. A line is written whole or, after a kill, cut off and then ignored. Ids of published
cases and numbers are kept, never findings.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from math import inf, isinf
from pathlib import Path
from typing import Any, Generic, TypeVar

from retrieval.evaluation.bench import Outcome

_FINISHED = "outcomes.jsonl"
_STALE = 14 * 24 * 3600  # seconds after which a checkpoint that nobody continued is rubbish
Kept = TypeVar("Kept")
_RANKS = ("rank", "rank_omim", "near", "without", "without_omim", "before", "after")


@dataclass(frozen=True, slots=True)
class Checkpoint(Generic[Kept]):
    """The directory of one benchmark in the making; `read` makes an outcome of what a line holds."""

    directory: Path
    read: Callable[[dict[str, Any]], Kept]

    @classmethod
    def of(cls, folder: Path, *key: object) -> Checkpoint[Outcome]:
        """Of a benchmark of the ranking."""
        return cls.at(folder, _outcome, *key)  # type: ignore[arg-type, return-value]

    @classmethod
    def at(cls, folder: Path, read: Callable[[dict[str, Any]], Kept], *key: object) -> Checkpoint[Kept]:
        name = hashlib.sha256(repr(key).encode()).hexdigest()[:24]
        directory = folder / name
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        directory.touch()
        return cls(directory, read)

    def done(self) -> dict[str, Kept]:
        """Outcomes by the digest of their case."""
        found: dict[str, Kept] = {}
        try:
            text = (self.directory / _FINISHED).read_text(encoding="utf-8")
        except FileNotFoundError:
            return found
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                case = entry.pop("case")
                found[case] = self.read(entry)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # cut off by a kill: this case is computed again
        return found

    @contextmanager
    def keeping(self) -> Iterator[Keeper]:
        path = self.directory / _FINISHED
        whole = not path.exists() or path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8") as file:
            if not whole:
                file.write("\n")
            yield Keeper(file)

    def forget(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)


class Keeper:
    """Appends outcomes; each is with the system as soon as it is there."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def keep(self, digest: str, outcome: Any) -> None:
        """`outcome` is a dataclass."""
        entry = {name: _plain(value) for name, value in asdict(outcome).items()}
        self._file.write(json.dumps({"case": digest} | entry) + "\n")
        self._file.flush()


def _plain(value: Any) -> Any:
    return "inf" if isinstance(value, float) and isinf(value) else value


def _outcome(entry: dict[str, Any]) -> Outcome:
    for name in _RANKS:
        if entry[name] == "inf":
            entry[name] = inf
    entry["systems"] = tuple(entry["systems"])
    if entry.keys() != {field.name for field in fields(Outcome)}:
        raise KeyError("of another version")
    return Outcome(**entry)


def _sweep(folder: Path) -> None:
    """Forgets what nobody continued."""
    for old in folder.iterdir():
        if old.is_dir() and time.time() - old.stat().st_mtime > _STALE:
            shutil.rmtree(old, ignore_errors=True)
