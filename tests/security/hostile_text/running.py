"""An investigation under attack, and the same without it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from agents.contract import Outcome, RunRequest, Waiting
from retrieval.model import CandidateGene, Publication, PublishedCase
from retrieval.passages.document import Block, Document
from retrieval.snapshot import Snapshot
from tests.agents.conftest import patient
from tests.agents.investigating import Investigation, asked_of
from tests.agents.small_world import SmallWorld
from tests.published import CARL, HANNAH, NOBODY_LIKE_IT
from tests.retrieval.passages.made import document
from tests.security.hostile_text.attack import NAMES, Attack, Carrier
from tests.security.hostile_text.obedient import Obedient

NOTE = "Her thumbs are broad. She has had seizures since the age of two."
CASES = (HANNAH, CARL, NOBODY_LIKE_IT)
CALLED = {"pfeiffer": "Pfeiffer", "crouzon": "Crouzon", "apert": "Apert"}
TEXTS = (
    document(
        "Pfeiffer", "In Pfeiffer syndrome a broad hallux and broad thumbs are seen.", diseases=(NAMES["pfeiffer"],)
    ),
    document("Apert", "Apert syndrome shows a broad hallux and proptosis.", diseases=(NAMES["apert"],)),
    document("Crouzon", "Crouzon syndrome has proptosis and no broad hallux.", diseases=(NAMES["crouzon"],)),
)
_WRITING = ("w", "a", "x", "+")
_DOORS = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.bind",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.remove",
)
_CARRIED_BY_A_DOCUMENT = (Carrier.PASSAGE, Carrier.TITLE, Carrier.SECTION, Carrier.FILE, Carrier.SOURCE)
_CARRIED_BY_A_CASE = (Carrier.LABEL, Carrier.DIAGNOSIS, Carrier.COLLECTION, Carrier.PAPER)


@dataclass
class Ran:
    """What a run came to, and every door that it tried meanwhile."""

    investigation: Investigation
    model: Obedient
    outcome: Outcome | Waiting | None = None
    doors: list[str] = field(default_factory=list)

    @property
    def record(self) -> Any:
        return self.investigation.record


def ran(
    snapshot: Snapshot, attack: Attack | None, carrier: Carrier, about: str = "pfeiffer", *, careful: bool = False
) -> Ran:
    """`attack` is None for the same run without it: its carrier is there, with harmless words."""
    texts = attack.texts if attack else ("It was seen in one more family.",)
    world = _world(snapshot, carrier, texts if carrier not in (Carrier.NOTE, Carrier.GENES) else (), about)
    one = Ran(Investigation(world, _request(carrier, texts if attack else ())), Obedient(careful))
    one.investigation.model = one.model
    with watched(one.doors):
        one.outcome = one.investigation.through()
    return one


def _request(carrier: Carrier, texts: tuple[str, ...]) -> RunRequest:
    asked = asked_of(patient(), asks=True, steps=16)
    note = "\n\n".join((NOTE, *texts)) if carrier is Carrier.NOTE else NOTE
    profile = asked.profile
    if carrier is Carrier.GENES:
        profile = replace(profile, genes=tuple(CandidateGene(one) for one in texts))
    budget = replace(asked.budget, tokens=1_000_000)
    return replace(asked, profile=profile, budget=budget, note=note, candidates=15, argued=3)


@lru_cache(maxsize=16)
def _world(snapshot: Snapshot, carrier: Carrier, texts: tuple[str, ...], about: str) -> SmallWorld:
    if carrier in _CARRIED_BY_A_CASE:
        return SmallWorld(snapshot, (*_cases(carrier, texts[0]), *CASES[1:]), TEXTS)
    if carrier in _CARRIED_BY_A_DOCUMENT:
        return SmallWorld(snapshot, CASES, (*TEXTS, _document(carrier, texts, about)))
    return SmallWorld(snapshot, CASES, TEXTS)


def _document(carrier: Carrier, texts: tuple[str, ...], about: str) -> Document:
    """About a leader, and in words by which it is found."""
    start = f"{CALLED[about]} syndrome with a broad hallux."
    one = document("letter", *(f"{start} {text}" for text in texts), diseases=(NAMES[about],))
    if carrier is Carrier.PASSAGE:
        return one
    text = texts[0]
    bare = replace(one, blocks=(Block(f"{start} It was seen in one more family."),))
    if carrier is Carrier.TITLE:
        return replace(bare, title=text)
    if carrier is Carrier.SECTION:
        return replace(bare, blocks=(Block(bare.blocks[0].text, section=(text,)),))
    if carrier is Carrier.FILE:
        return replace(bare, id=f"made:{text}", title=text, url=f"https://example.org/{text}")
    return replace(bare, source=text, licence=text)


def _cases(carrier: Carrier, text: str) -> tuple[PublishedCase, ...]:
    """The case that is most like the patient; by `diagnosis` also one whose disease is not among ours."""
    if carrier is Carrier.LABEL:
        return (replace(HANNAH, label=text),)
    if carrier is Carrier.COLLECTION:
        return (replace(HANNAH, source=text),)
    if carrier is Carrier.PAPER:
        return (replace(HANNAH, publications=(Publication("PMID:11111111", text),)),)
    unknown = replace(HANNAH, id="aaaa000000000009", diagnoses=("OMIM:999999",), diagnosis=text)
    return replace(HANNAH, diagnosis=text), unknown


# --- doors --------------------------------------------------------------------------------

_watching: list[list[str]] = []


def _heard(event: str, given: Any) -> None:
    if not _watching:
        return
    if event in _DOORS:
        _watching[-1].append(event)
    if event == "open" and any(one in str(given[1]) for one in _WRITING):
        _watching[-1].append(f"open {given[0]}")


@cache
def _listening() -> None:
    sys.addaudithook(_heard)  # there is no way to take one off again


@contextmanager
def watched(doors: list[str]) -> Iterator[None]:
    """Notes every connection, process and written file; the checkpoints are SQLite's own and are none of them."""
    _listening()
    _watching.append(doors)
    try:
        yield
    finally:
        _watching.pop()
