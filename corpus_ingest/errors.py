"""What can go wrong while knowledge is brought in, each with a code that documentation and pages can name."""

from __future__ import annotations

from retrieval.errors import RetrievalError


class IngestionError(RetrievalError):
    """Base of what ends an ingestion on purpose. The snapshot in use stays in use."""

    code = "ingest.error"


class DiskFull(IngestionError):
    """There was no room. What was finished is kept, and the next try goes on from there."""

    code = "ingest.disk_full"
    retryable = True


class CannotWrite(IngestionError):
    """A directory may not be written, or the disk answered with an error."""

    code = "ingest.cannot_write"
    retryable = True


class CheckFailed(IngestionError):
    """The snapshot that was built is not fit for use; it is not proposed."""

    code = "ingest.check_failed"


class Dropped(IngestionError):
    """It holds much less than the snapshot in use."""

    code = "ingest.dropped"


class LicenceMissing(IngestionError):
    """A source does not say under which licence it may be used."""

    code = "ingest.licence_missing"


class IncomingMissing(IngestionError):
    """A file that was to be brought in is no longer where it was received."""

    code = "ingest.file_missing"


class EmbeddingFailed(IngestionError):
    """The process that embeds ended with an error."""

    code = "ingest.embedding_failed"
    retryable = True


class GaveUp(IngestionError):
    """It was begun several times and each time its worker was lost."""

    code = "ingest.gave_up"
    retryable = True


class Crashed(IngestionError):
    """An unforeseen error; the log names the place."""

    code = "ingest.crashed"


class QueueDown(IngestionError):
    """The queue does not answer: what was asked for waits in its row, and starts when it does."""

    code = "ingest.queue_down"
    retryable = True


class NotPossible(IngestionError):
    """What was asked does not fit the state: an ended ingestion cannot be paused, a withdrawn one not published."""

    code = "ingest.not_possible"


class SecondPersonNeeded(IngestionError):
    """Whoever proposed a snapshot cannot be the one who publishes it."""

    code = "publication.second_person"


class NothingToRollBack(IngestionError):
    """No earlier snapshot is there and whole."""

    code = "publication.nothing_before"
