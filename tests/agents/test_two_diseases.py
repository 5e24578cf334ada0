"""Two diseases in one patient: found where two patients were mixed, and said of nobody who has one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.contract import Reason
from agents.ledger import candidate_record
from agents.two_diseases import LEFT_OVER, divided
from retrieval.model import Finding, Profile, Status
from tests.agents.conftest import patient
from tests.agents.investigating import NOT_APERT, TALL, Investigation, asked_of
from tests.agents.small_world import SmallWorld
from tests.agents.test_verification import SECOND
from tests.published import CARL, HANNAH

PFEIFFER = Profile(HANNAH.findings)
# Each by a few of its own signs.
OTHERS = {
    "Cystic fibrosis": ("HP:0001738", "HP:0002110", "HP:0012236", "HP:0002205", "HP:0000027"),
    "Wilson disease": ("HP:0200032", "HP:0010837", "HP:0001332", "HP:0001394", "HP:0002171"),
}


def found(world: SmallWorld, profile: Profile) -> dict[str, object] | None:
    order = [candidate_record(world, one) for one in world.ranker.rank(profile, limit=10).candidates]  # type: ignore[arg-type]
    return divided(world, profile, order)  # type: ignore[arg-type]


def mixed(*others: str) -> Profile:
    return replace(PFEIFFER, findings=(*PFEIFFER.findings, *(Finding(one) for one in others)))


@pytest.mark.parametrize("name", OTHERS)
def test_two_patients_mixed_are_told_apart(world: SmallWorld, name: str) -> None:
    apart = found(world, mixed(*OTHERS[name]))
    assert apart is not None, "not found"
    names = {apart[one]["name"] for one in ("first", "other")}  # type: ignore[index]
    assert names == {"Pfeiffer syndrome", name}
    assert all(apart[one]["explains"] >= LEFT_OVER for one in ("first", "other"))  # type: ignore[index]


@pytest.mark.parametrize(
    "profile",
    [patient(), SECOND, TALL, NOT_APERT, PFEIFFER, Profile(CARL.findings)],
    ids=["Pfeiffer", "Marfan", "tall", "not Apert", "Hannah", "Carl"],
)
def test_of_one_patient_two_diseases_are_not_said(world: SmallWorld, profile: Profile) -> None:
    assert found(world, profile) is None


def test_two_diseases_of_one_gene_are_two_names_for_one_patient(world: SmallWorld) -> None:
    """What Pfeiffer syndrome leaves over here Crouzon syndrome explains: both are of FGFR2."""
    assert found(world, patient()) is None


def test_few_findings_left_over_are_nothing(world: SmallWorld) -> None:
    assert found(world, mixed(*OTHERS["Cystic fibrosis"][: LEFT_OVER - 1])) is None
    assert found(world, Profile(())) is None
    gone = tuple(replace(one, status=Status.EXCLUDED) for one in mixed(*OTHERS["Cystic fibrosis"]).findings)
    assert found(world, Profile(gone)) is None


def test_the_result_says_it_and_the_order_does_not_change(world: SmallWorld) -> None:
    one = Investigation(world, asked_of(mixed(*OTHERS["Cystic fibrosis"])))
    outcome = one.through()
    assert str(Reason.TWO_DISEASES) in outcome.reasons
    told = one.of("conclude")[0].got
    assert told["divided"]["first"]["id"] == one.record.candidates()[0].disease
    assert [one["id"] for one in told["leaders"]] == [one.disease for one in one.record.candidates()[:5]]
