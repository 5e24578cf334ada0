"""Turns the options of a benchmark into what is going to be done, or says plainly why it cannot be.

Everything that could change a figure is decided here, once, before the first case is ranked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from corpus_ingest.sources.hpo.fetch import fetch, release
from corpus_ingest.sources.hpo.hpoa import read_rows
from diagnosis_app import __version__
from diagnosis_app.errors import Invalid
from diagnosis_app.evaluation import reading, worlds
from diagnosis_app.evaluation.code import fingerprint
from diagnosis_app.evaluation.reading import CaseSet
from retrieval.cases import CaseBank
from retrieval.evaluation import Strata
from retrieval.evaluation.bench import AS_IS, BLIND, Protocol
from retrieval.evaluation.solved import matched
from retrieval.evaluation.strata import documented_references
from retrieval.model import PublishedCase
from retrieval.snapshot import Snapshot

ADDING = 0.25  # share of the cases that are asked once more, with one more finding
Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """As given on the command line."""

    cases: Path
    knowledge: str | None = None  # a snapshot by its id
    case_bank: Path | None = None
    no_case_bank: bool = False
    protocol: Protocol | None = None
    match_publications: Sequence[Path] = ()
    genes: int = 0
    seed: int = 0
    limit: int = 0
    processes: int = 0


@dataclass(frozen=True)
class Bank:
    """The published cases that the measured snapshot holds."""

    name: str
    size: int
    digest: str
    pairs: Sequence[tuple[Sequence[str], Sequence[str]]]  # (diagnoses, publications) of each case


@dataclass(frozen=True)
class Plan:
    options: Options
    snapshot: Snapshot
    cases: CaseSet
    bank: Bank
    protocol: Protocol
    strata: Strata
    versions: dict[str, Any]

    def key(self) -> tuple[object, ...]:
        """All but the cases: what two runs must share to share what they computed."""
        same = (self.snapshot.id, fingerprint(), self.protocol, self.versions["prevalence"])
        return (*same, self.options.genes, self.options.seed if self.options.genes else 0, ADDING)


def plan(options: Options, say: Say) -> Plan:
    """Reads cases and bank, chooses the knowledge and settles the protocol."""
    if options.case_bank and options.no_case_bank:
        raise Invalid("--case-bank and --no-case-bank exclude each other.", hint="Keep one of them.", field="case_bank")
    every = reading.read_set(options.cases)
    if not options.match_publications:
        _protocol(options, every)  # a refusal must not wait for a snapshot to be built
    published = _published(options)
    snapshot = worlds.choose(options.knowledge, say, published)
    if options.match_publications:
        every = _matched(every, options.match_publications, snapshot, say)
    protocol = _protocol(options, every)
    cases = replace(every, cases=reading.spread_evenly(every.cases, options.limit))
    if cases.unreadable and 0 < options.limit < len(every.cases):
        cases = replace(cases, unreadable=())
    unnamed = len(cases.cases) - cases.with_publication
    if protocol == BLIND and unnamed:
        say(f"{unnamed} of {len(cases.cases)} cases name no publication and cannot be blinded: they are ranked as-is.")
    if every.unreadable:
        fate = "each counts as a miss" if cases.unreadable else "they are not among the cases drawn by --limit"
        say(f"{len(every.unreadable)} entries of {every.name} cannot be read; {fate}.")
    bank = _bank(options, published, snapshot.cases)
    if protocol == AS_IS:
        _warn_of_leaks(cases, bank, say)
    strata, annotations = frozen_strata(snapshot, bank.pairs)
    versions = _versions(options, snapshot, every, bank, protocol, annotations)
    return Plan(options, snapshot, cases, bank, protocol, strata, versions)


def _protocol(options: Options, cases: CaseSet) -> Protocol:
    """Publication-blind wherever it can be; as-is only for somebody who says so."""
    if options.protocol == AS_IS:
        return AS_IS
    if cases.with_publication:
        return BLIND
    asked = f"--protocol {BLIND} is refused: n" if options.protocol == BLIND else "N"
    raise Invalid(
        f"{asked}o case of {cases.name} names a publication (PMID), so that none can be blinded.",
        hint=f"Say --protocol {AS_IS} and read the figures as such, or let --match-publications PATH find the "
        "publications of the same patients.",
        field="protocol",
    )


def _matched(cases: CaseSet, paths: Sequence[Path], snapshot: Snapshot, say: Say) -> CaseSet:
    """Old ids of terms are the current ones here: the sets were written with different releases."""
    ontology, before = snapshot.ontology, cases.with_publication

    def current(term: str) -> str | None:
        index = ontology.index(term)
        return ontology.ids[index] if index is not None else None

    found = replace(cases, cases=tuple(matched(cases.cases, reading.published(paths), current)))
    names = ", ".join(path.name for path in paths)
    say(
        f"{found.with_publication - before} of {len(cases.cases) - before} cases without a publication are the "
        f"same patient as a case in {names} (diagnosis, and half of all observed terms or more): they are blinded by "
        "its publications."
    )
    return found


def _published(options: Options) -> tuple[PublishedCase, ...] | None:
    """The only published cases; None for those that the snapshot has."""
    if options.no_case_bank:
        return ()
    return reading.read_bank(options.case_bank) if options.case_bank else None


def _bank(options: Options, published: Sequence[PublishedCase] | None, own: CaseBank) -> Bank:
    if published is None:  # the snapshot's, which its id names already
        return Bank("of the snapshot", own.size, "snapshot", pairs_of(own))
    if not options.case_bank:
        return Bank("none", 0, "none", ())
    digest = hashlib.sha256("\n".join(sorted(case.id for case in published)).encode()).hexdigest()[:16]
    pairs = [(case.diagnoses, [paper.id for paper in case.publications]) for case in published]
    return Bank(options.case_bank.name, len(published), digest, pairs)


def pairs_of(bank: CaseBank) -> list[tuple[Sequence[str], Sequence[str]]]:
    """(diagnoses, publications) of each case."""
    return [(bank.diagnoses(i), [paper.id for paper in bank.publications(i)]) for i in range(bank.size)]


def _warn_of_leaks(cases: CaseSet, bank: Bank, say: Say) -> None:
    if bank.size:
        say(
            f"As-is: the bank ({bank.name}, {bank.size} cases) may hold the very patients that are asked about, and "
            "the annotations their papers. These figures are no measure of accuracy."
        )
    else:
        say("As-is: the annotations may cite the papers that these cases come from.")


def frozen_strata(snapshot: Snapshot, pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> tuple[Strata, str]:
    """From OMIM's rows of the release that travels with Clew, whatever the snapshot holds, and its version."""
    file = fetch().files["phenotype.hpoa"]

    def same(disease: str) -> Sequence[str]:
        i = snapshot.diseases.index(disease)
        return () if i is None else snapshot.diseases.all_ids(i)

    return Strata(documented_references(read_rows(file)), pairs, same), release(file)


def _versions(
    options: Options, snapshot: Snapshot, cases: CaseSet, bank: Bank, protocol: Protocol, annotations: str
) -> dict[str, Any]:
    return {
        "clew": __version__,
        "code": fingerprint(),
        "snapshot": snapshot.id,
        "sources": {source.name: source.version for source in snapshot.manifest.sources},
        "ranker": snapshot.ranker.version,
        "prevalence": settings.PREVALENCE,
        "protocol": protocol,
        "strata": {"annotations": annotations},
        "cases": {"name": cases.name, "count": len(cases.cases), "digest": cases.digest(), "limit": options.limit},
        "bank": {"name": bank.name, "cases": bank.size, "digest": bank.digest},
        "matched": [path.name for path in options.match_publications],
        "genes": options.genes,
        "seed": options.seed,
    }
