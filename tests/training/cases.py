"""Patients to train on: phenopackets of a file, or patients made of the thirty diseases that the product carries.

Published cases are played without their own publications (`BlindWorld`), as they are measured. The made patients only
show that the way works; they are drawn from the annotations themselves, and nothing is to be learnt from them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.episode import Episode
from agents.performing import Outside
from agents.rewards import Judge
from agents.studio.knowledge import small
from agents.virtual_clinic import VirtualClinic
from retrieval.evaluation.blind_world import BlindWorld
from retrieval.evaluation.blinding import Blinding
from retrieval.evaluation.solved import SolvedCase
from retrieval.model import Finding, Profile
from retrieval.snapshot import open_snapshot

FINDINGS = 8  # of a made patient


@dataclass(frozen=True)
class Ward:
    """The patients by id, and how an episode of one is begun."""

    cases: dict[str, SolvedCase]
    episode: Callable[[SolvedCase], Episode]


def made(number: int, seed: int = 0) -> Ward:
    knowledge, rng = small(), random.Random(seed)
    cases = {}
    for n in range(number):
        id = rng.choice(knowledge.diseases.ids)
        documented = sorted({row.term for row in knowledge.diseases.disease(id).annotations if not row.negative})
        has = rng.sample(documented, min(FINDINGS, len(documented)))
        cases[f"made {n}"] = SolvedCase(f"made {n}", Profile(tuple(Finding(one) for one in has)), (id,))

    def episode(case: SolvedCase) -> Episode:
        clinic = VirtualClinic(knowledge.ontology, case)
        return Episode(knowledge, clinic, Judge(knowledge.diseases, case.diagnoses), case_digest=case.digest())

    return Ward({case.id: case for case in _begun(cases.values(), episode)}, episode)


def published(snapshot: Path, cases: list[SolvedCase]) -> Ward:
    opened = open_snapshot(snapshot)
    blinding = Blinding(opened.ontology, opened.diseases)

    def episode(case: SolvedCase) -> Episode:
        world: Any = BlindWorld(opened, blinding, case.publications)
        judge = Judge(opened.diseases, case.diagnoses)
        clinic = VirtualClinic(opened.ontology, case)
        return Episode(world, clinic, judge, outside=Outside(hidden=world.hidden), case_digest=case.digest())

    return Ward({case.id: case for case in _begun(cases, episode)}, episode)


def _begun(cases: Any, episode: Callable[[SolvedCase], Episode]) -> Iterator[SolvedCase]:
    """Those of whom enough is known for an investigation to begin."""
    for case in cases:
        one = episode(case)
        one.reset()
        if not one.done:
            yield case
