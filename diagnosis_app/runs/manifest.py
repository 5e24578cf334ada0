"""What a run pins, so that two results differ for a reason the page can show."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from django.conf import settings

from agents import prompts
from agents.contract import GRAPH_VERSION, PLAN, Budget
from agents.llm.address import read
from diagnosis_app import __version__
from diagnosis_app.cases.models import CaseVersion
from retrieval.knowledge import Knowledge

SECONDS = 300
SECONDS_WITH_A_MODEL = 1800  # some twenty questions of up to a minute each, and a fifth for what is not asked


def manifest_for(version: CaseVersion, knowledge: Knowledge, *, asks: bool = True) -> dict[str, Any]:
    model = model_for()
    tokens = int(settings.MODEL_TOKENS) if model else 0
    budget = Budget(seconds=seconds_of_a_run(), tokens=tokens)
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
        "policy": "model" if model else "rules",
        "model": model,
        "prompts": prompts.digests() if model else {},
        "asks": asks,  # a question is put only where somebody may answer it
        "budget": {"steps": budget.steps, "seconds": budget.seconds, "tokens": budget.tokens},
    }


def model_for() -> dict[str, Any] | None:
    """The reasoning model that is connected now; None where there is none."""
    if not settings.MODEL:
        return None
    address = read(settings.MODEL)
    return {"name": address.model, "address": address.host, "public": bool(settings.MODEL_PUBLIC)}


def seconds_of_a_run() -> float:
    """What an investigation that begins now may take: what is set, or what its kind needs."""
    return float(settings.RUN_SECONDS or (SECONDS_WITH_A_MODEL if settings.MODEL else SECONDS))


@lru_cache(maxsize=1)
def code_digest() -> str:
    """sha256 over the source of everything that decides a result: `retrieval` and `agents`."""
    digest = hashlib.sha256()
    for room in ("agents", "retrieval"):
        files = (file for kind in ("*.py", "*.txt") for file in (settings.BASE_DIR / room).rglob(kind))
        for file in sorted(files):
            digest.update(f"{file.relative_to(settings.BASE_DIR).as_posix()}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
