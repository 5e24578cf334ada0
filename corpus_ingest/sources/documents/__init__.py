"""Documents that a curator uploads: guidelines, protocols, articles, lists of texts. Each names its licence."""

from corpus_ingest.documents import DEFAULT
from corpus_ingest.kind import Asked, SourceKind, gettext_noop
from corpus_ingest.sources.documents import kept
from corpus_ingest.sources.documents.about import About
from corpus_ingest.sources.documents.kept import NAME, bring_document, remove

__all__ = ["KIND", "NAME", "About", "bring_document", "remove"]

# Only what a form offers: what a file is, its content decides.
_WORDS = (".pdf", ".docx", ".html", ".htm", ".md", ".markdown", ".txt", ".text")
_RECORDS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
_ENDINGS = (*_WORDS, *_RECORDS, *_PICTURES)

KIND = SourceKind(
    name=NAME,
    title="Documents",
    brings=gettext_noop("Guidelines, protocols and articles of your own: PDF, DOCX, HTML, Markdown, text, JSONL, CSV."),
    licence="as each document says",
    citation="Each document names its own source.",
    url="",
    source=kept.source,
    accepts=_ENDINGS,
    folders=False,
    largest=DEFAULT.bytes,
    many=True,
    asks=(
        Asked(
            "licence", gettext_noop("Licence"), required=True, hint=gettext_noop("For example CC-BY-4.0, or internal.")
        ),
        Asked(
            "title", gettext_noop("Title"), hint=gettext_noop("Without it, the title that the document gives itself.")
        ),
        Asked("url", gettext_noop("Where it is published")),
        Asked(
            "diseases", gettext_noop("Diseases it is about"), hint=gettext_noop("Ids, such as OMIM:154700 ORPHA:558.")
        ),
        Asked("language", gettext_noop("Language"), hint=gettext_noop("A code such as en or de.")),
        Asked("date", gettext_noop("Date of the document"), hint=gettext_noop("2024, 2024-05 or 2024-05-17.")),
        Asked(
            "redistributable", gettext_noop("It may be passed on"), hint=gettext_noop("Only then an export carries it.")
        ),
        Asked(
            "columns",
            gettext_noop("Columns of a table"),
            hint=gettext_noop('Which column is what, as JSON: {"Summary": "text", "Name": "title"}.'),
        ),
    ),
    merge=kept.merge,
)
