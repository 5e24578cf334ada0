"""What can go wrong in `retrieval`, each with a code that documentation and pages can name."""

from __future__ import annotations


class RetrievalError(Exception):
    """Base of every error this package raises on purpose.

    `code` is stable and documented, `hint` says what to do next, `retryable` says whether
    doing the same again may work. No message carries patient text.
    """

    code = "retrieval.error"
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UnknownTerm(RetrievalError):
    """The id has the form of a term but this ontology does not know it."""

    code = "ontology.unknown_term"


class MalformedId(RetrievalError):
    """The text is not a CURIE such as HP:0001250."""

    code = "ontology.malformed_id"


class NotAFinding(RetrievalError):
    """The term exists but does not descend from Phenotypic abnormality (HP:0000118)."""

    code = "ontology.not_a_finding"


class UnknownDisease(RetrievalError):
    """The snapshot holds no such disease."""

    code = "knowledge.unknown_disease"


class SnapshotMissing(RetrievalError):
    """No snapshot is in use, or the directory named does not exist or was never finished."""

    code = "knowledge.missing"


class SnapshotUnreadable(RetrievalError):
    """A file of the snapshot is absent, truncated or altered; the message names it."""

    code = "knowledge.unreadable"


class MalformedAge(RetrievalError):
    """The age is neither an ISO 8601 duration nor an HPO onset term."""

    code = "case.malformed_age"


class UnknownGene(RetrievalError):
    """No disease of the snapshot is linked to a gene of this name."""

    code = "knowledge.unknown_gene"
