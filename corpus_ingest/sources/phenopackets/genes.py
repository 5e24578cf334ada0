"""Genes and variants of a phenopacket: what the paper holds to be the cause, gene by gene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus_ingest.sources.phenopackets.shape import Object, child, line, objects, text
from retrieval.model import CaseGene, Zygosity

_ALLELIC = {
    "GENO:0000135": Zygosity.HETEROZYGOUS,
    "GENO:0000458": Zygosity.HETEROZYGOUS,  # simple heterozygous
    "GENO:0000402": Zygosity.COMPOUND,
    "GENO:0000136": Zygosity.HOMOZYGOUS,
    "GENO:0000134": Zygosity.HEMIZYGOUS,
    "GENO:0000604": Zygosity.HEMIZYGOUS,  # X-linked
    "GENO:0000605": Zygosity.HEMIZYGOUS,  # Y-linked
}
_BEST_FIRST = ("hgvs.c", "hgvs", "hgvs.n", "hgvs.m", "hgvs.g", "hgvs.p")


@dataclass
class _Found:
    id: str = ""
    variants: list[str] = field(default_factory=list)
    states: list[Zygosity] = field(default_factory=list)


def of_packet(packet: Object) -> tuple[CaseGene, ...]:
    """One entry a gene; a change that names no gene (a large deletion) has an entry with an empty symbol."""
    found: dict[str, _Found] = {}
    for symbol, gene_id, descriptor in _calls(packet):
        variant, state = _written(descriptor), _ALLELIC.get(text(child(descriptor, "allelicState"), "id"))
        if not symbol and not variant:
            continue
        gene = found.setdefault(symbol, _Found())
        gene.id = gene.id or gene_id
        if variant and variant not in gene.variants:
            gene.variants.append(variant)
        if state:
            gene.states.append(state)
    return tuple(CaseGene(symbol, one.id, _together(one.states), tuple(one.variants)) for symbol, one in found.items())


def _calls(packet: Object) -> Iterator[tuple[str, str, Object]]:
    """(symbol, gene id, variation descriptor) of every call that was not rejected."""
    for interpretation in objects(packet, "interpretations"):
        for call in objects(child(interpretation, "diagnosis"), "genomicInterpretations"):
            if text(call, "interpretationStatus") == "REJECTED":
                continue
            descriptor = child(child(call, "variantInterpretation"), "variationDescriptor")
            gene = child(descriptor, "geneContext") or child(call, "gene")
            yield text(gene, "symbol"), _gene_id(gene), descriptor


def _gene_id(gene: Object) -> str:
    """HGNC's id where there is one."""
    others = gene.get("alternateIds")
    named = [text(gene, "valueId"), *(line(one) for one in others or () if isinstance(one, str))]
    return next((name for name in named if name.startswith("HGNC:")), named[0])


def _together(states: list[Zygosity]) -> Zygosity:
    """Two heterozygous changes of one gene are compound."""
    for state in (Zygosity.HOMOZYGOUS, Zygosity.COMPOUND, Zygosity.HEMIZYGOUS):
        if state in states:
            return state
    if states.count(Zygosity.HETEROZYGOUS) > 1:
        return Zygosity.COMPOUND
    return Zygosity.HETEROZYGOUS if states else Zygosity.UNKNOWN


def _written(descriptor: Object) -> str:
    """The variant as HGVS on the transcript, else on the genome, else as a VCF record, else in words."""
    written: dict[str, str] = {}
    for expression in objects(descriptor, "expressions"):
        written.setdefault(text(expression, "syntax"), text(expression, "value"))
    for syntax in _BEST_FIRST:
        if written.get(syntax):
            return written[syntax]
    record = child(descriptor, "vcfRecord")
    if record:
        place = f"{_word(record.get('chrom'))}:{_word(record.get('pos'))} {_word(record.get('ref'))}"
        return f"{_word(record.get('genomeAssembly'))} {place}>{_word(record.get('alt'))}".strip()
    words = text(descriptor, "label") or text(descriptor, "description")
    return words or text(child(descriptor, "structuralType"), "label")


def _word(value: Any) -> str:
    return line(str(value)) if isinstance(value, str | int) else ""
