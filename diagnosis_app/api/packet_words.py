"""What the API answers about phenopackets, as types."""

from __future__ import annotations

from typing import Literal

from diagnosis_app.api.case_words import Case
from diagnosis_app.api.ranking_words import Ranking
from diagnosis_app.api.words import Word


class Remark(Word):
    """What became of a part of the phenopacket that is not there as it was written."""

    level: Literal["note", "changed", "lost", "problem"]
    field: str
    message: str
    hint: str


class RankedPacket(Ranking):
    report: list[Remark]


class Imported(Word):
    case: Case
    report: list[Remark]
