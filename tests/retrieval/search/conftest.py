"""A small knowledge with published cases, and a retrieval process over it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from corpus_ingest import pipeline
from corpus_ingest.source import Fetched, Parsed, Source
from retrieval.manifest import SourceRecord
from retrieval.model import CaseGene, Finding, Publication, PublishedCase, Sex, Status
from retrieval.search.client import Client
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import tiny
from tests.environment import ROOT

MORE = """\
[Term]
id: HP:0001276
name: Hypertonia
synonym: "Stiff muscles" EXACT layperson []
is_a: HP:0000707 ! Abnormality of the nervous system

[Term]
id: HP:0001252
name: Hypotonia
is_a: HP:0000707 ! Abnormality of the nervous system

[Term]
id: HP:0003698
name: Difficulty standing
is_a: HP:0000924 ! Abnormality of the skeletal system

[Term]
id: HP:0003593
name: Infantile onset
is_a: HP:0003674 ! Onset

"""
SEIZURE, FOCAL, SCOLIOSIS, HYPERTONIA, STANDING = "HP:0001250", "HP:0007359", "HP:0002650", "HP:0001276", "HP:0003698"


def case(name: str, *terms: str, excluded: tuple[str, ...] = (), **more: object) -> PublishedCase:
    findings = tuple(Finding(term) for term in terms)
    findings += tuple(Finding(term, Status.EXCLUDED) for term in excluded)
    return PublishedCase(
        id=name,
        findings=findings,
        diagnoses=("OMIM:100001",),
        diagnosis="Fit syndrome",
        publications=(Publication(f"PMID:{len(name)}{ord(name[-1])}"),),
        **more,  # type: ignore[arg-type]
    )


CASES = (
    case("a", FOCAL, SCOLIOSIS, sex=Sex.FEMALE, onset="P6M", genes=(CaseGene("NAT2"),)),
    case("b", HYPERTONIA, excluded=(SEIZURE,), sex=Sex.MALE, onset="HP:0003577"),
    case("c", STANDING, SCOLIOSIS),
    case("d", SEIZURE),
    case("e", FOCAL, SCOLIOSIS, sex=Sex.FEMALE, onset="P6M"),
)


def write_knowledge(folder: Path, cases: tuple[PublishedCase, ...] = CASES) -> Path:
    """Builds a snapshot with these cases and uses it; returns the knowledge directory."""
    record = SourceRecord("cases", "Cases", "1", "CC0-1.0", "", "", {"cases": repr([one.id for one in cases])})
    source = Source("cases", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(cases=cases))
    obo = tiny.OBO.replace("[Typedef]", MORE + "[Typedef]")
    hpo = tiny.write(folder / "raw", obo=obo)
    pipeline.build(folder / "knowledge", sources=[hpo, source])
    return folder / "knowledge"


@pytest.fixture(scope="session")
def knowledge_with_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_knowledge(tmp_path_factory.mktemp("searched"))


@pytest.fixture(scope="session")
def searched(knowledge_with_cases: Path) -> Snapshot:
    return open_snapshot(knowledge_with_cases / (knowledge_with_cases / "current").read_text().strip())


class Running:
    """A retrieval process of the tests."""

    def __init__(self, folder: Path, knowledge: Path, mood: str) -> None:
        self.socket = folder / "r.sock"
        self.client = Client(self.socket, patience=2.0)
        self._arguments = [str(self.socket), str(knowledge), str(folder / "cache"), mood]
        self.process = self.begin()

    def begin(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.retrieval.search.process", *self._arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "CLEW_TEST_PROCESS": "1"})
        return self.process

    def wait_for(self, state: str, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while (self.client.status() or {}).get("state") != state:
            assert time.monotonic() < until, f"never {state}: {self.client.status()}"
            assert self.process.poll() is None, "it ended"
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def start(tmp_path: Path, knowledge_with_cases: Path) -> Iterator[Callable[..., Running]]:
    begun: list[Running] = []

    def begin(mood: str = "") -> Running:
        begun.append(Running(tmp_path, knowledge_with_cases, mood))
        return begun[-1]

    yield begin
    for running in begun:
        with suppress(ProcessLookupError):
            running.process.kill()
        running.process.wait()
