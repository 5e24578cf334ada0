"""Watches for work that nobody does, and for other knowledge in use. One small process beside the workers."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from diagnosis_app.leases import sweep_all
from diagnosis_app.runs.reaper import sweep

log = logging.getLogger("clew.reaper")


class Command(BaseCommand):
    help = (
        "Tells the workers again of work that is queued or whose worker was lost, and notices other knowledge in use."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two rounds")
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        over = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: over.set())
        while not over.is_set():
            self._round()
            if options["once"] or over.wait(options["every"]):
                return

    def _round(self) -> None:
        try:
            swept = sweep()
            sweep_all()
        except DatabaseError as error:
            connection.close()
            log.warning("the database did not answer: %s", type(error).__name__)
            return
        if swept.rung or swept.given_up:
            log.info("rang for %d investigations, gave up %d", swept.rung, swept.given_up)
