"""Which knowledge a benchmark measures: the snapshot in use, another one by its id, or one made for it.

One is made, once for a state of code and data, and kept under CLEW_VAR/evaluation/knowledge:
* where published cases are named (or none wanted): what is on hand without whatever cases the
  snapshot in use holds, and with these. A disease that only they describe is then ranked by them;
* where the folder of benchmark data holds Orphanet's entries and Mondo's mappings and the snapshot
  in use lacks them: figures are of what the product can know, not of what was brought in here.
The snapshot in use stays in use.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.conf import settings

from corpus_ingest import library, pipeline, publish
from corpus_ingest.source import Fetched, Parsed, Source
from corpus_ingest.sources import kinds, on_hand
from corpus_ingest.sources.phenopackets import collection, kept
from diagnosis_app.errors import Invalid
from retrieval.manifest import SourceRecord
from retrieval.model import PublishedCase
from retrieval.snapshot import Snapshot, open_snapshot

Say = Callable[[str], None]

TEXTS = {"medquad": "medquad.zip"}  # what a measured search has beside them
FILES = {"orphanet": "orphapacket.zip", "mondo": "mondo-mappings.zip"}  # kind -> name in knowledge/ of the data
KEPT = 5  # snapshots made for benchmarks, the last used ones
_BUILDING = "Raw files read"  # the stage of a build that is there only if something is made
NAMED_FOR_A_BENCHMARK = "Published cases named for a benchmark"


def choose(wanted: str | None, say: Say, cases: Sequence[PublishedCase] | None = None) -> Snapshot:
    """`wanted` is the id of a snapshot. `cases` are the only published ones, an empty list is none;
    without it those that the snapshot holds."""
    measured = library.snapshot(full_id(wanted)) if wanted else library.current()
    if wanted:
        if cases is None or (not cases and not _has_cases(measured)):
            return measured
        raise Invalid(
            f"Snapshot {measured.id} has its own published cases, or none: it cannot be measured with others.",
            hint="Leave --knowledge away to measure what is on hand with them, or leave the bank away.",
            field="knowledge",
        )
    as_it_is = cases is None or (not cases and not _has_cases(measured))
    if as_it_is and not dict(_lacking(measured, anew=False)):
        return measured
    return _made(measured, dict(_lacking(measured, anew=True)), cases, say)


def with_texts(data: Path, say: Say) -> Snapshot:
    """A snapshot of HPO, Mondo, Orphanet and MedQuAD as the folder of benchmark data has them, whatever is on hand."""
    paths = {name: data / "knowledge" / file for name, file in (FILES | TEXTS).items()}
    for path in paths.values():
        if not path.is_file():
            raise Invalid(
                f"The folder of benchmark data has no knowledge/{path.name}.",
                hint="Name the folder that has it: CLEW_BENCHMARK_DATA.",
                field="CLEW_BENCHMARK_DATA",
            )
    packaged = [one.packaged() for one in kinds() if one.packaged]
    brought = [one.source(paths[one.name]) for one in kinds() if one.name in paths]
    made, took = _built((*packaged, *brought), say)
    say(f"Snapshot {made.id} is measured{took}: HPO, Mondo, Orphanet and MedQuAD as the benchmark data have them.")
    return made


def _has_cases(snapshot: Snapshot) -> bool:
    return any(source.name == kept.KIND for source in snapshot.manifest.sources)


def _lacking(snapshot: Snapshot, *, anew: bool) -> Iterator[tuple[str, Path]]:
    """Kinds that the measured knowledge would not have and the benchmark data have.

    Knowledge that is built anew has what is on the shelf, whatever the snapshot in use was built from.
    """
    folder: Path | None = settings.BENCHMARK_DATA
    has = {source.name for source in (on_hand() if anew else snapshot.manifest.sources)}
    known = {one.name for one in kinds()}
    for kind, name in FILES.items():
        path = folder / "knowledge" / name if folder else None
        if path and path.is_file() and kind in known and kind not in has:
            yield kind, path


def _made(current: Snapshot, lacking: dict[str, Path], cases: Sequence[PublishedCase] | None, say: Say) -> Snapshot:
    """What is on hand together with the files and the cases."""
    made, took = _built(_sources(current, lacking, cases), say)
    say(f"Snapshot {made.id} is measured{took}: {_why(current, lacking, cases)}. {current.id} stays in use.")
    return made


def _built(sources: Sequence[Source], say: Say) -> tuple[Snapshot, str]:
    """The snapshot, remembered by content so that it is built once; and how long that took, where it was."""
    directory = Path(settings.VAR_DIR) / "evaluation" / "knowledge"
    started, building = time.monotonic(), False

    def progress(stage: str, _seconds: float) -> None:
        nonlocal building
        if stage == _BUILDING:
            building = True
            say("The knowledge to be measured is being built, once for this state of code and data.")

    built = pipeline.build(directory, progress, sources=sources)
    os.utime(directory / built.id)
    _forget_others(directory)
    took = f", built in {time.monotonic() - started:.0f} s" if building else ""
    return open_snapshot(directory / built.id, prevalence=settings.PREVALENCE), took


def _why(current: Snapshot, lacking: dict[str, Path], cases: Sequence[PublishedCase] | None) -> str:
    said = [f"with {' and '.join(sorted(lacking))} of the benchmark data, which {current.id} lacks"] if lacking else []
    if cases is not None:
        said.append("with the published cases that were named" if cases else "without published cases")
    return ", ".join(said)


def _forget_others(directory: Path) -> None:
    """Keeps the last used ones: another benchmark may be reading them."""
    every = [directory / name for name in publish.finished(directory)]
    for old in sorted(every, key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _sources(current: Snapshot, lacking: dict[str, Path], cases: Sequence[PublishedCase] | None) -> tuple[Source, ...]:
    """In the order of a build: what travels with the product, then what was brought in, then cases."""
    here = [one for one in on_hand() if one.name != kept.KIND]
    added = [one.source(lacking[one.name]) for one in kinds() if one.name in lacking]
    own = [one for one in on_hand() if one.name == kept.KIND and _has_cases(current)] if cases is None else []
    named = [source_of(cases)] if cases else []
    return (*here[:1], *sorted([*here[1:], *added], key=lambda one: one.name), *own, *named)


def source_of(cases: Sequence[PublishedCase]) -> Source:
    """Published cases that were read already, as a source; known by their content, whatever their file was called."""
    content = collection.write(collection.About(NAMED_FOR_A_BENCHMARK), cases)
    digest = hashlib.sha256(content).hexdigest()
    record = SourceRecord(
        name=kept.KIND,
        title=NAMED_FOR_A_BENCHMARK,
        version=digest[:8],
        licence=collection.NOT_STATED,
        citation="Each case names its own publication.",
        url="",
        files={"cases.jsonl": digest},
    )
    return Source(kept.KIND, lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(cases=cases))


def full_id(wanted: str) -> str:
    """The id of the snapshot that begins so."""
    names = [name for name in publish.finished(Path(settings.KNOWLEDGE_DIR)) if name.startswith(wanted)]
    if len(names) == 1:
        return names[0]
    found = f"Several snapshots begin with {wanted}." if names else f"There is no snapshot {wanted}."
    raise Invalid(found, hint="See manage.py knowledge list.", field="knowledge")
