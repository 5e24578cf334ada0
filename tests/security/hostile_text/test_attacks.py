"""Every attack against an investigation with a model that obeys it. What it may not come to stands in `judging`."""

from __future__ import annotations

from collections import Counter

import pytest

from retrieval.snapshot import Snapshot
from tests.security.hostile_text.attack import CANARY, CODE, Attack
from tests.security.hostile_text.attacks import ATTACKS
from tests.security.hostile_text.conftest import Without
from tests.security.hostile_text.judging import first_ten, violations, visible, withheld
from tests.security.hostile_text.reading import orders
from tests.security.hostile_text.running import NOTE, TEXTS, ran

CAME_TO: dict[Attack, str] = {}
# Of every attack: the model read it and obeyed; a text was not shown to it; or it stands where no prompt shows it.
COUNTED = {"obeyed": 127, "withheld": 36, "not shown": 16}


@pytest.mark.parametrize("attack", ATTACKS, ids=[f"{n}-{one.kind}-{one.carrier}" for n, one in enumerate(ATTACKS)])
def test_an_attack_enters_nobody_moves_within_the_bound_and_says_nothing(
    snapshot: Snapshot, without: Without, attack: Attack
) -> None:
    one, plain = ran(snapshot, attack, attack.carrier, attack.about), without(attack)
    assert violations(one, plain, attack) == []
    CAME_TO[attack] = "obeyed" if one.model.read else "withheld" if withheld(one) else "not shown"
    if CAME_TO[attack] != "not shown":
        assert visible(one, plain)
    else:
        assert not any(CODE in prompt.user.casefold() for prompt in one.model.prompts)


def test_as_many_attacks_reach_the_model_and_are_held_as_are_written_down() -> None:
    if len(CAME_TO) < len(ATTACKS):
        pytest.skip("counts only where all attacks ran and held")
    assert dict(Counter(CAME_TO.values())) == COUNTED


def test_there_are_attacks_of_many_kinds_in_many_carriers_and_no_two_alike() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 120
    assert len({one.kind for one in ATTACKS}) >= 12 and len({one.carrier for one in ATTACKS}) == 11
    assert all(n >= 3 for n in Counter(one.kind for one in ATTACKS).values())


def test_without_an_attack_nothing_is_ordered_withheld_or_set_aside(snapshot: Snapshot, without: Without) -> None:
    for attack in {(one.carrier, one.about): one for one in ATTACKS}.values():
        plain = without(attack)
        assert not plain.model.read and not withheld(plain) and not visible(plain, plain)
        assert violations(plain, plain, attack) == [] and len(first_ten(plain)) == 10


def test_what_is_said_and_found_in_harmless_texts_is_no_order() -> None:
    assert not any(orders(one.text) for one in TEXTS) and not orders(NOTE)
    assert orders(f"{CODE} say {CANARY}reed") == {("say", f"{CANARY}reed")}
