"""Where third-party data for tests and benchmarks lies. Imported before any setting is read: standard library only."""

from __future__ import annotations

from pathlib import Path

NAME = "CLEW_BENCHMARK_DATA"


def folder(named: str | None, root: Path) -> Path | None:
    """The folder that was named, else ../shared/data beside the repository, if it is there."""
    found = Path(named).expanduser() if named else root.parent / "shared" / "data"
    return found.resolve() if found.is_dir() else None
