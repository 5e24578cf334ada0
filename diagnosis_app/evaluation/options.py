"""What a measurement over cases takes on the command line, declared once for all of them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from diagnosis_app.evaluation.plan import Options


def add_cases(parser: argparse.ArgumentParser) -> None:
    """The cases, what is consulted beside them, how many, and where the figures go."""
    add = parser.add_argument
    add("cases", type=Path, metavar="CASES", help="A zip, a directory, a phenopacket, or a JSON list of cases.")
    bank = parser.add_mutually_exclusive_group()
    bank.add_argument("--case-bank", type=Path, metavar="PATH", help="The only published cases to consult.")
    bank.add_argument("--no-case-bank", action="store_true", help="Annotations only.")
    add("--json", type=Path, metavar="OUT", help="Write every rank, the summary and the versions to this file.")
    add("--limit", type=count, default=0, metavar="N", help="Only N cases, spread evenly over the set.")
    add("--knowledge", metavar="ID", help="A snapshot, or a unique beginning of its id, instead of the one in use.")
    add("--processes", type=count, default=0, metavar="N", help="Processes (default: one for every core).")


def options_of(given: Mapping[str, Any]) -> Options:
    """What was given of it; a measurement that does not take an option leaves it as it is."""
    return Options(**{field.name: given[field.name] for field in fields(Options) if field.name in given})


def count(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise argparse.ArgumentTypeError("a whole number from 0")
