"""The texts with which a model is asked: one for each job, and the rules that stand before all of them.

Each is pinned by its digest in the manifest of a run. Nothing of a case or a source is ever part of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from agents.contract import digest

JOBS = ("reader", "proposer", "policy", "weigher", "archivist", "sceptic", "planner", "second", "writer")
RULES = "rules"


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    text: str
    digest: str  # of the rules and the text


@lru_cache(maxsize=len(JOBS))
def template(job: str) -> Template:
    """Raises `KeyError` for a job that nobody has."""
    if job not in JOBS:
        raise KeyError(job)
    text = _text(job)
    return Template(job, text, digest([rules(), text]))


@lru_cache(maxsize=1)
def rules() -> str:
    return _text(RULES)


def digests() -> dict[str, str]:
    """What a manifest pins."""
    return {job: template(job).digest for job in JOBS}


def _text(name: str) -> str:
    return (files(__name__) / f"{name}.txt").read_text(encoding="utf-8").strip()
