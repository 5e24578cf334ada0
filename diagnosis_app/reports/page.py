"""What the page of a report draws besides its words: the bars of the candidates, on one scale."""

from __future__ import annotations

from typing import Any

from diagnosis_app.cases.bars import Scale, bar
from diagnosis_app.reports.as_text import (
    answer_words,
    apart_lines,
    next_name,
    next_reason,
    place_words,
    shelf_words,
    side_words,
)
from diagnosis_app.reports.content import Report, shelves
from diagnosis_app.reports.of_model import blocks
from frontend.words import number

BAR = 14  # px


def shown(report: Report) -> dict[str, Any]:
    scale = Scale.over([one.pieces for one in report.candidates])
    rows = [
        {
            "one": one,
            "score": number(one.score),
            "bar": bar(one.pieces, scale, sum(part.value for part in one.pieces), BAR),
        }
        for one in report.candidates
    ]
    sides = report.closer.sides if report.closer else ()
    return {
        "rows": rows,
        "kinds": {part.kind for one in report.candidates for part in one.pieces if part.value > 0},
        "sides": [{"title": side.title, "words": side_words(side)} for side in sides],
        "answers": [answer_words(one) for one in report.answers],
        "apart": list(apart_lines(report.apart)) if report.apart else [],
        "next": [{"name": next_name(one), "reason": next_reason(one)} for one in report.next],
        "of_model": list(blocks(report.of_model)) if report.of_model else [],
        "shelves": [
            {"name": shelf_words(*shelf), "quoted": [{"one": one, "place": place_words(one)} for one in quoted]}
            for shelf, quoted in shelves(report.sources).items()
        ],
    }
