"""How much a file may ask of this machine. A curator's book fits, a bomb does not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 64 * 1024**2  # of the file; a 300 MB PDF is pictures
    seconds: float = 60.0  # by the clock; then the process and what it started are killed
    memory: int = 1024**3  # bytes of address space of the process that reads
    pages: int = 1500
    depth: int = 256  # elements inside elements; real pages stay under 60
    characters: int = 20_000_000  # of text; ten large textbooks
    expanded: int = 256 * 1024**2  # bytes that may come out of what is packed inside the file
    records: int = 200_000  # of JSONL or a table
    recognised: int = 20  # pages of a scan that are read by OCR, at some seconds each
    ocr: bool = True  # where tesseract is installed


DEFAULT = Limits()
