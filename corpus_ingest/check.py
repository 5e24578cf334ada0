"""Whether a snapshot that was built is fit for use: whole, not much smaller than the one in use, and answering.

Small questions with known answers are put to it as a clinician would: a term by its name, a disease by its
own findings, a document by its title. Reads; decides nothing but fit or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus_ingest.errors import CheckFailed, Dropped
from corpus_ingest.steps import Tick, silent
from retrieval.errors import RetrievalError
from retrieval.model import Finding, Profile
from retrieval.passages.search import search
from retrieval.snapshot import Snapshot, open_snapshot, verify_snapshot

LOST = 0.2  # share of a count whose loss somebody has to look at
SMALL = 25  # below it a fifth is chance
COUNTED = ("terms", "diseases", "ranked", "rows", "findings", "gene_links", "cases", "documents", "passages")
ASKED = 5  # questions of each kind
FINDINGS = 5  # of a disease that are put to the ranking
SEEN = 50  # places in which the answer is looked for
WHOLE, DROP, ANSWER = "whole", "drop", "answer"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    kind: str  # whole, drop, answer
    ok: bool
    message: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def checks(new: Path, old: Path | None = None, tick: Tick = silent) -> list[Check]:
    """Everything that was looked at, good or not; `old` is what is in use."""
    tick(0, 3)
    found = [_whole(new)]
    if not found[0].ok:
        return found
    snapshot = open_snapshot(new)
    tick(1, 3)
    if old is not None:
        found += _drops(snapshot, old)
    tick(2, 3)
    for name, ask in (("terms", _terms), ("ranking", _ranking), ("search", _search)):
        found.append(_answers(name, ask(snapshot)))
    tick(3, 3)
    return found


def judge(found: Sequence[Check], *, accept_drops: bool = False) -> None:
    """Raises what keeps the snapshot out of use. A loss that a person accepted is none."""
    bad = [one for one in found if not one.ok and one.kind != DROP]
    if bad:
        raise CheckFailed(
            f"The snapshot is not fit for use: {bad[0].message}", hint="Build again; if it stays, look at the sources."
        )
    lost = [one for one in found if not one.ok]
    if lost and not accept_drops:
        shown = "; ".join(one.message for one in lost[:4])
        raise Dropped(
            f"Much of what is in use is not in the new snapshot: {shown}.",
            hint="Bring the source in again. If it is meant so, accept the loss and resume (--accept-drops).",
        )


# --- inside --------------------------------------------------------------


def _whole(new: Path) -> Check:
    problems = verify_snapshot(new)
    return Check("files", WHOLE, not problems, str(problems[0]) if problems else "Every file is whole.")


def _drops(snapshot: Snapshot, old: Path) -> Iterator[Check]:
    try:
        before = open_snapshot(old).manifest
    except RetrievalError:  # what is damaged is no measure
        return
    gone = sorted({one.title for one in before.sources} - {one.title for one in snapshot.manifest.sources})
    yield Check(
        "sources", DROP, not gone, f"not in it any more: {', '.join(gone[:5])}" if gone else "Every source is there."
    )
    for name in COUNTED:
        was, now = count(before.counts, name), count(snapshot.manifest.counts, name)
        if was >= SMALL:
            yield Check(name, DROP, now >= was * (1 - LOST), f"{name}: {now:,}, and {was:,} in use")


def count(counts: Mapping[str, Any], name: str) -> int:
    """One count of a manifest; diseases are counted by source."""
    said = counts.get(name, 0)
    if isinstance(said, Mapping):
        return sum(n for n in said.values() if isinstance(n, int))
    return said if isinstance(said, int) else 0


def _answers(name: str, answered: Iterator[bool]) -> Check:
    results = list(answered)
    right = sum(results)
    ok = not results or right > len(results) / 2
    return Check(name, ANSWER, ok, f"{name}: {right} of {len(results)} questions answered as they should be")


def _terms(snapshot: Snapshot) -> Iterator[bool]:
    for i in _some(np.flatnonzero(snapshot.ontology.findings)):
        label = snapshot.ontology.label(i)
        found = {one.id for one in snapshot.autocomplete.suggest(label, limit=12)}
        yield snapshot.ontology.ids[i] in found


def _ranking(snapshot: Snapshot) -> Iterator[bool]:
    pooled = snapshot.diseases.pooled
    starts, ends = pooled.ptr[:-1], pooled.ptr[1:]
    ranked = np.asarray(snapshot.diseases.ranked)
    for i in _some(ranked[(ends - starts)[ranked] >= FINDINGS]):
        rows = range(int(starts[i]), int(ends[i]))
        terms = [int(pooled.term[k]) for k in rows if not pooled.negative[k]][:FINDINGS]
        profile = Profile(tuple(Finding(snapshot.ontology.ids[term]) for term in terms))
        found = snapshot.ranker.rank(profile, limit=SEEN).candidates
        yield snapshot.diseases.ids[i] in {one.id for one in found}


def _search(snapshot: Snapshot) -> Iterator[bool]:
    store = snapshot.passages
    titled = np.array([k for k in range(store.document_count) if len(store.passages_of(k))][:2_000], dtype=np.int64)
    for k in _some(titled):
        record = store.record(k)
        hits = search(snapshot, record.title, limit=SEEN).hits
        yield any(hit.document.title == record.title for hit in hits)


def _some(positions: np.ndarray) -> list[int]:
    """A few of them, evenly spread, the same ones every time."""
    if len(positions) <= ASKED:
        return [int(i) for i in positions]
    return [int(positions[at]) for at in np.linspace(0, len(positions) - 1, ASKED).astype(int)]
