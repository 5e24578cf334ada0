"""fetch → parse → screen → chunk → build → publish: from raw files to a finished snapshot.

Reads the raw files, never the network. A file that cannot be parsed stops the build before
anything is written, and the snapshot in use stays in use. What is slow (reading documents, screening
and cutting texts) is kept by content in `finished`, so that a build that was killed goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path

import numpy as np

from corpus_ingest import held as held_back
from corpus_ingest import memo, publish, released, shelf, texts
from corpus_ingest.errors import LicenceMissing
from corpus_ingest.finished import Finished, key_of
from corpus_ingest.rows import document_of, document_row
from corpus_ingest.screening import Held
from corpus_ingest.source import Fetched, Parsed, Reject, Source
from corpus_ingest.sources import on_hand
from corpus_ingest.steps import Progress, Stage, Told, Watch
from retrieval import disease_build, hierarchy
from retrieval.cases.bank import CaseBank
from retrieval.cases.build import counts as case_counts
from retrieval.diseases import DiseaseTable
from retrieval.manifest import SourceRecord
from retrieval.ontology import build as ontology_build
from retrieval.ontology.autocomplete import Autocomplete
from retrieval.ontology.graph import Ontology
from retrieval.ontology.information_content import background
from retrieval.passages import parts as passage_parts
from retrieval.passages.document import Document, Passage
from retrieval.phenotype_text import NoteReader
from retrieval.ranking.ranker import Ranker
from retrieval.snapshot import verify_snapshot

Arrays = dict[str, np.ndarray]
READERS = (
    *(
        f"corpus_ingest/{name}"
        for name in ("sources", "documents", "parsing", "rows.py", "source.py", "archive.py", "safe_xml.py")
    ),
    "retrieval/passages/document.py",
)
TEXTS = ("documents", "rejects")  # the parts of `Parsed` that are kept


@dataclass(frozen=True, slots=True)
class Built:
    id: str
    unchanged: bool


@dataclass(frozen=True, slots=True)
class Material:
    """The raw files of all sources, and what is said of each source."""

    sources: tuple[Source, ...]
    fetched: tuple[Fetched, ...]
    records: tuple[SourceRecord, ...]
    released: frozenset[str] = frozenset()  # held texts that may pass

    @property
    def key(self) -> str:
        return memo.fingerprint(self.records, self.released)


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
    watch = Told(progress)
    with watch.step("Raw files found"):
        material = find(sources)
    kept = Finished(None) if sources is not None else results()
    with publish.build_lock(knowledge_dir, watch.step("Another build awaited")):
        known = whole(knowledge_dir, material, watch)
        made = known or make(knowledge_dir, material, kept, watch)
        memo.remember(knowledge_dir, material.key, made)
        if use or not publish.something_in_use(knowledge_dir):
            publish.use(knowledge_dir, made)
    return Built(made, unchanged=known is not None)


def results() -> Finished:
    """What stages on this machine have finished before."""
    return Finished(shelf.root().parent / "ingest")


def find(sources: Sequence[Source] | None = None) -> Material:
    """The raw files, each checked against its hash; a source that states no licence is refused."""
    decided = frozenset[str]() if sources is not None else released.ids()
    sources = on_hand() if sources is None else sources
    fetched = tuple(source.fetch() for source in sources)
    records = tuple(source.describe(files) for source, files in zip(sources, fetched, strict=True))
    for record in records:
        if not record.licence.strip():
            raise LicenceMissing(
                f"{record.title or record.name} states no licence.", hint="Bring it in again and say its licence."
            )
    return Material(tuple(sources), fetched, records, decided)


def whole(knowledge_dir: Path, material: Material, watch: Watch) -> str | None:
    """The snapshot built from this material before, if every byte of it is as it was."""
    known = memo.recall(knowledge_dir, material.key)
    if known is None:
        return None
    with watch.step("Nothing changed; files verified"):
        return None if verify_snapshot(knowledge_dir / known) else known


def make(knowledge_dir: Path, material: Material, finished: Finished, watch: Watch) -> str:
    """Builds and writes the snapshot. Call with the build lock held."""
    with watch.stage("parse") as stage, watch.step("Raw files read"):
        parsed = _parsed(material, finished, stage)
    passed, passages, held = _texts(parsed.documents, material.released, finished, watch)
    parsed = replace(parsed, documents=passed)
    with watch.stage("build") as stage:
        parts, counts = make_parts(parsed, material.records[0].version, watch, passages)
        if held:
            counts["texts_held"] = len(held)
        with watch.step("Written"):
            made = publish.write_snapshot(knowledge_dir, parts, material.records, counts)
        stage.note("", **{name: n for name, n in counts.items() if isinstance(n, int)})
    held_back.keep(made, held, finished)
    return made


def _parsed(material: Material, finished: Finished, stage: Stage) -> Parsed:
    """What all sources contribute, in the order of the sources."""
    code, parsed = memo.code(*READERS), []
    several = list(zip(material.sources, material.fetched, material.records, strict=True))
    for done, (source, files, record) in enumerate(several):
        stage.tick(done, len(several))
        parsed.append(_of_source(source, files, record, finished, code))
    stage.tick(len(several), len(several))
    together = Parsed(
        **{part.name: list(chain(*(getattr(one, part.name) for one in parsed))) for part in fields(Parsed)}
    )
    stage.note(documents=len(together.documents), cases=len(together.cases))
    return together


def _of_source(source: Source, files: Fetched, record: SourceRecord, finished: Finished, code: str) -> Parsed:
    """A source that holds nothing but documents is read once: reading a PDF may take a minute."""
    key = key_of(source.name, repr(record), repr(sorted(files.digests.items())), code)
    rows = finished.get("parsed", key)
    if rows is not None:
        rejects = [Reject(*said) for said in rows.pop()["rejects"]]
        return Parsed(documents=[document_of(row) for row in rows], rejects=rejects)
    parsed = source.parse(files)
    if parsed.documents and not any(getattr(parsed, part.name) for part in fields(Parsed) if part.name not in TEXTS):
        said = [[one.name, one.reason, one.detail] for one in parsed.rejects]
        finished.put("parsed", key, [*map(document_row, parsed.documents), {"rejects": said}])
    return parsed


def _texts(
    documents: Sequence[Document], may_pass: Collection[str], finished: Finished, watch: Watch
) -> tuple[list[Document], list[Passage], list[Held]]:
    if not documents:
        return [], [], []
    with watch.stage("screen") as stage, watch.step("Texts screened"):
        passed, held = texts.screened(documents, may_pass, finished, stage.tick)
        stage.note(documents=len(passed), held=len(held))
    with watch.stage("chunk") as stage, watch.step("Passages cut"):
        passages = texts.chunked(passed, finished, stage.tick)
        stage.note(passages=len(passages))
    return passed, passages, held


def make_parts(
    parsed: Parsed, version: str, watch: Watch, passages: Sequence[Passage] = ()
) -> tuple[dict[str, Arrays], dict[str, object]]:
    """The arrays of every part of a snapshot, and what the manifest counts. Writes nothing."""
    with watch.step("Ontology"):
        arrays = ontology_build.build(parsed.terms, version)
    with watch.step("Diseases"):
        diagnosed = [(case.diagnoses, case.diagnosis) for case in parsed.cases]
        built = disease_build.build(
            parsed.rows, parsed.genes, Ontology(arrays), parsed.orphanet, parsed.mondo, diagnosed
        )
        arrays = arrays | background(Ontology(arrays), built.ids, built.pooled)
    ontology = Ontology(arrays)
    diseases = DiseaseTable(built.arrays, ontology)
    parts = {"ontology": arrays, "diseases": built.arrays}
    with watch.step("Ranking"):
        parts["ranker"] = Ranker.build(ontology, diseases)
    with watch.step("Autocomplete"):
        parts["autocomplete"] = Autocomplete.build(ontology)
    with watch.step("Reading of notes"):
        parts["reader"] = NoteReader.build(ontology)
    counts = _term_counts(parsed) | dict(built.counts)
    if any(term.parents or term.genes for term in parsed.mondo):
        with watch.step("Hierarchy"):
            symbols = {gene.hgnc or gene.ncbi: gene.symbol for gene in parsed.genes}
            parts["hierarchy"] = hierarchy.build(parsed.mondo, symbols)
        counts |= hierarchy.counts(parts["hierarchy"])
    if parsed.cases:
        with watch.step("Published cases"):
            parts["cases"] = CaseBank.build(ontology, parsed.cases)
        counts |= case_counts(parts["cases"], parsed.cases)
    if parsed.documents:
        with watch.step("Passages indexed"):
            synonyms = ((entry.id, name) for entry in parsed.orphanet for name in entry.synonyms)
            found = passage_parts.parts(parsed.documents, passages, diseases, ontology, synonyms)
        parts |= found
        counts |= passage_parts.counts(found)
    return parts, counts


def _term_counts(parsed: Parsed) -> dict[str, object]:
    live = [record for record in parsed.terms if not record.obsolete]
    return {
        "terms": len(live),
        "terms_obsolete": len(parsed.terms) - len(live),
        "alternative_ids": sum(len(record.alternatives) for record in parsed.terms),
        "synonyms": sum(len(record.synonyms) for record in live),
    }
