"""Genes as evidence: that a listed gene is known for a disease, or that none of the known ones is listed.

The link comes from the knowledge and the list from the patient; a statement needs both, and says of a
variant only what was recorded. That a gene is on a list proves nothing, and no sentence here says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.contract import Evidence, EvidenceKind
from agents.evidence import SEPARATOR, seal
from retrieval.genes import ids_of, name_of
from retrieval.model import CandidateGene, Inherited, Profile, Zygosity

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.model import Disease, GeneLink

HPO_FILE = "HPO gene file"
ORPHANET = "Orphanet genes"
PUBLISHED = "published cases"
PAPERS = 6  # named in a quote

_WORDS = {
    Zygosity.HETEROZYGOUS: "heterozygous",
    Zygosity.COMPOUND: "compound heterozygous",
    Zygosity.HOMOZYGOUS: "homozygous",
    Zygosity.HEMIZYGOUS: "hemizygous",
    Inherited.DE_NOVO: "de novo",
    Inherited.MOTHER: "from the mother",
    Inherited.FATHER: "from the father",
    Inherited.BOTH: "from both parents",
}
# Every word by which a sentence may say something of a variant, with the word it stands for.
_SAID = re.compile(
    r"\b(?:(?P<compound>compound heterozyg\w+)|(?P<hetero>heterozyg\w+)|(?P<homo>homozyg\w+|biallelic)|"
    r"(?P<hemi>hemizyg\w+)|(?P<new>de[ -]novo|new variant)|(?P<both>both parents|biparental\w*)|"
    r"(?P<mother>mother|maternal\w*)|(?P<father>father|paternal\w*))\b",
    re.IGNORECASE,
)
_MEANT = {
    "compound": Zygosity.COMPOUND,
    "hetero": Zygosity.HETEROZYGOUS,
    "homo": Zygosity.HOMOZYGOUS,
    "hemi": Zygosity.HEMIZYGOUS,
    "new": Inherited.DE_NOVO,
    "mother": Inherited.MOTHER,
    "father": Inherited.FATHER,
    "both": Inherited.BOTH,
}
_SYMBOL = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]+(?:orf[0-9]+)?(?:-[A-Z0-9]+)*(?![\w-])")


def of_gene(knowledge: Knowledge, disease: Disease, symbol: str) -> Evidence | None:
    """That the gene is known for the disease; None where the knowledge does not say so."""
    link = next((link for link in disease.genes if name_of(link) == symbol), None)
    if link is None:
        return _of_cases(knowledge, disease, symbol)
    how = f"known gene, {link.association}" if link.association else "known gene"
    quote = SEPARATOR.join((f"{disease.id} {disease.name}", " ".join((symbol, *_shown_ids(link))), how))
    body = {
        "disease": disease.id,
        "disease_name": disease.name,
        "gene": symbol,
        "label": symbol,
        "ids": list(ids_of(link)),
        "inheritance": list(disease.inheritance),
        "association": link.association,
    }
    source, version = _source(knowledge, [link])
    return seal(EvidenceKind.VARIANT, source, version, f"{disease.id} {symbol}", quote, body)


def of_genes(knowledge: Knowledge, disease: Disease) -> Evidence:
    """Every gene known for the disease: what is not among them is not known for it."""
    genes = sorted({*(name_of(link) for link in disease.genes), *_seen(knowledge, disease)})
    known = f"{len(genes)} known {'gene' if len(genes) == 1 else 'genes'}"
    quote = SEPARATOR.join((f"{disease.id} {disease.name}", known, ", ".join(genes)))
    body = {"disease": disease.id, "disease_name": disease.name, "genes": genes}
    source, version = _source(knowledge, list(disease.genes))
    return seal(EvidenceKind.VARIANT, source, version, f"{disease.id} genes", quote, body)


def holds(knowledge: Knowledge, evidence: Evidence) -> bool:
    """Whether the knowledge still links exactly so."""
    disease_id = evidence.body.get("disease")
    if not isinstance(disease_id, str) or knowledge.diseases.index(disease_id) is None:
        return False
    disease = knowledge.diseases.disease(disease_id)
    return evidence.key in {one.key for one in _all(knowledge, disease)}


def on_list(knowledge: Knowledge, profile: Profile, symbol: str) -> list[CandidateGene]:
    """What the patient's list holds of a gene: its entries, however they were written."""
    wanted = knowledge.genes.index(symbol)
    return [one for one in profile.genes if wanted is not None and knowledge.genes.find(one) == wanted]


def variant_codes(entries: list[CandidateGene]) -> str:
    """What is recorded of the gene in this patient, in codes: heterozygous de_novo; empty if nothing is."""
    said = [entry.zygosity for entry in entries if entry.zygosity is not Zygosity.UNKNOWN]
    origin = [entry.inherited for entry in entries if entry.inherited is not Inherited.UNKNOWN]
    return " ".join(dict.fromkeys(str(one) for one in (*said, *origin)))


def variant_words(codes: str) -> str:
    """heterozygous, de novo"""
    return ", ".join(word for code, word in _WORDS.items() if str(code) in codes.split())


def spoken_of(text: str) -> set[str]:
    """What a sentence says of a variant, in the same codes."""
    return {str(_MEANT[kind]) for found in _SAID.finditer(text) for kind, word in found.groupdict().items() if word}


def genes_named(knowledge: Knowledge, text: str) -> set[str]:
    """Symbols in the text that are genes of the knowledge."""
    found = set()
    for token in _SYMBOL.findall(text):
        at = knowledge.genes.index(token)
        if at is not None and knowledge.genes.gene(at).symbol == token:
            found.add(token)
    return found


def _all(knowledge: Knowledge, disease: Disease) -> Iterator[Evidence]:
    yield of_genes(knowledge, disease)
    for symbol in (*(name_of(link) for link in disease.genes), *_seen(knowledge, disease)):
        one = of_gene(knowledge, disease, symbol)
        if one is not None:
            yield one


def _seen(knowledge: Knowledge, disease: Disease) -> Mapping[str, np.ndarray]:
    """Genes that only published patients link to the disease, with their cases."""
    index = knowledge.diseases.index(disease.id)
    return knowledge.genes.seen_in(index) if index is not None else {}


def _of_cases(knowledge: Knowledge, disease: Disease, symbol: str) -> Evidence | None:
    """That published patients with the disease had variants of the gene."""
    cases = _seen(knowledge, disease).get(symbol)
    bank = knowledge.genes.bank
    if cases is None or bank is None:
        return None
    papers = sorted({one.id for case in cases.tolist() for one in bank.publications(case)})
    patients = f"in {len(cases)} published {'patient' if len(cases) == 1 else 'patients'}"
    quote = SEPARATOR.join((f"{disease.id} {disease.name}", f"{symbol} {patients}", ", ".join(papers[:PAPERS])))
    body = {
        "disease": disease.id,
        "disease_name": disease.name,
        "gene": symbol,
        "label": symbol,
        "cases": [bank.id(case) for case in cases.tolist()[:PAPERS]],
        "references": papers,
    }
    return seal(EvidenceKind.VARIANT, PUBLISHED, knowledge.id, f"{disease.id} {symbol}", quote, body)


def _source(knowledge: Knowledge, links: list[GeneLink]) -> tuple[str, str]:
    """Orphanet says how a gene takes part; where nobody does, the link is HPO's."""
    versions = {source.name: source.version for source in knowledge.manifest.sources}
    versions["hpo"] = knowledge.ontology.version
    said = sorted({"orphanet" if link.association else "hpo" for link in links} or {"hpo"})
    names = {"hpo": HPO_FILE, "orphanet": ORPHANET}
    return " and ".join(names[one] for one in said), " and ".join(versions.get(one, "") for one in said)


def _shown_ids(link: GeneLink) -> tuple[str, ...]:
    return tuple(one for one in ids_of(link)[:1] if one != name_of(link))
