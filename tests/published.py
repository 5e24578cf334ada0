"""A handful of published cases for tests, invented, in the knowledge in use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pytest

from retrieval.cases import CaseBank
from retrieval.model import CaseGene, Finding, Publication, PublishedCase, Sex, Status, Zygosity
from retrieval.ranking.ranker import Ranker

if TYPE_CHECKING:
    from retrieval.snapshot import Snapshot

TALL_SKULL, BICORONAL, BROAD_THUMB, BROAD_HALLUX = "HP:0000262", "HP:0011318", "HP:0011304", "HP:0010055"
PROPTOSIS, SYNDACTYLY, HEARING, TRACHEA = "HP:0000520", "HP:0006101", "HP:0000365", "HP:0002777"
LICENCE = "CC0-1.0"

HANNAH = PublishedCase(
    id="aaaa000000000001",
    findings=(
        Finding(BICORONAL),
        Finding(BROAD_THUMB),
        Finding(BROAD_HALLUX, onset="HP:0003577"),
        Finding(PROPTOSIS),
        Finding(TRACHEA),
        Finding(SYNDACTYLY, Status.EXCLUDED),
    ),
    diagnoses=("OMIM:101600",),
    diagnosis="Pfeiffer syndrome",
    label="Family 1, II-2",
    sex=Sex.FEMALE,
    age="P9M",
    onset="HP:0003577",
    genes=(CaseGene("FGFR2", "HGNC:3689", Zygosity.HETEROZYGOUS, ("NM_000141.5:c.1052C>G",)),),
    publications=(Publication("PMID:11111111", "Three patients with broad thumbs"),),
    licence=LICENCE,
    source="invented",
)
CARL = PublishedCase(
    id="aaaa000000000002",
    findings=(Finding(BICORONAL), Finding(PROPTOSIS), Finding(BROAD_THUMB, Status.EXCLUDED)),
    diagnoses=("OMIM:123500",),
    diagnosis="Crouzon syndrome",
    label="Case 4",
    sex=Sex.MALE,
    age="P3Y",
    genes=(CaseGene("FGFR2", "HGNC:3689"),),
    publications=(Publication("PMID:22222222"),),
    licence=LICENCE,
    source="invented",
)
NOBODY_LIKE_IT = PublishedCase(
    id="aaaa000000000003",
    findings=(Finding("HP:0001635"),),
    diagnoses=("OMIM:115200",),
    diagnosis="Cardiomyopathy",
    sex=Sex.MALE,
    publications=(Publication("PMID:33333333"),),
    licence=LICENCE,
    source="invented",
)
BAD = '"><script>alert(1)</script>'
HOSTILE = PublishedCase(
    id="aaaa000000000004",
    findings=(Finding(BICORONAL), Finding(TALL_SKULL)),
    diagnoses=("OMIM:101200",),
    diagnosis=f"Apert {BAD}",
    label=BAD,
    genes=(CaseGene(BAD, BAD, variants=(BAD,)),),
    publications=(Publication(f"PMID:1{BAD}", BAD), Publication("javascript:alert(1)", BAD)),
    licence=BAD,
    source=BAD,
)
CASES = (HANNAH, CARL, NOBODY_LIKE_IT, HOSTILE)


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch, cases: tuple[PublishedCase, ...] = CASES) -> Iterator[CaseBank]:
    """The snapshot in use holds these cases, and ranks with them."""
    from corpus_ingest import library
    from diagnosis_app.cases import asking, ranking, separating

    snapshot = library.current()
    bank, ranker = _made(snapshot, cases)
    remembered = (ranking._ranked, ranking._steady, asking._questions, separating._compared)
    with monkeypatch.context() as patch:
        patch.setitem(snapshot.__dict__, "cases", bank)
        patch.setitem(snapshot.__dict__, "ranker", ranker)
        for one in remembered:
            one.cache_clear()
        yield bank
    for one in remembered:
        one.cache_clear()


@cache
def _made(snapshot: Snapshot, cases: tuple[PublishedCase, ...]) -> tuple[CaseBank, Ranker]:
    """Made once a test run for each set of cases: neither changes, and making them takes half a second."""
    bank = CaseBank(CaseBank.build(snapshot.ontology, cases), snapshot.ontology)
    return bank, snapshot._part("ranker", lambda arrays: Ranker(snapshot.ontology, snapshot.diseases, arrays, bank))
