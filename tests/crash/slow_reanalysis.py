"""The worker as it is, except that each case of a pass takes a while: time enough for a test to end it halfway."""

from __future__ import annotations

import sys
import time
from typing import Any

import django

from diagnosis_app.celery import app

SECONDS = 0.5  # a case

if __name__ == "__main__":
    django.setup()
    from diagnosis_app.reanalysis import ranking

    _compared = ranking._compared

    def slowly(*args: Any) -> Any:
        time.sleep(SECONDS)
        return _compared(*args)

    ranking._compared = slowly
    app.worker_main(sys.argv[1:])
