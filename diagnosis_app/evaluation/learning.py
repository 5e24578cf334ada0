"""What a fit of the ranker is made from: cases, the two worlds they are ranked in, and what the artefacts say of it.

With published cases, the cases themselves are the bank (each without those of its own publications);
without, annotations alone. One artefact comes from each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from diagnosis_app.errors import Invalid
from diagnosis_app.evaluation import reading, worlds
from diagnosis_app.evaluation.fitting import Fitted, Tell, fit
from diagnosis_app.evaluation.output import write
from diagnosis_app.evaluation.plan import frozen_strata, pairs_of
from diagnosis_app.evaluation.reading import CaseSet
from retrieval.evaluation import SolvedCase
from retrieval.evaluation.measures import Groups
from retrieval.evaluation.strata import Stratum, StratumOf
from retrieval.model import PublishedCase
from retrieval.ranking.fusion import ANNOTATIONS_ONLY, WITH_CASES
from retrieval.snapshot import Snapshot

DEVELOPMENT = Path("cases") / "phenopackets-dev.zip"  # in the folder of benchmark data
CLOSE = 0.0002  # other processors round otherwise in the last place that is written
Say = Callable[[str], None]


@dataclass(frozen=True)
class Learned:
    """One artefact with the figures of the folds."""

    name: str
    fitted: Fitted
    groups: Groups
    strata: Sequence[StratumOf]

    def holds(self, stratum: Stratum) -> np.ndarray:
        return np.array([one.holds(stratum) for one in self.strata], dtype=np.bool_)


@dataclass(frozen=True)
class World:
    """What one artefact is fitted in; `cases` are the bank that strata are counted from."""

    name: str
    snapshot: Snapshot
    bank: Sequence[tuple[Sequence[str], Sequence[str]]]


def cases_at(named: Path | None) -> Path:
    """Where the cases to learn from lie."""
    if named is not None:
        return named
    folder: Path | None = settings.BENCHMARK_DATA
    found = folder / DEVELOPMENT if folder else None
    if found is None or not found.is_file():
        raise Invalid(
            "There are no published cases to learn from.",
            hint="Name them: manage.py fit-ranker CASES. Or set CLEW_BENCHMARK_DATA to a folder that holds "
            f"{DEVELOPMENT.as_posix()}.",
            field="cases",
        )
    return found


def learn(path: Path, knowledge: str | None, say: Say, tell: Tell, processes: int = 0) -> Iterator[Learned]:
    """One artefact after the other; only the one that a snapshot needs where `knowledge` names it."""
    published = reading.read_bank(path)
    every = reading.read_set(path)
    cases = [case for case in every.cases if any(one.startswith(reading.PMID) for one in case.publications)]
    if not cases:
        raise Invalid(
            f"No case of {path.name} names a publication (PMID): a fit would only learn what it was told.",
            hint="Name a set whose cases name their publications.",
            field="cases",
        )
    if len(cases) < len(every.cases):
        say(f"{len(every.cases) - len(cases)} cases name no publication and are left out.")
    groups = Groups.of([case.diagnoses for case in cases], [case.publications for case in cases])
    for world in _worlds(published, knowledge, say):
        strata, _release = frozen_strata(world.snapshot, world.bank)
        of = [strata.of(case.diagnoses, case.publications) for case in cases]
        evidence = np.array([one.diagnosable for one in of])
        if not evidence.any():
            raise Invalid(
                f"Of no case of {path.name} is anything known once it is blinded: there is nothing to learn.",
                hint="Name more cases, of several publications.",
                field="cases",
            )
        found = fit(
            world.snapshot.directory,
            cases,
            groups,
            evidence,
            with_cases=world.name == WITH_CASES,
            fitted=_origin(path, every, cases, groups, world.snapshot),
            tell=lambda what, done, of_all, name=world.name: tell(f"{name}: {what}", done, of_all),  # type: ignore[misc]
            processes=processes,
        )
        yield Learned(world.name, found, groups, of)


def _worlds(published: Sequence[PublishedCase], knowledge: str | None, say: Say) -> Iterator[World]:
    if knowledge:
        snapshot = worlds.choose(knowledge, say)
        pairs = pairs_of(snapshot.cases)
        yield World(WITH_CASES if pairs else ANNOTATIONS_ONLY, snapshot, pairs)
        return
    pairs = [(case.diagnoses, [paper.id for paper in case.publications]) for case in published]
    yield World(WITH_CASES, worlds.choose(None, say, published), pairs)
    yield World(ANNOTATIONS_ONLY, worlds.choose(None, say, ()), ())


def _origin(
    path: Path, every: CaseSet, cases: Sequence[SolvedCase], groups: Groups, snapshot: Snapshot
) -> dict[str, Any]:
    """Without a date: the same cases and knowledge give the same bytes."""
    return {
        "cases": {"name": path.name, "count": len(cases), "digest": every.digest()},
        "publications": int(groups.paper.max()) + 1,
        "diseases": int(groups.disease.max()) + 1,
        "sources": {source.name: source.version for source in snapshot.manifest.sources},
        "command": f"manage.py fit-ranker {path.name}",
    }


# --- the files ---------------------------------------------------------------


def shipped() -> Path:
    """Where the artefacts lie that come with the code."""
    return Path(str(resources.files("retrieval.ranking"))) / "artefacts"


def keep(document: dict[str, Any], folder: Path) -> Path:
    path = folder / f"{document['name']}.json"
    write(path, document)
    return path


def differences(document: dict[str, Any], folder: Path) -> list[str]:
    """Where the artefact in the folder says something else; empty if it is what the fit gives."""
    path = folder / f"{document['name']}.json"
    try:
        there = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [f"{path.name} is not there"]
    except (OSError, ValueError):
        return [f"{path.name} cannot be read"]
    return list(_apart("", there, json.loads(json.dumps(document))))


def _apart(name: str, there: Any, now: Any) -> Iterator[str]:
    if isinstance(there, dict) and isinstance(now, dict):
        for key in sorted({*there, *now}):
            yield from _apart(f"{name}.{key}" if name else key, there.get(key), now.get(key))
    elif isinstance(there, int | float) and isinstance(now, int | float):
        if not isclose(there, now, rel_tol=CLOSE, abs_tol=CLOSE):
            yield f"{name}: {there} there, {now} now"
    elif there != now:
        yield f"{name}: {there} there, {now} now"
