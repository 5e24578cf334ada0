"""Small orphapackets and Mondo tables, written as the real ones are: with all their ways of wrapping a list of one."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RELATIONS = {
    "E": "E (Exact mapping: the two concepts are equivalent)",
    "BTNT": "BTNT (ORPHAcode is broader than the targeted code used to represent it)",
    "NTBT": "NTBT (ORPHAcode is narrower than the targeted code used to represent it)",
}
HEAD = (
    "# curie_map:\n"
    "#   MONDO: http://purl.obolibrary.org/obo/MONDO_\n"
    "# mapping_set_version: http://purl.obolibrary.org/obo/mondo/releases/2030-03-03/mappings/{name}\n"
)
COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification")
EDGES = ("id", "subject", "predicate", "object", "relation", "knowledge_source")


def entry(code: str, label: str, **parts: Any) -> dict[str, Any]:
    """One Orphapacket; `omim` are pairs of number and relation, `findings` pairs of term and frequency."""
    omim: Sequence[tuple[str, str]] = parts.pop("omim", ())
    findings: Sequence[tuple[str, str]] = parts.pop("findings", ())
    references = [{"Source": "OMIM", "Reference": to, "DisorderMappingRelation": RELATIONS[how]} for to, how in omim]
    body: dict[str, Any] = {
        "ORPHApacketId": code,
        "version": parts.pop("version", "1.0 [2030-02-02]"),
        "ORPHAcode": code,
        "Label": label,
        "DisorderType": {"value": parts.pop("type", "Disease")},
    }
    if references:  # one stands bare, several each in a wrapper
        body["ExternalReferences"] = (
            references if len(references) == 1 else [{"ExternalReference": one} for one in references]
        )
    if findings:
        body["Phenotypes"] = [
            {"Phenotype": {"HPOId": term, "HPOTerm": "a term", "HPOFrequency": how}} for term, how in findings
        ]
    return {"Orphapacket": body | parts}


def marfan() -> dict[str, Any]:
    """An entry that has every part, in the forms in which the real file has them."""
    return entry(
        "558",
        "Marfan syndrome",
        omim=[("610168", "NTBT"), ("154700", "BTNT")],
        findings=[("HP:0001519", "Very frequent (99-80%)"), ("HP:0000268", "Excluded (0%)")],
        Parents=[{"Parent": [{"ORPHAcode": "98623", "Label": "Syndromic keratoconus"}]}],
        AverageAgeOfOnsets={"AverageAgeOfOnset": [{"value": "Childhood"}, {"value": "All ages"}]},
        TypeOfInheritances=[{"TypeOfInheritance": {"value": "Autosomal dominant"}}],
        Genes=[
            {"Gene": gene("FBN1", "3603", "Disease-causing germline mutation(s) in")},
            {"Gene": gene("TGFBR2", "11773", "Major susceptibility factor in")},
        ],
        Prevalences={
            "Prevalence": [
                prevalence("Point prevalence", "1-5 / 10 000", "Worldwide"),
                prevalence("Cases/families", "no data", "Worldwide"),
            ]
        },
    )


def gene(symbol: str, hgnc: str, how: str) -> dict[str, Any]:
    references = [{"Source": "OMIM", "Reference": "134797"}, {"Source": "HGNC", "Reference": hgnc}]
    return {
        "Symbol": symbol,
        "Name": "a gene",
        "ExternalReferences": references,
        "DisorderGeneAssociationType": how,
    }


def prevalence(kind: str, of_class: str, place: str) -> dict[str, Any]:
    return {
        "Source": "ORPHANET",
        "PrevalenceType": kind,
        "PrevalenceQualification": "Class only",
        "PrevalenceClass": of_class,
        "ValMoy": "no data",
        "PrevalenceGeographic": place,
    }


def orphanet_files(*entries: Mapping[str, Any]) -> dict[str, bytes]:
    return {
        f"orphapacket/ORPHApacket_{one['Orphapacket']['ORPHAcode']}.json": json.dumps(one).encode() for one in entries
    }


def mondo_files(
    omim: Sequence[tuple[str, str]] = (("0000001", "154700"),),
    orphanet: Sequence[tuple[str, str]] = (),
    series: Sequence[tuple[str, str]] = (),
    edges: Sequence[tuple[str, str]] = (),
) -> dict[str, bytes]:
    """The four tables; matches are pairs of the class's number and the matched number, edges go from below to above."""
    matched = {"omim": ("OMIM", omim), "orphanet": ("Orphanet", orphanet), "omimps": ("OMIMPS", series)}
    files = {}
    for name, (prefix, pairs) in matched.items():
        file = f"mondo_exactmatch_{name}.sssom.tsv"
        rows = [
            (f"MONDO:{mondo}", f"disease {mondo}", "skos:exactMatch", f"{prefix}:{to}", f"entry {to}", "semapv:x")
            for mondo, to in pairs
        ]
        lines = ["\t".join(row) for row in [COLUMNS, *rows]]
        files[f"mondo/{file}"] = (HEAD.format(name=file) + "\n".join(lines) + "\n").encode()
    related = ("uuid:0", "MONDO:0000001", "biolink:related_to", "http://identifiers.org/hgnc/1", "RO:0004003", "x")
    rows = [
        ("uuid:1", f"MONDO:{below}", "biolink:subclass_of", f"MONDO:{above}", "rdfs:subClassOf", "x")
        for below, above in edges
    ]
    lines = ["\t".join(row) for row in [EDGES, related, *rows]]
    files["mondo/mondo-rare_edges.tsv"] = ("\n".join(lines) + "\n").encode()
    return files


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def unpacked(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
