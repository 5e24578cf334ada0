"""The pure core: scores every disease for a profile, and explains, compares and remarks.

No file, no clock, no chance: the same profile and snapshot give the same numbers.
"""

from retrieval.ranking.as_json import ranking_json
from retrieval.ranking.discriminate import Comparison
from retrieval.ranking.explain import Expected, Explanation
from retrieval.ranking.hints import Hint, hints
from retrieval.ranking.movement import Move, movement
from retrieval.ranking.next_question import NextQuestions
from retrieval.ranking.ranker import Ranker, Ranking
from retrieval.ranking.reading import NotUsed, rankable
from retrieval.ranking.stability import Stability, Without

__all__ = [
    "Comparison",
    "Expected",
    "Explanation",
    "Hint",
    "Move",
    "NextQuestions",
    "NotUsed",
    "Ranker",
    "Ranking",
    "Stability",
    "Without",
    "hints",
    "movement",
    "rankable",
    "ranking_json",
]
