"""What travels through the graph: ids, never texts. Two copies of it merge by union, so a node may run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from agents.environment import Environment
from agents.panel.table import Table
from agents.policies.situation import Policy


def union(known: Sequence[str] | None, new: Sequence[str] | None) -> list[str]:
    """Both, each id once, in the order in which they first came."""
    return list(dict.fromkeys([*(known or ()), *(new or ())]))


class State(TypedDict, total=False):
    candidates: Annotated[list[str], union]  # disease ids that were ranked
    evidence: Annotated[list[str], union]  # evidence keys
    claims: Annotated[list[str], union]  # claim keys
    removed: Annotated[list[str], union]  # claim keys that did not hold
    insufficient: Annotated[list[str], union]  # reason codes: nothing was ranked
    reasons: Annotated[list[str], union]  # what the result says of itself
    decision: Mapping[str, Any]  # what is done next, as a policy chose it
    beside: list[Mapping[str, Any]]  # what is done at the same time
    stopped: Mapping[str, Any]  # why nothing more was looked for
    targets: list[str]  # diseases that the sceptic sent the investigation back to
    round: int  # how often it was sent back


@dataclass(frozen=True, slots=True)
class Context:
    """What a node needs besides the state. It is made anew at every start and never stored."""

    environment: Environment
    policy: Policy
    table: Table | None = None  # of the panel; None where no model is connected
