"""Carries out a whole folder: reads, skips what is there already, investigates, writes, and sums up.

One case is in memory at a time. What is there counts as done if it was made of the same bytes under the same
manifest: snapshot, ranking, code, graph and settings; and if nothing kept it from being whole that may be over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from agents.contract import Reason
from diagnosis_app.batch import files
from diagnosis_app.batch.offline import output
from diagnosis_app.batch.offline.diagnosis import rank_of_named
from diagnosis_app.batch.offline.investigating import investigate, manifest_of, searches_by_meaning
from diagnosis_app.batch.reading import read_file
from diagnosis_app.batch.summing import FIRST, UNREADABLE, Row, as_csv, counts
from diagnosis_app.evaluation.progress import Progress, Written
from retrieval.knowledge import Knowledge

FAILED = frozenset({UNREADABLE, "failed"})
PASSING = frozenset({str(Reason.OUT_OF_TIME), str(Reason.STEP_FAILED)})  # of a moment, which the manifest does not name


@dataclass(frozen=True, slots=True)
class Wanted:
    folder: Path
    out: Path
    limit: int = 0  # files; 0: all
    again: bool = False
    diagnosis: bool = False


@dataclass(slots=True)
class Carried:
    rows: list[Row] = field(default_factory=list)
    total: int = 0
    skipped: int = 0  # were there already
    finished: bool = True
    passed_over: list[str] = field(default_factory=list)


def carry_out(wanted: Wanted, knowledge: Knowledge, told: Written) -> Carried:
    """Every file once. Ctrl-C ends it after what is done; the summary is written in any case."""
    found, carried = files.Found(), Carried(passed_over=[])
    inside = wanted.out.resolve()
    carried.total = files.count_in_folder(wanted.folder, inside)
    if wanted.limit:
        carried.total = min(carried.total, wanted.limit)
    progress = Progress(carried.total, 0, told)
    try:
        for file in islice(files.in_folder(wanted.folder, inside, found), wanted.limit or None):
            row, fresh = _one(file, wanted, knowledge)
            carried.rows.append(row)
            carried.skipped += not fresh
            progress.step()
    except KeyboardInterrupt:
        carried.finished = False
    finally:
        progress.end()
    carried.passed_over = found.passed_over
    _sum_up(carried, wanted, knowledge)
    return carried


def _one(file: files.File, wanted: Wanted, knowledge: Knowledge) -> tuple[Row, bool]:
    """The row of one file, and whether it was investigated now."""
    given = read_file(file, knowledge)
    if given.content is None:
        return Row(file.name, UNREADABLE, error=given.told), True
    place = output.place(wanted.out, file.name)
    manifest = manifest_of(given.content, knowledge)
    result = None if wanted.again else _same(output.known(place), given.sha256, manifest)
    fresh = result is None
    if result is None:
        result = investigate(given, given.content, manifest, knowledge)
        output.write_json(place, result)
    rank = rank_of_named(file.content, result, knowledge) if wanted.diagnosis else None
    return _row(result, given.warnings, rank), fresh


def _same(known: dict[str, Any] | None, sha256: str, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is there, if it is what would come out again. A failure may have had a cause that is gone."""
    if known is None or known.get("manifest") != dict(manifest) or known.get("outcome") in {None, "failed"}:
        return None
    reasons = set(known.get("reasons") or ())
    if reasons & PASSING or (Reason.SEARCH_AWAY in reasons and searches_by_meaning(manifest["snapshot"])):
        return None
    given = known.get("input")
    return known if isinstance(given, dict) and given.get("sha256") == sha256 else None


def _row(result: Mapping[str, Any], warnings: list[str], rank: str | None) -> Row:
    first = [{key: one[key] for key in ("id", "name", "score", "strength")} for one in result["candidates"][:FIRST]]
    return Row(
        file=result["input"]["file"],
        outcome=result["outcome"],
        reasons=tuple(result["reasons"]),
        first=tuple(first),
        seconds=result["seconds"],
        warnings=tuple(warnings),
        error=result["error"] or {},
        diagnosis=rank,
    )


def _sum_up(carried: Carried, wanted: Wanted, knowledge: Knowledge) -> None:
    document = {
        "snapshot": knowledge.id,
        "citation": knowledge.manifest.citation,
        "finished": carried.finished,
        "files": carried.total,
        "counts": counts(carried.rows),
        "rows": [row.as_json() for row in carried.rows],
    }
    output.write_text(wanted.out / "summary.csv", as_csv(carried.rows, diagnosis=wanted.diagnosis))
    output.write_json(wanted.out / "summary.json", document, indent=1)


def failures(carried: Carried) -> Iterator[Row]:
    return (row for row in carried.rows if row.outcome in FAILED)
