"""What of a run is not told to somebody who reads blind: which passages stood back for colleagues' marks.

Pure; whether somebody reads blind is for `review.blinding` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PINNED = "set_back"  # of a manifest: the marks in force
TOLD = frozenset({"set_back", "behind"})  # of what a step tells


def payload_without_marks(payload: Mapping[str, Any]) -> dict[str, Any]:
    """An event as it is told to them."""
    got = payload.get("got")
    if not isinstance(got, Mapping):
        return dict(payload)
    return {**payload, "got": {name: value for name, value in got.items() if name not in TOLD}}


def manifest_without_marks(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in manifest.items() if name != PINNED}
