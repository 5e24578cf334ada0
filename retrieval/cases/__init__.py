"""Published cases: what a patient had, what it turned out to be, and who resembles whom."""

from retrieval.cases.bank import CaseBank
from retrieval.cases.match import SimilarCase, match, similarities

__all__ = ["CaseBank", "SimilarCase", "match", "similarities"]
