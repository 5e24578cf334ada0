"""The small world as the knowledge in use, and a way to run the command in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest import library
from corpus_ingest.sources.hpo.hpoa import read_rows
from diagnosis_app.evaluation import plan, worlds
from retrieval.annotation_rows import AnnotationRow
from retrieval.snapshot import Snapshot
from tests import evaluation_world


@dataclass(frozen=True)
class Said:
    """What a run of the command printed, and how it ended."""

    out: str
    err: str
    code: int


Benchmark = Callable[..., Said]
_rows_read_once = cache(read_rows)


@pytest.fixture(autouse=True)
def _the_frozen_rows_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are a quarter of a million lines of a file that no test writes."""
    monkeypatch.setattr(plan, "read_rows", _rows_read_once)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return evaluation_world.build(tmp_path_factory.mktemp("small"))


@pytest.fixture
def in_use(small: Snapshot, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Snapshot]:
    """The small world is in use and its raw files are what is on hand; what is written goes to tmp_path."""
    settings.KNOWLEDGE_DIR = small.directory.parent
    settings.VAR_DIR = tmp_path / "var"
    settings.BENCHMARK_DATA = None
    here = evaluation_world.source(tmp_path / "on_hand")
    monkeypatch.setattr(worlds, "on_hand", lambda: (here,))
    library.close_all()
    yield small
    library.close_all()


def ran(*command: object, processes: bool = True) -> Said:
    """A command of ours in one process."""
    command = (*command, "--processes", "1") if processes else command
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command(*map(str, command), stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
        code = 1
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    return Said(out.getvalue(), err.getvalue(), code)


@pytest.fixture
def benchmark(in_use: Snapshot) -> Benchmark:
    """benchmark("cases.json", "--limit", "2")"""
    return lambda *arguments: ran("benchmark", "ranking", *arguments)


@pytest.fixture
def fit(in_use: Snapshot) -> Benchmark:
    """fit("cases.json", "--out", directory)"""
    return lambda *arguments: ran("fit-ranker", *arguments)


def rows_of_this_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frozen rows are the real release's; here the small world's take their place."""
    rows = [AnnotationRow(*one, at) for at, one in enumerate(evaluation_world.ROWS)]
    monkeypatch.setattr(plan, "read_rows", lambda _path: rows)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return evaluation_world.write_cases(tmp_path / "cases.json")
