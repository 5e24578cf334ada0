"""Papers: abstracts of PubMed and open full texts of PMC, in the XML in which NLM gives them out.

A file (.xml, .nxml, packed with gzip or not), a zip or a directory. A full text is taken only under an open
licence that it states itself, or under the one that whoever brings it in answers for.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from corpus_ingest.kind import Asked, SourceKind, gettext_noop
from corpus_ingest.source import Fetched, Parsed, Source, SourceUnavailable, digest
from corpus_ingest.sources.pubmed import files
from corpus_ingest.sources.pubmed.files import BOUNDS, ENDINGS, is_file
from retrieval.manifest import SourceRecord

NAME = "pubmed"
LICENCE = "as each text says; abstracts without a licence of their own belong to their publishers"
CITATION = "Each text names its paper. PubMed and PubMed Central, U.S. National Library of Medicine."
NOTE = "Retracted papers and full texts without an open licence are left out. Abstracts are never passed on."
URL = "https://pubmed.ncbi.nlm.nih.gov"
REMEDY = "Name XML of PubMed (PubmedArticleSet) or PMC (JATS articles), a zip or a directory of it."


def fetch(path: Path) -> Fetched:
    if not path.exists():
        raise SourceUnavailable(f"{path.name} cannot be found.", hint=REMEDY)
    return Fetched(files={path.name: path}, digests={} if path.is_dir() else {path.name: digest(path)})


def describe(fetched: Fetched) -> SourceRecord:
    """A collection of papers has no release: its version is the content."""
    name = next(iter(fetched.files))
    return SourceRecord(
        name=NAME,
        title=f"{KIND.title}: {name.partition('--')[2] or name}",
        version=fetched.digests.get(name, "")[:8] or "folder",
        licence=LICENCE,
        citation=CITATION,
        url=URL,
        files=dict(fetched.digests),
        note=NOTE,
    )


def parse(fetched: Fetched) -> Parsed:
    """The papers, each once and in order of id: of two editions the later one in the files."""
    (path,) = fetched.files.values()
    documents, rejects = files.read(path)
    return Parsed(documents=documents, rejects=rejects)


def source(path: Path) -> Source:
    return Source(name=NAME, fetch=partial(fetch, path), describe=describe, parse=parse)


KIND = SourceKind(
    name=NAME,
    title="Papers of PubMed and PMC",
    brings=gettext_noop("Brings abstracts and open full texts of papers, to search and to quote."),
    licence=LICENCE,
    citation=CITATION,
    url=URL,
    source=source,
    accepts=ENDINGS,
    is_wanted=is_file,
    bounds=BOUNDS,
    many=True,
    asks=(
        Asked(
            "licence",
            gettext_noop("Licence of full texts that state none"),
            hint=gettext_noop("Only if you may use them: it is written down with each. Without it they are left out."),
        ),
    ),
    at_least={"documents": 1},
    pack=files.pack,
)
