"""The table of `diagnose`: it fits the terminal, and cuts nothing when it is piped."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis_app.api.diagnose import table


def result(**changes: Any) -> dict[str, Any]:
    contributions = [
        {"kind": "finding", "finding": "HP:0001083", "label": "Ectopia lentis", "value": 3.25, "frequency": None},
        {"kind": "finding", "finding": "HP:0002616", "label": "Aortic root aneurysm", "value": 2.5, "frequency": None},
        {"kind": "excluded", "finding": "HP:0001250", "label": "Seizure", "value": -0.31, "frequency": None},
        {"kind": "finding", "finding": "HP:0000001", "label": "Nothing to say", "value": 0.01, "frequency": None},
    ]
    candidate = {
        "rank": 1,
        "id": "OMIM:154700",
        "name": "Marfan syndrome with a name that goes on and on and on",
        "score": 5.44,
        "contributions": contributions,
    }
    read = {
        "kind": "terms",
        "sex": "male",
        "age": "P6Y",
        "onset": None,
        "counts": {"present": 2, "excluded": 1, "uncertain": 1, "family": 0},
        "remarks": [
            {"level": "changed", "field": "line 3", "message": "HP:0001388 is now HP:0001382."},
            {"level": "left out", "field": "files", "message": "Not kept."},
            {"level": "note", "field": "id", "message": "Not worth a line."},
        ],
    }
    whole = {
        "snapshot": "0123456789abcdef",
        "case": "case.txt",
        "input": read,
        "hints": [],
        "candidates": [candidate],
        "outcome": "ranked",
        "reasons": [],
        "note": "OMIM entries are ranked.",
        "citation": "Köhler 2021.",
        "intended_use": "Supports a clinician.",
    }
    return whole | changes


def test_what_was_read_stands_above_the_list() -> None:
    text = "\n".join(table.lines(result(), None))
    assert "case.txt: terms; 2 present, 1 excluded, 1 uncertain (not ranked); male, age P6Y" in text
    assert "changed: line 3: HP:0001388 is now HP:0001382." in text
    assert "left out: files (" in text
    assert "Not worth a line" not in text


def test_into_a_pipe_nothing_is_cut() -> None:
    text = "\n".join(table.lines(result(), None))
    assert "Marfan syndrome with a name that goes on and on and on" in text
    assert "+3.2 Ectopia lentis, +2.5 Aortic root aneurysm, -0.3 no Seizure" in text
    assert "Nothing to say" not in text


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_on_a_terminal_no_line_is_wider_than_the_terminal(width: int) -> None:
    for line in [*table.lines(result(), width), *table.foot(result(), width)]:
        assert len(line) <= width, line


def test_a_cut_explanation_says_how_much_is_missing() -> None:
    assert table.why(result()["candidates"][0]["contributions"], 40) == "+3.2 Ectopia lentis, 2 more"


def test_wide_characters_count_twice() -> None:
    one = result()["candidates"][0] | {"name": "马凡综合征" * 12}
    for line in table.lines(result(candidates=[one]), 80):
        assert table._columns(line) <= 80


def test_too_few_findings_give_no_list_but_the_reason() -> None:
    text = "\n".join(table.lines(result(outcome="insufficient", reasons=["too_few_findings"]), None))
    assert "Not enough for a differential: it holds fewer than three findings that are present." in text
    assert "OMIM" not in text


def test_a_hint_is_told_with_the_terms_that_would_say_more() -> None:
    hint = {
        "code": "too_general",
        "finding": "HP:0001250",
        "message": "Seizure fits many.",
        "suggestions": [{"id": "HP:0020219", "label": "Motor seizure"}],
    }
    assert "too general: Seizure fits many. (Motor seizure)" in "\n".join(table.lines(result(hints=[hint]), None))


def test_every_reason_of_the_ranking_has_words() -> None:
    from retrieval.ranking import ranker

    assert {ranker.NO_FINDINGS, ranker.TOO_FEW_FINDINGS, ranker.TOO_FEW_SPECIFIC} == set(table._REASONS)
