"""Reads Mondo's edges and names out of the ontology as it is published in JSON (obographs)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from corpus_ingest.source import Unparsable

_CLASS = re.compile(r"http://purl\.obolibrary\.org/obo/MONDO_([0-9]{7})\Z")
_RELATION = re.compile(r"http://purl\.obolibrary\.org/obo/(RO)_([0-9]{7})\Z")
_GENE = re.compile(r"https?://identifiers\.org/(hgnc|ncbigene)[/:]([0-9]{1,9})\Z")
_GENES = {"hgnc": "HGNC", "ncbigene": "NCBIGene"}
REMEDY = "Load Mondo's release again."


@dataclass(frozen=True, slots=True)
class Graph:
    subclasses: tuple[tuple[str, str], ...]  # (class, class above)
    genes: tuple[tuple[str, str, str], ...]  # (class, gene, RO:0004003)
    names: tuple[tuple[str, str], ...]


def read_graph(file: str, content: bytes) -> Graph:
    """What stands between classes of Mondo, and between them and genes; all else in the ontology is passed over."""
    try:
        (graph,) = json.loads(content)["graphs"]
        nodes, edges = graph["nodes"], graph["edges"]
        named = tuple(
            (one, str(node["lbl"]).strip())
            for node in nodes
            if node.get("lbl") and (one := _class(node["id"])) and _live(node)
        )
        above = tuple(
            (below, parent)
            for edge in edges
            if edge["pred"] == "is_a" and (below := _class(edge["sub"])) and (parent := _class(edge["obj"]))
        )
        genes = tuple(
            (one, f"{_GENES[gene[1]]}:{gene[2]}", f"{how[1]}:{how[2]}")
            for edge in edges
            if (gene := _GENE.match(edge["obj"]))
            and (how := _RELATION.match(edge["pred"]))
            and (one := _class(edge["sub"]))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unparsable(
            f"{file} is no ontology in the JSON of obographs ({type(error).__name__}).", hint=REMEDY
        ) from None
    if not above:
        raise Unparsable(f"{file} holds no class of Mondo that stands under another.", hint=REMEDY)
    return Graph(above, genes, named)


def _class(address: str) -> str:
    found = _CLASS.match(address)
    return f"MONDO:{found[1]}" if found else ""


def _live(node: dict[str, Any]) -> bool:
    return not node.get("meta", {}).get("deprecated", False)
