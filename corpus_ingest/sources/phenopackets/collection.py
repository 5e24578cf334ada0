"""A collection of published cases as it lies on the shelf: one JSON line about it, one line a case.

Cases stand in order of id, in the words of their source and apart from any release of the ontology,
so that a newer one reads them anew. The same cases give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from corpus_ingest.source import unparsable
from corpus_ingest.sources.phenopackets.content import content_id
from retrieval.model import CaseGene, Finding, Publication, PublishedCase, Sex, Status, Zygosity

FORMAT = 1
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class About:
    """What a collection says of itself, in the words that its licence asks for."""

    name: str
    licence: str = NOT_STATED
    version: str = ""
    citation: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    about: About
    cases: tuple[PublishedCase, ...]


def write(about: About, cases: Iterable[PublishedCase]) -> bytes:
    head = {"format": FORMAT, **asdict(about)}
    lines = [head, *(_fields(case) for case in sorted(cases, key=lambda case: case.id))]
    return "".join(
        json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n" for line in lines
    ).encode("utf-8")


def read(path: Path) -> Collection:
    """The collection in this file; a line that is not as it was written stops the reading."""
    with path.open(encoding="utf-8") as file:
        about = _parsed(path, 1, file.readline(), _about)
        cases = tuple(_parsed(path, number, line, lambda raw: _case(raw, about)) for number, line in enumerate(file, 2))
    return Collection(about, cases)


def about_only(path: Path) -> About:
    with path.open(encoding="utf-8") as file:
        about: About = _parsed(path, 1, file.readline(), _about)
    return about


def _parsed(path: Path, number: int, line: str, make: Any) -> Any:
    try:
        return make(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise unparsable(path.name.partition("--")[2] or path.name, number, "is not as it was written") from None


def _about(raw: dict[str, Any]) -> About:
    if raw["format"] != FORMAT:
        raise ValueError("format")
    return About(**{field.name: str(raw[field.name]) for field in fields(About)})


def _fields(case: PublishedCase) -> dict[str, Any]:
    """Nothing that is empty."""
    found: dict[str, Any] = {
        "id": case.id,
        "label": case.label,
        "diagnoses": list(case.diagnoses),
        "diagnosis": case.diagnosis,
        "present": [_finding(one) for one in case.findings if one.status is Status.PRESENT],
        "excluded": [_finding(one) for one in case.findings if one.status is Status.EXCLUDED],
        "sex": "" if case.sex is Sex.UNKNOWN else case.sex.value,
        "age": case.age,
        "onset": case.onset,
        "genes": [
            {name: value for name, value in asdict(gene).items() if value and value != Zygosity.UNKNOWN}
            for gene in case.genes
        ],
        "publications": [[one.id, one.title] for one in case.publications],
    }
    return {name: value for name, value in found.items() if value}


def _finding(finding: Finding) -> str | list[str]:
    return [finding.term, finding.onset] if finding.onset else finding.term


def _case(raw: dict[str, Any], about: About) -> PublishedCase:
    case = PublishedCase(
        id=raw["id"],
        findings=(*_findings(raw, "present", Status.PRESENT), *_findings(raw, "excluded", Status.EXCLUDED)),
        diagnoses=tuple(raw["diagnoses"]),
        diagnosis=raw.get("diagnosis", ""),
        label=raw.get("label", ""),
        sex=Sex(raw.get("sex", Sex.UNKNOWN)),
        age=raw.get("age"),
        onset=raw.get("onset"),
        genes=tuple(_gene(one) for one in raw.get("genes", ())),
        publications=tuple(Publication(name, title) for name, title in raw.get("publications", ())),
        licence=about.licence,
        source=about.name,
    )
    if content_id(case) != case.id:
        raise ValueError("id")
    return case


def _findings(raw: dict[str, Any], name: str, status: Status) -> list[Finding]:
    return [
        Finding(one, status) if isinstance(one, str) else Finding(one[0], status, one[1]) for one in raw.get(name, ())
    ]


def _gene(raw: dict[str, Any]) -> CaseGene:
    return CaseGene(
        raw.get("symbol", ""),
        raw.get("id", ""),
        Zygosity(raw.get("zygosity", Zygosity.UNKNOWN)),
        tuple(raw.get("variants", ())),
    )
