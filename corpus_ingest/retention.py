"""Which snapshots stay, and which may go.

One stays while it is in use or proposed, while somebody may roll back to it, while one of the newest
N, and while anybody outside this package says that they need it: `keep_for` registers who is asked
(`diagnosis_app.runs` names the snapshots that investigations were made with).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

Needs = Callable[[], Collection[str]]
KEEP = 3  # of the newest, whoever needs them
_needs: dict[str, Needs] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a prune would do: which go with how many bytes each, and why each other one stays."""

    goes: Mapping[str, int]
    stays: Mapping[str, tuple[str, ...]]


def keep_for(name: str, needs: Needs) -> None:
    """Asks `needs` for snapshot ids at every prune. If it fails, nothing is removed."""
    _needs[name] = needs


def plan(directory: Path, keep: int = KEEP) -> Plan:
    """What would go and what stays, and why. Changes nothing."""
    raise NotImplementedError


def prune(directory: Path, keep: int = KEEP) -> Plan:
    """Removes what nobody needs, with what was embedded of it; says what it did."""
    raise NotImplementedError
