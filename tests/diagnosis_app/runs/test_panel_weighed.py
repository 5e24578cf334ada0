"""What the panel weighed of a candidate, put together from the steps of all its rounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from diagnosis_app.runs.models import Step
from diagnosis_app.runs.panel_telling import weighed_words
from diagnosis_app.runs.panel_weighed import Found, Weighed, weighed_of

MARFAN = "OMIM:154700"


def step(action: str, got: Mapping[str, Any]) -> Step:
    return Step(action=action, detail={"why": {"disease": MARFAN}, "got": dict(got)})


def piece(term: str, evidence: str, **more: Any) -> dict[str, Any]:
    return {"finding": term, "label": term, "evidence": evidence, **more}


def test_a_finding_that_several_sources_name_is_told_once_with_them_all() -> None:
    steps = [
        step("weigher", {"supports": [piece("HP:1", "a", new=True)]}),
        step("archivist", {"supports": [piece("HP:1", "b", absent=False, new=False)]}),
        step("sceptic", {"supports": [piece("HP:9", "z")]}),
    ]
    assert weighed_of(steps, ()) == {MARFAN: Weighed(supports=(Found("HP:1", True, False, ("a", "b")),))}


def test_what_was_missing_until_it_was_answered_is_not_missing_any_more() -> None:
    missing = {"missing": [{"term": one, "label": one, "evidence": "a"} for one in ("HP:1", "HP:2")]}
    steps = [step("archivist", missing), step("archivist", {"supports": [piece("HP:1", "b")]})]
    [found] = weighed_of(steps, {"HP:1"}).values()
    assert [one.label for one in found.missing] == ["HP:2"] and [one.label for one in found.supports] == ["HP:1"]


def test_what_an_earlier_version_kept_as_missing_without_a_place_is_not_shown() -> None:
    assert weighed_of([step("weigher", {"missing": [{"term": "HP:1", "label": "A model's word"}]})], ()) == {}


@pytest.mark.parametrize(
    ("new", "absent", "words"),
    [
        (False, False, "Macrocephaly"),
        (False, True, "Macrocephaly, absent here"),
        (True, False, "Macrocephaly (new to the sum)"),
    ],
)
def test_a_finding_that_the_patient_does_not_have_says_so(new: bool, absent: bool, words: str) -> None:
    assert weighed_words("Macrocephaly", new=new, absent=absent) == words
