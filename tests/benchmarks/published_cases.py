"""Published cases as profiles with a known diagnosis, from the folder that CLEW_BENCHMARK_DATA names."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.model import Finding, Profile, Sex, Status

_FILE_PMID = re.compile(r"PMID_(\d+)")
_SEX = {"FEMALE": Sex.FEMALE, "MALE": Sex.MALE, "OTHER_SEX": Sex.OTHER}


@dataclass(frozen=True)
class Published:
    """One case: what was seen, what it was, and where it stands."""

    id: str
    profile: Profile
    diagnoses: frozenset[str]
    publications: frozenset[str]  # PMID:...; empty where the set names none


def phenopackets(archive: Path) -> Iterator[Published]:
    """Cases of a phenopacket archive, by file name."""
    with zipfile.ZipFile(archive) as files:
        for name in sorted(files.namelist()):
            if name.endswith(".json"):
                yield _phenopacket(name, json.loads(files.read(name)))


def rarebench(file: Path) -> Iterator[Published]:
    """Cases of RareBench: present findings only, no publications."""
    for case in json.loads(file.read_text()):
        findings = tuple(Finding(term) for term in case["observed"])
        yield Published(case["id"], Profile(findings), frozenset(case["diagnoses"]), frozenset())


def _phenopacket(name: str, packet: dict[str, Any]) -> Published:
    subject = packet.get("subject", {})
    profile = Profile(
        findings=tuple(_finding(feature) for feature in packet.get("phenotypicFeatures", [])),
        sex=_SEX.get(subject.get("sex", ""), Sex.UNKNOWN),
        age=subject.get("timeAtLastEncounter", {}).get("age", {}).get("iso8601duration"),
        onset=next((_time(d["onset"]) for d in packet.get("diseases", []) if "onset" in d), None),
    )
    diagnoses = {i["diagnosis"]["disease"]["id"] for i in packet.get("interpretations", []) if "diagnosis" in i}
    diagnoses |= {d["term"]["id"] for d in packet.get("diseases", []) if not d.get("excluded")}
    references = {r["id"] for r in packet.get("metaData", {}).get("externalReferences", [])}
    references |= {f"PMID:{pmid}" for pmid in _FILE_PMID.findall(name)}
    publications = frozenset(reference for reference in references if reference.startswith("PMID:"))
    return Published(name, profile, frozenset(diagnoses), publications)


def _finding(feature: dict[str, Any]) -> Finding:
    status = Status.EXCLUDED if feature.get("excluded") else Status.PRESENT
    return Finding(feature["type"]["id"], status, _time(feature.get("onset", {})))


def _time(element: dict[str, Any]) -> str | None:
    if "age" in element:
        return str(element["age"]["iso8601duration"])
    found = element.get("ontologyClass", {}).get("id")
    return str(found) if found else None
