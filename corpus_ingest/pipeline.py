"""fetch → parse → build → publish: from raw files to a finished snapshot.

Reads the raw files, never the network. A file that cannot be parsed stops the build before
anything is written, and the snapshot in use stays in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from corpus_ingest import memo, publish
from corpus_ingest.source import Fetched, Parsed, Source
from corpus_ingest.sources import on_hand
from retrieval import disease_build, hierarchy
from retrieval.cases.bank import CaseBank
from retrieval.cases.build import counts as case_counts
from retrieval.diseases import DiseaseTable
from retrieval.manifest import SourceRecord
from retrieval.ontology import build as ontology_build
from retrieval.ontology.autocomplete import Autocomplete
from retrieval.ontology.graph import Ontology
from retrieval.ontology.information_content import background
from retrieval.phenotype_text import NoteReader
from retrieval.ranking.ranker import Ranker
from retrieval.snapshot import verify_snapshot

Progress = Callable[[str, float], None]  # stage, seconds it took
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Built:
    id: str
    unchanged: bool


def build_snapshot(knowledge_dir: Path, progress: Progress | None = None) -> str:
    """Builds from the sources on this machine, puts the result into use and returns its id."""
    return build(knowledge_dir, progress).id


def build(
    knowledge_dir: Path,
    progress: Progress | None = None,
    *,
    use: bool = True,
    sources: Sequence[Source] | None = None,
) -> Built:
    """As `build_snapshot`. What was built before is not built again, unless it is damaged.

    Without `sources`: those that travel with the product, and what is on the shelf.
    The result is put into use when `use` is true, and also when nothing else is in use.
    """
    stages = Stages(progress)
    with stages("Raw files found"):
        sources = on_hand() if sources is None else sources
        fetched = [source.fetch() for source in sources]
        records = tuple(source.describe(files) for source, files in zip(sources, fetched, strict=True))
    with publish.build_lock(knowledge_dir, stages("Another build awaited")):
        key = memo.fingerprint(records)
        known = _whole(knowledge_dir, memo.recall(knowledge_dir, key), stages)
        made = known or _make(knowledge_dir, sources, fetched, records, stages)
        memo.remember(knowledge_dir, key, made)
        if use or not publish.something_in_use(knowledge_dir):
            publish.use(knowledge_dir, made)
    return Built(made, unchanged=known is not None)


class Stages:
    """Tells `progress` what was done and how long it took."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        if self._progress:
            self._progress(name, time.monotonic() - started)


def _whole(knowledge_dir: Path, known: str | None, stages: Stages) -> str | None:
    """The snapshot known from before, if every byte of it is as it was."""
    if known is None:
        return None
    with stages("Nothing changed; files verified"):
        return None if verify_snapshot(knowledge_dir / known) else known


def _make(
    knowledge_dir: Path,
    sources: Sequence[Source],
    fetched: Sequence[Fetched],
    records: tuple[SourceRecord, ...],
    stages: Stages,
) -> str:
    with stages("Raw files read"):
        parsed = [source.parse(files) for source, files in zip(sources, fetched, strict=True)]
    parts, counts = make_parts(_together(parsed), records[0].version, stages)
    with stages("Written"):
        return publish.write_snapshot(knowledge_dir, parts, records, counts)


def _together(parsed: Sequence[Parsed]) -> Parsed:
    """What all sources contribute, in the order of the sources."""
    return Parsed(
        terms=list(chain.from_iterable(one.terms for one in parsed)),
        rows=list(chain.from_iterable(one.rows for one in parsed)),
        genes=list(chain.from_iterable(one.genes for one in parsed)),
        orphanet=list(chain.from_iterable(one.orphanet for one in parsed)),
        mondo=list(chain.from_iterable(one.mondo for one in parsed)),
        cases=list(chain.from_iterable(one.cases for one in parsed)),
        documents=list(chain.from_iterable(one.documents for one in parsed)),
        rejects=list(chain.from_iterable(one.rejects for one in parsed)),
    )


def make_parts(parsed: Parsed, version: str, stages: Stages) -> tuple[dict[str, Arrays], dict[str, object]]:
    """The arrays of every part of a snapshot, and what the manifest counts. Writes nothing."""
    with stages("Ontology"):
        arrays = ontology_build.build(parsed.terms, version)
    with stages("Diseases"):
        diagnosed = [(case.diagnoses, case.diagnosis) for case in parsed.cases]
        built = disease_build.build(
            parsed.rows, parsed.genes, Ontology(arrays), parsed.orphanet, parsed.mondo, diagnosed
        )
        arrays = arrays | background(Ontology(arrays), built.ids, built.pooled)
    ontology = Ontology(arrays)
    diseases = DiseaseTable(built.arrays, ontology)
    parts = {"ontology": arrays, "diseases": built.arrays}
    with stages("Ranking"):
        parts["ranker"] = Ranker.build(ontology, diseases)
    with stages("Autocomplete"):
        parts["autocomplete"] = Autocomplete.build(ontology)
    with stages("Reading of notes"):
        parts["reader"] = NoteReader.build(ontology)
    counts = _term_counts(parsed) | dict(built.counts)
    if any(term.parents or term.genes for term in parsed.mondo):
        with stages("Hierarchy"):
            symbols = {gene.hgnc or gene.ncbi: gene.symbol for gene in parsed.genes}
            parts["hierarchy"] = hierarchy.build(parsed.mondo, symbols)
        counts |= hierarchy.counts(parts["hierarchy"])
    if parsed.cases:
        with stages("Published cases"):
            parts["cases"] = CaseBank.build(ontology, parsed.cases)
        counts |= case_counts(parts["cases"], parsed.cases)
    return parts, counts


def _term_counts(parsed: Parsed) -> dict[str, object]:
    live = [record for record in parsed.terms if not record.obsolete]
    return {
        "terms": len(live),
        "terms_obsolete": len(parsed.terms) - len(live),
        "alternative_ids": sum(len(record.alternatives) for record in parsed.terms),
        "synonyms": sum(len(record.synonyms) for record in live),
    }
