"""Published cases: GA4GH phenopackets (one, a directory, a zip) and plain lists of cases in JSON."""

from corpus_ingest.sources.phenopackets.read import UnreadableCases, read_cases
from corpus_ingest.sources.phenopackets.report import Read, Reject
from corpus_ingest.sources.phenopackets.usable import usable_in

__all__ = ["Read", "Reject", "UnreadableCases", "read_cases", "usable_in"]
