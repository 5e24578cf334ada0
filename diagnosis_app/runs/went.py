"""What a run's row keeps of how it went: counted once when it ends, so that no page counts it again.

Numbers alone: no name, no finding, nothing about the patient. Statistics over many runs read it and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from agents.contract import CandidateRecord, Claim, StepRecord
from agents.quality import MODEL, quality, spent


class Left(Protocol):
    """What a run left behind, read back."""

    def steps(self) -> Sequence[StepRecord]: ...

    def candidates(self) -> Sequence[CandidateRecord]: ...

    def claims(self) -> Mapping[str, Sequence[Claim]]: ...


def went_of(left: Left, seconds: float) -> dict[str, Any]:
    """`seconds` is the working time of its steps."""
    steps = left.steps()
    found = quality(steps, left.candidates(), left.claims())
    told: dict[str, Any] = {"seconds": round(seconds, 3)}
    if found is not None:
        told |= {name: [share["n"], share["of"]] for name, share in asdict(found).items() if share is not None}
    if model := spent(steps):
        told[MODEL] = model
    return told
