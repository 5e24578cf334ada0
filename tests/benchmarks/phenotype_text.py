"""How well the note reader recognises findings: `python -m tests.benchmarks.phenotype_text [--errors N]`.

Document-level micro F1 on GSC+ and GeneReviews-10: ids brought up to date, findings only, a document's
set of terms against the gold set. GSC+ keeps negated and nested mentions, so both "all" and "not
excluded" are printed. Then the time for a note of 200,000 characters. No pass or fail.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from retrieval.model import Status
from retrieval.ontology.graph import Ontology
from retrieval.phenotype_text import Mention, Reader
from retrieval.snapshot import open_snapshot
from tests import environment, knowledge

Document = tuple[str, set[str]]


def gsc_plus(folder: Path) -> Iterator[Document]:
    """Blocks of id, text and tab-separated annotations."""
    with zipfile.ZipFile(folder / "gsc-plus.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".tsv"):
                for block in re.split(r"\n\s*\n", archive.read(name).decode().strip()):
                    _, text, *rows = block.split("\n")
                    yield text, {row.split("\t")[3].strip() for row in rows if row.count("\t") >= 3}


def gene_reviews(folder: Path) -> Iterator[Document]:
    with zipfile.ZipFile(folder / "genereviews-10.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json"):
                document = json.loads(archive.read(name))
                yield document["full_text"], {row["hpo_id"] for row in document["annotations"]}


def current(ontology: Ontology, ids: set[str]) -> set[str]:
    indices = {ontology.index(term.replace("_", ":")) for term in ids}
    return {ontology.ids[i] for i in indices if i is not None and ontology.is_finding(i)}


def figures(pairs: list[tuple[set[str], set[str]]]) -> str:
    hits = sum(len(found & gold) for found, gold in pairs)
    found, gold = sum(len(f) for f, _ in pairs), sum(len(g) for _, g in pairs)
    return f"P {hits / found:.3f}  R {hits / gold:.3f}  F1 {2 * hits / (found + gold):.3f}"


def evaluate(name: str, documents: list[Document], reader: Reader, ontology: Ontology, errors: int) -> None:
    started = time.perf_counter()
    read: list[list[Mention]] = [reader.read(text) for text, _ in documents]
    seconds = time.perf_counter() - started
    gold = [current(ontology, ids) for _, ids in documents]
    everything = [{m.term for m in mentions} for mentions in read]
    stated = [{m.term for m in mentions if m.status is not Status.EXCLUDED} for mentions in read]
    print(f"{name}: {len(documents)} documents, {len(documents) / seconds:.0f} a second")
    print(f"  not excluded  {figures(list(zip(stated, gold, strict=True)))}")
    print(f"  all           {figures(list(zip(everything, gold, strict=True)))}")
    if errors:
        extra = Counter(
            f"{m.text} -> {m.label}"
            for mentions, terms in zip(read, gold, strict=True)
            for m in {m.term: m for m in mentions}.values()
            if m.term not in terms
        )
        missed = Counter(t for found, terms in zip(everything, gold, strict=True) for t in terms - found)
        print("  not in the gold standard:", extra.most_common(errors))
        print("  missed:", [(ontology.label(ontology.index(t) or 0), n) for t, n in missed.most_common(errors)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="print the N commonest errors of each kind")
    errors = parser.parse_args().errors
    root = environment.benchmark_data()
    if root is None:
        raise SystemExit("Set CLEW_BENCHMARK_DATA to the folder of third-party data.")
    directory = knowledge.ensure()
    snapshot = open_snapshot(directory / (directory / "current").read_text().strip())
    reader, ontology = snapshot.reader, snapshot.ontology
    reader.read("warm up: seizures")
    documents = list(gsc_plus(root / "text"))
    evaluate("GSC+", documents, reader, ontology, errors)
    evaluate("GeneReviews-10", list(gene_reviews(root / "text")), reader, ontology, errors)
    note = "\n\n".join(text for text, _ in documents * 3)[:200_000]
    started = time.perf_counter()
    mentions = reader.read(note)
    print(f"a note of {len(note):,} characters: {time.perf_counter() - started:.2f} s, {len(mentions):,} mentions")


if __name__ == "__main__":
    main()
