"""A snapshot as one file to take elsewhere, without what may not be passed on.

Texts and published cases are kept one by one, by the licence that each states; a licence that is not known to
allow it does not. What several sources were computed into (diseases, ranking) cannot be taken apart: if
one of those sources forbids it, nothing is exported. The file is a tar of a snapshot of its own, with
its own id, and says in its manifest how much was left out and under which licence, never the title of it.
"""

from __future__ import annotations

import os
import re
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corpus_ingest import publish, sources
from corpus_ingest.errors import IngestionError
from retrieval.cases.bank import CaseBank
from retrieval.cases.build import counts as case_counts
from retrieval.manifest import SourceRecord
from retrieval.passages import parts as passage_parts
from retrieval.snapshot import Snapshot, open_snapshot, verify_snapshot

# Licences under which a copy may be passed on to anybody; matched against the beginning of what a source states.
_OPEN = re.compile(
    r"\s*(cc0|cc[- ]by(?![- ](nc|nd|sa[- ]nc))|creative commons attribution(?![- ](non|no))|public domain|bsd|mit\b|"
    r"apache|odc[- ]by|pddl|ogl|us government work|https?://creativecommons\.org/(publicdomain|licenses/by(-sa)?/))",
    re.IGNORECASE,
)
# What no such licence says of itself; where it stands anywhere in the words, they are not what they begin with.
_CLOSED = re.compile(
    r"(?<![a-z])(nc|nd)(?![a-z])|by(nc|nd)|non[\W_]*commercial|no[\W_]*deriv|all rights reserved|not to be|"
    r"(may|must|can|do|does) ?not|no redistribution|permission (of|from|is|must)",
    re.IGNORECASE,
)
UNKNOWN = "its licence is not known to allow it"
CASES = "cases"
COMPUTED = frozenset({"ontology", "diseases", "ranker", "autocomplete", "reader", "hierarchy"})  # hold no text whole
Arrays = Mapping[str, np.ndarray]


class NotExportable(IngestionError):
    """The snapshot holds what may not be passed on and cannot be taken out, or the file cannot be written."""

    code = "ingest.not_exportable"


@dataclass(frozen=True, slots=True)
class Exported:
    snapshot: str  # the id of what was exported: another one, where something was left out
    bytes: int
    left_out: Mapping[str, str]  # what, and why


def export(directory: Path, file: Path) -> Exported:
    """Writes the tar beside and renames it; an existing file is not touched."""
    if file.exists():
        raise NotExportable(f"{file.name} is there already.", hint="Name another file, or remove it first.")
    snapshot = open_snapshot(directory)
    problems = verify_snapshot(directory)
    if problems:
        raise NotExportable(
            f"The snapshot is damaged: {problems[0]}", hint="Build it again: manage.py knowledge build."
        )
    _refuse_what_cannot_be_taken_out(snapshot)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=file.resolve().parent) as beside:
        parts, records, counts, left_out = _reduced(snapshot)
        name = publish.write_snapshot(Path(beside), parts, records, counts)
        draft = Path(beside) / "whole.tar"
        with tarfile.open(draft, "w") as tar:
            tar.add(Path(beside) / name, name)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(file)
    return Exported(name, file.stat().st_size, left_out)


def may_be_passed_on(licence: str) -> bool:
    """Whether these words are known to allow it; what is not known does not."""
    return _OPEN.match(licence) is not None and _CLOSED.search(licence) is None


# --- inside --------------------------------------------------------------


def _refuse_what_cannot_be_taken_out(snapshot: Snapshot) -> None:
    kinds = {one.name: one for one in sources.kinds()}
    texts = set(snapshot.passages.sources)
    for record in snapshot.manifest.sources:
        kind = kinds.get(record.name)
        if kind is not None and not kind.redistributable and record.name not in texts and record.name != CASES:
            raise NotExportable(
                f"{record.title} may not be passed on, and cannot be taken out of what was computed from it.",
                hint=f"Build without it: manage.py knowledge remove {record.name}, then build.",
            )


def _reduced(
    snapshot: Snapshot,
) -> tuple[dict[str, Arrays], tuple[SourceRecord, ...], dict[str, object], dict[str, str]]:
    """The parts that may leave, what is said of the sources, the counts, and what was left out."""
    parts, left_out, counts = _parts(snapshot, COMPUTED.__contains__), dict[str, str](), dict(snapshot.manifest.counts)
    records = {one.name: one for one in snapshot.manifest.sources}
    closed = {one.name for one in sources.kinds() if not one.redistributable}
    documents, passages, gone = [], [], Counter[str]()
    store = snapshot.passages
    for k in range(store.document_count):
        record = store.record(k)
        source = records.get(record.source)
        licence = record.licence or (source.licence if source else "")
        if record.source in closed or not record.redistributable or not may_be_passed_on(licence):
            gone[f"{record.source}: {licence or 'no licence stated'}"] += 1
            continue
        documents.append(store.document_at(k))
        passages += [store.at(i) for i in store.passages_of(k)]
    if documents and not gone:
        parts |= _parts(snapshot, lambda part: part not in COMPUTED and part != CASES)
    elif documents:
        parts |= passage_parts.parts(documents, passages, snapshot.diseases, snapshot.ontology)
    counts |= {"documents": len(documents), "passages": len(passages)} if store.document_count else {}
    left_out |= {f"{_so_many(n, 'text')} of {name}": UNKNOWN for name, n in gone.items()}
    cases = [snapshot.cases.case(i) for i in range(snapshot.cases.size)]
    kept = [one for one in cases if CASES not in closed and may_be_passed_on(one.licence)]
    if kept:
        parts[CASES] = CaseBank.build(snapshot.ontology, kept)
        counts |= case_counts(dict(parts[CASES]), kept)
    elif cases:
        counts |= {"cases": 0}
    if len(kept) < len(cases):
        left_out[_so_many(len(cases) - len(kept), "published case")] = UNKNOWN
    sources_of_kept = {one.source for one in documents}
    named = [one for one in snapshot.manifest.sources if not _only_of_left_out(one, snapshot, sources_of_kept, closed)]
    return parts, _said(named, left_out), counts, left_out


def _only_of_left_out(record: SourceRecord, snapshot: Snapshot, kept: Collection[str], closed: Collection[str]) -> bool:
    """Whether all of its texts stay here. Documents that were brought in one by one have a record each."""
    if record.name not in snapshot.passages.sources:
        return False
    if record.name not in closed and may_be_passed_on(record.licence):
        return False
    several = sum(one.name == record.name for one in snapshot.manifest.sources) > 1
    return several or record.name not in kept


def _so_many(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _parts(snapshot: Snapshot, wanted: Callable[[str], bool]) -> dict[str, Arrays]:
    """The parts as they are; one that nobody has heard of here is not among those that were computed."""
    parts: dict[str, dict[str, np.ndarray]] = {}
    for name in snapshot.manifest.files:
        part, _, file = name.partition("/")
        if wanted(part):
            array = np.load(snapshot.directory / name, mmap_mode="r", allow_pickle=False)
            parts.setdefault(part, {})[file.removesuffix(".npy")] = array
    return dict(parts)


def _said(records: Sequence[SourceRecord], left_out: Mapping[str, str]) -> tuple[SourceRecord, ...]:
    if not left_out:
        return tuple(records)
    note = "Exported without: " + "; ".join(left_out)
    return tuple(replace(one, note=f"{one.note} {note}".strip()) for one in records)
