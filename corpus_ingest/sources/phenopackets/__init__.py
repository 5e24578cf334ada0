"""Published cases: GA4GH phenopackets (one, a directory, a zip) and plain lists of cases in JSON."""

from corpus_ingest.kind import Asked, Feed, SourceKind, gettext_noop
from corpus_ingest.sources.phenopackets import kept, release
from corpus_ingest.sources.phenopackets.read import BOUNDS, UnreadableCases, read_cases
from corpus_ingest.sources.phenopackets.report import Read, Reject
from corpus_ingest.sources.phenopackets.usable import usable_in

__all__ = ["KIND", "Read", "Reject", "UnreadableCases", "read_cases", "usable_in"]

KIND = SourceKind(
    name=kept.KIND,
    title="Published cases",
    brings=gettext_noop("Patients that papers describe, to compare with: phenopackets, or a list of cases."),
    licence="as each collection says",
    citation="Each case names its own publication.",
    url="https://github.com/monarch-initiative/phenopacket-store",
    place=90,
    source=kept.source,
    accepts=(".json", ".zip"),
    bounds=BOUNDS,
    many=True,
    asks=(
        Asked("collection", gettext_noop("Name of the collection")),
        Asked("licence", gettext_noop("Licence"), required=True, hint=gettext_noop("For example BSD-3-Clause.")),
        Asked("citation", gettext_noop("How it asks to be cited")),
        Asked("url", gettext_noop("Where it is published")),
    ),
    merge=kept.merge,
    feed=Feed(
        "https://github.com/monarch-initiative/phenopacket-store/releases/latest/download/all_phenopackets.zip",
        20_000_000,
        name="phenopacket-store.zip",
        said={"collection": release.ABOUT.name, "licence": release.ABOUT.licence, "citation": release.ABOUT.citation},
    ),
    command="manage.py knowledge add-cases PATH",
)
