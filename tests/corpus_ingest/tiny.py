"""A whole small HPO on disk: eleven terms, four diseases, every kind of row that the real files have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest.source import Fetched, Parsed, Source
from corpus_ingest.sources import hpo
from retrieval.manifest import SourceRecord
from retrieval.model import Finding, Publication, PublishedCase, Status

OBO = """\
format-version: 1.2
data-version: hp/releases/2030-01-01

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000005
name: Mode of inheritance
is_a: HP:0000001 ! All

[Term]
id: HP:0000007
name: Autosomal recessive inheritance
is_a: HP:0000005 ! Mode of inheritance

[Term]
id: HP:0000118
name: Phenotypic abnormality
is_a: HP:0000001 ! All

[Term]
id: HP:0000707
name: Abnormality of the nervous system
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0001250
name: Seizure
alt_id: HP:0001275
def: "A seizure; the patient \\"has a fit\\"." [PMID:1]
synonym: "Fits" EXACT layperson []
synonym: "Epileptic seizure" NARROW []
is_a: HP:0000707 ! Abnormality of the nervous system

[Term]
id: HP:0007359
name: Focal-onset seizure
is_a: HP:0001250 ! Seizure

[Term]
id: HP:0000924
name: Abnormality of the skeletal system
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0002650
name: Scoliosis
synonym: "Curved spine" EXACT layperson []
is_a: HP:0000924 ! Abnormality of the skeletal system

[Term]
id: HP:0003674
name: Onset
is_a: HP:0000001 ! All

[Term]
id: HP:0003577
name: Congenital onset
is_a: HP:0003674 ! Onset

[Term]
id: HP:0002001
name: obsolete Fit
is_obsolete: true
replaced_by: HP:0001250

[Term]
id: HP:0002002
name: obsolete Bent back
is_obsolete: true
consider: HP:0002650

[Typedef]
id: has_part
name: has part
"""

ROWS = [
    # disease, name, qualifier, term, reference, evidence, onset, frequency, sex, modifier, aspect
    ("OMIM:100001", "Fit syndrome", "", "HP:0007359", "PMID:11", "PCS", "HP:0003577", "3/4", "", "", "P"),
    ("OMIM:100001", "Fit syndrome", "", "HP:0007359", "PMID:12;PMID:13", "TAS", "", "2/6", "", "HP:0012828", "P"),
    ("OMIM:100001", "Fit syndrome", "", "HP:0002650", "OMIM:100001", "IEA", "", "", "", "", "P"),
    ("OMIM:100001", "Fit syndrome", "", "HP:0000007", "OMIM:100001", "TAS", "", "", "", "", "I"),
    ("OMIM:100001", "Fit syndrome", "", "HP:0003577", "OMIM:100001", "TAS", "", "", "", "", "C"),
    ("OMIM:100002", "Straight syndrome", "", "HP:0002650", "PMID:21", "PCS", "", "0/9", "", "", "P"),
    ("OMIM:100002", "Straight syndrome", "", "HP:0002001", "PMID:21", "PCS", "", "50%", "FEMALE", "", "P"),
    ("ORPHA:3", "Third disease", "", "HP:0001275", "ORPHA:3", "TAS", "", "HP:0040281", "", "", "P"),
    ("ORPHA:3", "Third disease", "NOT", "HP:0002650", "ORPHA:3", "TAS", "", "", "", "", "P"),
    ("ORPHA:3", "Third disease", "", "HP:0012828", "ORPHA:3", "TAS", "", "HP:0040282", "", "", "M"),
    ("OMIM:100004", "Misfiled disease", "", "HP:0000007", "OMIM:100004", "TAS", "", "", "", "", "P"),
]

GENES = [
    ("10", "NAT2", "HP:0007359", "Focal-onset seizure", "-", "OMIM:100001"),
    ("10", "NAT2", "HP:0002650", "Scoliosis", "-", "OMIM:100001"),
    ("16", "AARS1", "HP:0002650", "Scoliosis", "-", "OMIM:999999"),
]

CASES = tuple(
    PublishedCase(
        id=f"case-{number}",
        findings=(Finding("HP:0001250"), Finding("HP:0002650"), Finding("HP:0007359", Status.EXCLUDED)),
        diagnoses=("OMIM:100001",),
        diagnosis="Fit syndrome",
        label=f"patient {number}",
        publications=(Publication(f"PMID:{number}"),),
        licence="CC0-1.0",
    )
    for number in (1, 2, 3)
)

HPOA_HEAD = (
    "#version: 2030-01-01\n"
    "database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\n"
)
GENES_HEAD = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n"


def write(directory: Path, *, rows: Sequence[tuple[str, ...]] = ROWS, obo: str = OBO) -> Source:
    """Writes the three raw files and returns the source that reads them."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "hp.obo").write_text(obo, encoding="utf-8")
    lines = ["\t".join([*row, "HPO:someone[2030-01-01]"]) for row in rows]
    (directory / "phenotype.hpoa").write_text(HPOA_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    genes = "\n".join("\t".join(row) for row in GENES)
    (directory / "genes_to_phenotype.txt").write_text(f"{GENES_HEAD}{genes}\n", encoding="utf-8")
    return hpo.source(directory)


def cases(*licences: str) -> Source:
    """One published case for each licence."""
    published = [replace(one, licence=licence) for one, licence in zip(CASES, licences, strict=False)]
    record = SourceRecord("cases", "Published cases: x", "1", "each its own", "", "", {})
    return Source("cases", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(cases=published))


def carry(package: Any, source: Source) -> None:
    """As `travels`, for the whole of a process."""
    package.KIND = replace(package.KIND, packaged=lambda: source)


def travels(monkeypatch: pytest.MonkeyPatch, source: Source) -> None:
    """This HPO travels with the product, in place of the real one."""
    monkeypatch.setattr(hpo, "KIND", replace(hpo.KIND, packaged=lambda: source))
