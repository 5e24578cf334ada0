"""What a check found: how bad, in plain words, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"  # worth knowing; nothing to do
    WARNING = "warning"  # works, but not as it should
    ERROR = "error"  # Clew cannot work, or is not safe, until this is mended


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    level: Level
    message: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "level": self.level.value, "message": self.message, "remedy": self.remedy}


def ok(name: str, message: str) -> Finding:
    return Finding(name, Level.OK, message)


def note(name: str, message: str, remedy: str = "") -> Finding:
    return Finding(name, Level.NOTE, message, remedy)


def warning(name: str, message: str, remedy: str) -> Finding:
    return Finding(name, Level.WARNING, message, remedy)


def error(name: str, message: str, remedy: str) -> Finding:
    return Finding(name, Level.ERROR, message, remedy)
