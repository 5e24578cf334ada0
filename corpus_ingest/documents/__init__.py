"""Files that people bring: read by a process of its own, into blocks with headings and pages.

`read` is the one door. The caller's process never parses: it hands the bytes over, waits no longer than the
limits say, and gets plain text back or a clear error. What is read is data of unknown intent; see `screening`.
"""

from corpus_ingest.documents.limits import DEFAULT, Limits
from corpus_ingest.documents.reading import ReadText, read, read_all
from corpus_ingest.documents.unreadable import Unreadable

__all__ = ["DEFAULT", "Limits", "ReadText", "Unreadable", "read", "read_all"]
