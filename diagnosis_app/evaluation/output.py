"""What `--json OUT` holds. Its keys are a contract: {"cases", "summary", "versions", "seconds"}."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from diagnosis_app.errors import Invalid
from diagnosis_app.evaluation.summary import Judged


def document(
    judged: Sequence[Judged], summary: dict[str, Any], versions: dict[str, Any], seconds: float
) -> dict[str, Any]:
    return {
        "cases": [_case(one) for one in judged],
        "summary": summary,
        "versions": versions,
        "seconds": round(seconds, 1),
    }


def _case(one: Judged) -> dict[str, Any]:
    return {
        "id": one.case.id,
        "publications": list(one.case.publications),
        "diagnoses": list(one.case.diagnoses),
        "rank": one.outcome.rank if isfinite(one.outcome.rank) else None,
        "diagnosable": one.stratum.diagnosable,
        "published_cases": one.stratum.published_cases,
    }


def check(path: Path) -> None:
    """Before hours of work: OUT must be writable."""
    if path.is_dir() or not path.parent.is_dir():
        raise Invalid(
            f"--json {path}: this is not a file in a directory that exists.", hint="Name a file.", field="json"
        )
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Invalid(f"--json {path} cannot be written.", hint="Name a file that you may write.", field="json")


def write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all."""
    if path.exists() and not path.is_file():  # a pipe or a device
        path.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
        return
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, allow_nan=False, indent=1)
        file.write("\n")
    Path(draft).chmod(0o644)
    Path(draft).replace(path)
