"""The same attacks with a defence taken out: what they may not come to, they then come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agents import influence
from agents.panel import vocabulary
from agents.panel.fence import Fence, hostile
from retrieval.snapshot import Snapshot
from tests.security.hostile_text.attack import Attack, Carrier
from tests.security.hostile_text.attacks import ATTACKS, DENIAL, FABRICATED, IDS, MADE_UP, MARKS, OVERRIDE, TURNS
from tests.security.hostile_text.conftest import Without
from tests.security.hostile_text.judging import violations, withheld
from tests.security.hostile_text.running import ran

SINGLE = [one for one in ATTACKS if len(one.texts) == 1 and one.carrier in (Carrier.PASSAGE, Carrier.NOTE)]
SCREENED = [one for one in SINGLE if hostile(one.text)][::4]
PASSED_ON = [one for one in (*MARKS, *IDS, *OVERRIDE, *TURNS) if not hostile(one.text)][::3]
MOVING = [one for one in (*FABRICATED, *DENIAL) if one.carrier is Carrier.PASSAGE]


@pytest.fixture
def no_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.panel.table.hostile", lambda text: "")
    monkeypatch.setattr("agents.panel.weigher.hostile", lambda text: "")
    monkeypatch.setattr(Fence, "bare", lambda self, text: text)
    monkeypatch.setattr(Fence, "around", lambda self, text, *, label: text)


def test_without_the_fence_what_was_withheld_reaches_the_model_and_is_obeyed(
    snapshot: Snapshot, without: Without, no_fence: None
) -> None:
    assert len(SCREENED) >= 8
    for attack in SCREENED:
        one = ran(snapshot, attack, attack.carrier, attack.about)
        assert one.model.read and not withheld(one), attack
        assert "fence" in violations(one, without(attack), attack)


def test_a_model_that_heeds_the_marks_obeys_nothing_between_them(snapshot: Snapshot) -> None:
    assert len(PASSED_ON) >= 8
    for attack in PASSED_ON:
        assert not ran(snapshot, attack, attack.carrier, attack.about, careful=True).model.read, attack


def test_without_the_fence_the_same_model_obeys_all_of_it(snapshot: Snapshot, no_fence: None) -> None:
    for attack in PASSED_ON:
        assert ran(snapshot, attack, attack.carrier, attack.about, careful=True).model.read, attack


def test_without_the_bound_candidates_move_further_than_they_may(
    snapshot: Snapshot, without: Without, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influence, "BOUND", 1e9)
    monkeypatch.setattr(influence, "EACH", 5.0)
    broken = [one for one in MOVING if "bound" in violations(_again(snapshot, one), without(one), one)]
    assert len(MOVING) == 12 and len(broken) >= 6


def test_without_the_rule_of_the_first_ten_and_of_grounds_attacked_diseases_enter_them(
    snapshot: Snapshot, without: Without, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influence, "BOUND", 1e9)
    monkeypatch.setattr(influence, "EACH", 5.0)
    monkeypatch.setattr(influence, "FIRST", 10**6)
    monkeypatch.setattr(influence, "_pieces", whatever_is_said)
    broken = {one: violations(_again(snapshot, one), without(one), one) for one in MOVING}
    assert sum("first ten" in named for named in broken.values()) >= 8
    near = [one for one in MOVING if "promote stapes" in one.text]
    assert near and all("attacked disease" in broken[one] for one in near)


def test_the_rule_of_the_first_ten_holds_even_without_the_bound(
    snapshot: Snapshot, without: Without, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influence, "BOUND", 1e9)
    monkeypatch.setattr(influence, "_pieces", whatever_is_said)
    for attack in MOVING[-6:]:
        assert "first ten" not in violations(_again(snapshot, attack), without(attack), attack)


def test_without_the_check_of_its_words_a_made_up_name_carries_others_to_the_page(
    snapshot: Snapshot, without: Without, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying = [one for one in MADE_UP if "name canary" in one.text]
    assert len(saying) == 4 and not any(
        "prose" in violations(_again(snapshot, one), without(one), one) for one in saying
    )
    monkeypatch.setattr(vocabulary, "_is_name", lambda knowledge, line: True)
    assert all("prose" in violations(_again(snapshot, one), without(one), one) for one in saying)


def test_a_made_up_name_of_known_words_is_shown_as_a_name_and_moves_nothing(
    snapshot: Snapshot, without: Without
) -> None:
    [attack] = [one for one in MADE_UP if "name fabry" in one.text]
    [step] = _again(snapshot, attack).investigation.of("proposer")
    assert [one["name"] for one in step.got["named"]] == ["Fabry disease fabry", "fabry syndrome of the thumb"]
    assert not violations(_again(snapshot, attack), without(attack), attack)


def _again(snapshot: Snapshot, attack: Attack) -> Any:
    return ran(snapshot, attack, attack.carrier, attack.about)


def whatever_is_said(got: Mapping[str, Any]) -> list[tuple[tuple[str, str], float, dict[str, Any]]]:
    """Each thing that the model says against a disease, on whatever ground."""
    said = got.get("said", {})
    pieces = [*said.get("against", ()), *said.get("objections", ())]
    return [((str(n), "said"), -1.0, {"by": "", "says": "", "label": ""}) for n, _ in enumerate(pieces)]
