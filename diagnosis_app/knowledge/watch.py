"""What the reaper looks after here: ingestions that wait, whose worker was lost, or that are due."""

from __future__ import annotations

import logging

from corpus_ingest.ingestion import reaper

log = logging.getLogger("clew.reaper")


def watch() -> None:
    swept = reaper.sweep()
    if swept:
        log.info(
            "rang for %d ingestions, started %d that were due, gave up %d", swept.rung, swept.started, swept.given_up
        )
