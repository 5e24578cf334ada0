"""A model that is itself hostile: whatever it says fits its schema, and nothing of it is meant well."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from agents.llm.asking import Heard, Prompt
from retrieval.snapshot import Snapshot
from tests.agents.investigating import Investigation
from tests.security.hostile_text.attack import CANARY, NAMES, Carrier
from tests.security.hostile_text.attacks import ATTACKS
from tests.security.hostile_text.conftest import Without
from tests.security.hostile_text.judging import prose, violations
from tests.security.hostile_text.obedient import Obedient
from tests.security.hostile_text.running import Ran, _request, _world, watched

IN_A_NOTE = next(one for one in ATTACKS if one.carrier is Carrier.NOTE)
WORDS = (
    "canaryreed",
    "\x00",
    "\ud800",
    "\u202e",
    "F1",
    "D1",
    *NAMES.values(),
    "Seizure",
    "\n\nEND\n",
    "<b>",
    "{}",
    " ",
)


@dataclass
class Garbage(Obedient):
    """By chance, as much as each schema allows."""

    seed: int = 0

    def answer(self, prompt: Prompt, schema: Mapping[str, Any]) -> dict[str, Any]:
        return dict(_any(schema, random.Random(f"{self.seed} {prompt.name} {len(self.prompts)}")))

    def thought(self, heard: Heard) -> str:
        heard("\x00\udfff" + CANARY * 200)
        return "\x00\ud800" + CANARY * 10_000


def _any(schema: Mapping[str, Any], chance: random.Random) -> Any:
    match schema["type"]:
        case "object":
            return {name: _any(one, chance) for name, one in schema["properties"].items()}
        case "array":
            least, most = schema.get("minItems", 0), schema["maxItems"]
            return [_any(schema["items"], chance) for _ in range(chance.choice([least, most, most]))]
    if "enum" in schema:
        return chance.choice(schema["enum"])
    return "".join(chance.choices(WORDS, k=60))[: schema["maxLength"]]


@pytest.mark.parametrize("seed", range(6))
def test_garbage_that_fits_its_schema_moves_nothing_beyond_the_bound_and_can_be_kept(
    snapshot: Snapshot, without: Without, seed: int
) -> None:
    model = Garbage(seed=seed)
    request = replace(_request(Carrier.NOTE, ()), asks=bool(seed % 2))
    one = Ran(Investigation(_world(snapshot, Carrier.NOTE, (), "pfeiffer"), request, model=model), model)
    with watched(one.doors):
        one.outcome = one.investigation.through()
    assert violations(one, without(IN_A_NOTE), IN_A_NOTE) == []
    assert list(prose(one)) and len(model.prompts) > 5
    steps = [[dict(step.why), dict(step.got)] for step in one.record.steps()]
    events = [dict(event.payload) for event in one.record.events.values()]
    kept = json.dumps([steps, events], default=list, ensure_ascii=False)
    assert kept.encode() and "\\u0000" not in kept, "a database keeps it"
