"""The virtual clinic: what it shows first, and that it never says more than the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.contract import Answer
from agents.virtual_clinic import Mode
from retrieval.model import Finding, Status
from tests.agents.conftest import ABSENT, PRESENT
from tests.agents.published_patient import CASE, clinic_of
from tests.agents.small_world import SmallWorld

MACROCEPHALY = "HP:0000256"  # the record says that it is absent
SKULL = "HP:0000929"  # abnormal skull morphology: stands above several findings of the record
LIKE_MARFAN = "HP:0001166"  # arachnodactyly: the record says nothing of it


def test_a_few_present_findings_are_shown_and_the_case_decides_which(world: SmallWorld) -> None:
    shown = [one.term for one in clinic_of(world).start.findings]
    assert len(shown) == 3 and set(shown) < set(PRESENT)
    assert shown == [one.term for one in clinic_of(world).start.findings], "every run shows the same"
    others = {tuple(one.term for one in clinic_of(world, replace(CASE, id=f"{n}")).start.findings) for n in range(8)}
    assert len(others) > 1, "another case shows others"
    assert (clinic_of(world).start.sex, clinic_of(world).start.age) == (CASE.profile.sex, CASE.profile.age)


def test_more_are_the_first_and_some_beside_them(world: SmallWorld) -> None:
    few, more = ({one.term for one in clinic_of(world, shown=n).start.findings} for n in (2, 5))
    assert few < more and len(more) == 5
    assert clinic_of(world, shown=5).held_back == len(PRESENT) - 5
    assert clinic_of(world, shown=99).held_back == 0


def test_what_the_record_states_is_present_and_so_is_what_stands_above_it(world: SmallWorld) -> None:
    clinic = clinic_of(world)
    assert clinic.answer(PRESENT[3]) is Answer.PRESENT
    assert clinic.answer(SKULL) is Answer.PRESENT


@pytest.mark.parametrize("term", [LIKE_MARFAN, *ABSENT])
def test_what_the_record_does_not_state_is_not_known_and_never_no(world: SmallWorld, term: str) -> None:
    assert clinic_of(world).answer(term) is Answer.UNKNOWN


def test_absence_is_answered_only_in_a_mode_that_says_so(world: SmallWorld) -> None:
    clinic = clinic_of(world, mode=Mode.EXCLUDED)
    assert clinic.answer(MACROCEPHALY) is Answer.EXCLUDED
    assert clinic.answer("HP:0004482") is Answer.EXCLUDED, "relative macrocephaly stands below it"
    assert clinic.answer(LIKE_MARFAN) is Answer.UNKNOWN, "nor does that mode say no to what is not stated"


def test_a_finding_of_a_relative_or_in_doubt_is_no_answer(world: SmallWorld) -> None:
    doubtful = tuple(Finding(LIKE_MARFAN, status) for status in (Status.FAMILY, Status.UNCERTAIN))
    case = replace(CASE, profile=replace(CASE.profile, findings=(*CASE.profile.findings, *doubtful)))
    clinic = clinic_of(world, case, shown=99)
    assert LIKE_MARFAN not in {one.term for one in clinic.start.findings}
    assert clinic.answer(LIKE_MARFAN) is Answer.UNKNOWN


def test_the_bill_counts_turns_answers_and_what_examinations_ask_of_the_patient(world: SmallWorld) -> None:
    clinic = clinic_of(world)
    for term in (PRESENT[0], LIKE_MARFAN, "HP:0001640", "HP:0002119"):
        clinic.answer(term)
    bill = clinic.bill
    assert (bill.turns, bill.answered, bill.free) == (4, 1, 2)
    assert sum(bill.burdens.values()) == 2 and "none" not in bill.burdens
    clinic.begin()
    assert (clinic.bill.turns, clinic.bill.burdens) == (0, {})
