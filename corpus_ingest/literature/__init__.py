"""Papers on demand: asks a server that speaks PubMed's E-utilities, when the operator opened that door.

Nothing here knows a patient: what goes in are ids of terms and diseases, and what is sent are the names that
the knowledge gives them. It is imported by the worker's task and by the page that shows what would be sent;
the connection itself is made in `door` alone.
"""

from corpus_ingest.literature.article import Article
from corpus_ingest.literature.errors import LiteratureError, Off
from corpus_ingest.literature.pubmed import Found, PubMed, Request
from corpus_ingest.literature.question import Match, Question, query_of

__all__ = ["Article", "Found", "LiteratureError", "Match", "Off", "PubMed", "Question", "Request", "query_of"]
