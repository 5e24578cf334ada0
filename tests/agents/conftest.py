"""A patient whose findings were taken from a published description, and what a run needs besides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents import checkpoints, runner
from agents.contract import Budget, RunRequest
from retrieval.model import Finding, Profile, Sex, Status
from retrieval.snapshot import Snapshot
from tests.agents.small_world import SmallWorld, small_world

# Pfeiffer syndrome as it is described; two findings are known to be absent.
PRESENT = ("HP:0010055", "HP:0011304", "HP:0011318", "HP:0000520", "HP:0011800", "HP:0001363", "HP:0000405")
ABSENT = ("HP:0000256", "HP:0002475")


def patient() -> Profile:
    findings = [Finding(term) for term in PRESENT] + [Finding(term, Status.EXCLUDED) for term in ABSENT]
    return Profile(tuple(findings), sex=Sex.FEMALE, age="P14M")


def request(profile: Profile | None = None, run_id: str = "run-1", **budget: float) -> RunRequest:
    return RunRequest(run_id, "", "c" * 64, profile or patient(), Budget(**budget))


@pytest.fixture
def saver(tmp_path: Path) -> Iterator[runner.Saver]:
    with checkpoints.sqlite_file(tmp_path / "checkpoints.sqlite3") as saver:
        yield saver


@pytest.fixture(scope="session")
def world(snapshot: Snapshot) -> SmallWorld:
    """The real diseases, three invented cases and four invented texts."""
    return small_world(snapshot)
