"""A picture of text, by tesseract where it is installed. It runs under the same limits, fed through a pipe."""

from __future__ import annotations

import subprocess

from corpus_ingest.parsing import kinds
from corpus_ingest.parsing.found import Bounds, Found, Stop
from corpus_ingest.parsing.plain import read_text

# What the clinic's languages need, of those that are installed.
_LANGUAGES = ("eng", "deu", "fra", "spa", "ita", "por", "nld", "chi_sim")


def read_image(content: bytes, bounds: Bounds) -> Found:
    if not bounds.tesseract:
        raise Stop("no_text")
    found = read_text(recognise(content, bounds), bounds)
    if not found.pieces:
        raise Stop("nothing_recognised")
    found.kind, found.pages = kinds.IMAGE, 1
    found.warnings.append("The text was recognised in a picture; words may be wrong.")
    return found


def recognise(picture: bytes, bounds: Bounds) -> str:
    """The words of a picture, line by line. What tesseract cannot open is damaged."""
    command = [bounds.tesseract, "stdin", "stdout", "-l", _languages(bounds.tesseract), "--dpi", "220"]
    done = subprocess.run(command, input=picture, capture_output=True, check=False)
    if done.returncode != 0:
        raise Stop("damaged")
    return done.stdout.decode("utf-8", "replace").replace("\f", "\n")


def _languages(tesseract: str) -> str:
    done = subprocess.run([tesseract, "--list-langs"], capture_output=True, check=False)
    installed = done.stdout.decode("utf-8", "replace").split()
    return "+".join(name for name in _LANGUAGES if name in installed) or "eng"
