"""The worker as it is, except that each candidate takes a while: time enough for a test to end it halfway."""

from __future__ import annotations

import sys
import time

from agents.environment import Environment
from agents.ledger import Argued
from diagnosis_app.celery import app

SECONDS = 0.3  # a candidate; ten of them make the step "weigh" three seconds long

_look_up = Environment.look_up


def slowly(self: Environment, disease: str) -> Argued:
    time.sleep(SECONDS)
    return _look_up(self, disease)


Environment.look_up = slowly  # type: ignore[method-assign]

if __name__ == "__main__":
    app.worker_main(sys.argv[1:])
