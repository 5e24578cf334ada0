"""The rows of the small knowledge, taken from the whole one.

`CLEW_TEST_KNOWLEDGE=… python -m tests.agents.small_rows` writes them anew, for another release or other diseases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from agents.studio.knowledge import ANNOTATIONS, BETWEEN, GENES, TERMS
from retrieval.annotation_rows import WRITTEN
from retrieval.snapshot import Snapshot, open_snapshot

# Three families of mimics (skull and FGFR, connective tissue, muscle and storage), and others far from them.
DISEASES = (
    *("OMIM:101200", "OMIM:101400", "OMIM:101600", "OMIM:123150", "OMIM:123500", "OMIM:123790", "OMIM:602849"),
    *("OMIM:130000", "OMIM:154700", "OMIM:166200", "OMIM:236200", "OMIM:609192"),
    *("OMIM:230800", "OMIM:232300", "OMIM:300100", "OMIM:301500", "OMIM:310200"),
    *("OMIM:100800", "OMIM:105830", "OMIM:143100", "OMIM:162200", "OMIM:163950", "OMIM:176670", "OMIM:191100"),
    *("OMIM:203500", "OMIM:219700", "OMIM:261600", "OMIM:272800", "OMIM:277900", "OMIM:312750"),
)

Row = tuple[str, ...]


def annotations(snapshot: Snapshot) -> Iterator[Row]:
    wanted = frozenset(DISEASES)
    for k in range(len(snapshot.diseases.rows)):
        if snapshot.diseases.rows.text("disease", k) in wanted:
            row = snapshot.diseases.rows[k]
            yield (str(row.line), *(getattr(row, column) for column in WRITTEN))


def genes(snapshot: Snapshot) -> Iterator[Row]:
    for disease in DISEASES:
        yield from ((link.ncbi, link.symbol, disease) for link in snapshot.diseases.disease(disease).genes)


def terms(snapshot: Snapshot, rows: Sequence[Row]) -> Iterator[Row]:
    """What the rows name, and everything above it."""
    ontology = snapshot.ontology
    named = {ontology.index(text) for row in rows for text in row if text.startswith("HP:")} - {None}
    for i in sorted({int(above) for one in named if one is not None for above in ontology.ancestors(one)}):
        term = ontology.term(ontology.ids[i])
        exact = (one.text for one in term.synonyms if one.scope == "EXACT" and not one.kind and BETWEEN not in one.text)
        yield term.id, term.label, BETWEEN.join(term.parents), BETWEEN.join(exact)


def files(snapshot: Snapshot) -> dict[Path, list[Row]]:
    rows = list(annotations(snapshot))
    return {ANNOTATIONS: rows, GENES: list(genes(snapshot)), TERMS: list(terms(snapshot, rows))}


def write(snapshot: Snapshot) -> None:
    for path, rows in files(snapshot).items():
        path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    import os

    folder = Path(os.environ["CLEW_TEST_KNOWLEDGE"])
    write(open_snapshot(folder / (folder / "current").read_text().strip()))
