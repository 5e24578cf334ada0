"""What a run pins, so that two results differ for a reason the page can show."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from django.conf import settings

from agents.contract import GRAPH_VERSION, PLAN, Budget
from diagnosis_app import __version__
from diagnosis_app.cases.models import CaseVersion
from retrieval.knowledge import Knowledge


def manifest_for(version: CaseVersion, knowledge: Knowledge, *, asks: bool = True) -> dict[str, Any]:
    budget = Budget(seconds=float(settings.RUN_SECONDS))
    return {
        "case": {"version": version.number, "digest": version.digest},
        "snapshot": knowledge.id,
        "ontology": knowledge.ontology.version,
        "citation": knowledge.manifest.citation,
        "ranker": knowledge.ranker.version,
        "prevalence": settings.PREVALENCE,
        "code": __version__,
        "code_digest": code_digest(),
        "graph": GRAPH_VERSION,
        "plan": list(PLAN),
        "policy": "rules",
        "model": None,
        "prompts": {},
        "asks": asks,  # a question is put only where somebody may answer it
        "budget": {"steps": budget.steps, "seconds": budget.seconds, "tokens": budget.tokens},
    }


@lru_cache(maxsize=1)
def code_digest() -> str:
    """sha256 over the source of everything that decides a result: `retrieval` and `agents`."""
    digest = hashlib.sha256()
    for room in ("agents", "retrieval"):
        for file in sorted((settings.BASE_DIR / room).rglob("*.py")):
            digest.update(f"{file.relative_to(settings.BASE_DIR).as_posix()}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
