"""What can stop an investigation, each with a code that documentation and pages can name."""

from __future__ import annotations

from agents.contract import Failure
from retrieval.errors import RetrievalError


class AgentsError(Exception):
    """Base of every error this package raises on purpose. No message carries patient text."""

    code = "run.error"
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class LeaseLost(AgentsError):
    """Another holder has the run, or it has ended: nothing this holder writes counts any more."""

    code = "run.lease_lost"


class Stopped(AgentsError):
    """The run was stopped between two steps and can go on from there."""

    code = "run.stopped"
    retryable = True


class OutOfSteps(AgentsError):
    """More steps were begun than the budget allows."""

    code = "run.out_of_steps"


def failure_of(error: BaseException) -> Failure:
    """An error in words for a person. Only messages written by us are repeated: others may hold patient text."""
    if isinstance(error, RetrievalError | AgentsError):
        return Failure(error.code, error.message, error.hint)
    return Failure(
        "run.crashed",
        "The investigation stopped at an unforeseen error.",
        "Start it again. If it stops again, give support the name of the run.",
    )
