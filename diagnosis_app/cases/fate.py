"""Tells other rooms what becomes of a case, inside the transaction in which it happens.

A room that keeps something of a case says here that it wants to hear; cases know of none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case


class Fate(StrEnum):
    BINNED = "binned"
    RESTORED = "restored"
    PURGED = "purged"  # told before the rows go


Listener = Callable[[Actor, Case, Fate], None]
_listeners: list[Listener] = []


def on_fate(listener: Listener) -> None:
    if listener not in _listeners:
        _listeners.append(listener)


def tell(actor: Actor, case: Case, fate: Fate) -> None:
    """What a listener raises undoes the act: nothing is half done."""
    for listener in _listeners:
        listener(actor, case, fate)
