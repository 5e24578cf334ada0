"""The worker as it is, except that it looks for scratch every second: a test need not wait for minutes."""

from __future__ import annotations

import sys

from diagnosis_app.celery import app
from diagnosis_app.runs import shutdown

if __name__ == "__main__":
    shutdown.TIDY = 1.0
    app.worker_main(sys.argv[1:])
