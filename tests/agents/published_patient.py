"""A patient whose findings and diagnosis are known, for those who play the clinic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agents.episode import Episode
from agents.rewards import Judge
from agents.virtual_clinic import Mode, VirtualClinic
from retrieval.evaluation.solved import SolvedCase
from retrieval.model import Finding
from tests.agents.conftest import patient
from tests.agents.small_world import PFEIFFER

CASE = SolvedCase("Family 1, II-2", patient(), (PFEIFFER,), ("PMID:11111111",))


def clinic_of(world: Any, case: SolvedCase = CASE, *, shown: int = 3, mode: Mode = Mode.PRESENT) -> VirtualClinic:
    return VirtualClinic(world.ontology, case, shown=shown, mode=mode)


def episode_of(world: Any, case: SolvedCase = CASE, *, shown: int = 4, judged: bool = True) -> Episode:
    clinic = clinic_of(world, case, shown=shown)
    return Episode(world, clinic, Judge(world.diseases, case.diagnoses) if judged else None)


def with_findings(*terms: str) -> SolvedCase:
    return replace(CASE, profile=replace(CASE.profile, findings=tuple(Finding(one) for one in terms)))
