"""manage.py retrieval: the process that embeds and searches by meaning, on a local socket."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from corpus_ingest import retrieval_process
from retrieval.search.client import Client
from retrieval.search.errors import ServiceRunning
from retrieval.service import serve

PATIENCE = 5.0  # seconds that --status waits


class Command(BaseCommand):
    help = "Runs the retrieval process, which ./run and the compose file start; --status asks the one that runs."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--status", action="store_true", help="Print what the running one says, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        address = Path(settings.RETRIEVAL_SOCKET)
        if options["status"]:
            said = Client(address, patience=PATIENCE).status()
            if said is None:
                raise CommandError(f"No retrieval process answers at {address}. Start ./run.")
            self.stdout.write(json.dumps(said, indent=2, ensure_ascii=False))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            address.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            serve(retrieval_process.places(), address, stop)
        except ServiceRunning as error:
            raise CommandError(f"{error.message} {error.hint}") from None
        except OSError as error:
            raise CommandError(
                f"{address}: {error.strerror}. CLEW_VAR must name a directory it may write to."
            ) from None
