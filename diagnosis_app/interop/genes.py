"""The candidate genes of a case in a phenopacket's interpretations, read and written.

A packet says gene, zygosity and how sure somebody is; what it has no field for (score, origin of a
variant) travels in the supplement. The variants themselves and the diagnosis are not kept: the
ranking must not know the one and has no use for the other.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.content import GENE_LIMIT, GeneEntry
from diagnosis_app.cases.gene_entries import gene_key
from diagnosis_app.interop.node import Node
from retrieval.genes import is_symbol
from retrieval.model import Zygosity

UNNAMED_DISEASE = {"id": "MONDO:0000001", "label": "disease"}  # an interpretation must name one
_STATES = {
    Zygosity.HETEROZYGOUS: ("GENO:0000135", "heterozygous"),
    Zygosity.HOMOZYGOUS: ("GENO:0000136", "homozygous"),
    Zygosity.HEMIZYGOUS: ("GENO:0000134", "hemizygous"),
    Zygosity.COMPOUND: ("GENO:0000402", "compound heterozygous"),
}
_ZYGOSITIES = {term: zygosity for zygosity, (term, _label) in _STATES.items()}
_KNOWN_IDS = ("NCBIGene:", "HGNC:")
_NOT_MEANT = frozenset({"REJECTED", "1"})  # by name, or by number as protobuf's JSON may carry it


def write_genes(genes: tuple[GeneEntry, ...], reference: str) -> list[dict[str, Any]]:
    """One interpretation in progress, or none."""
    if not genes:
        return []
    found = [_interpretation(entry, reference, number) for number, entry in enumerate(genes, start=1)]
    diagnosis = {"disease": UNNAMED_DISEASE, "genomicInterpretations": found}
    return [{"id": f"{reference}-genes", "progressStatus": "IN_PROGRESS", "diagnosis": diagnosis}]


def read_genes(packet: Node) -> list[GeneEntry]:
    """Every gene once, in the file's order; what cannot be read is reported and the rest is kept."""
    reader = _Reader(packet)
    for node in packet.nodes("interpretations"):
        diagnosis = node.node("diagnosis")
        if diagnosis is not None:
            reader.diagnosis(diagnosis)
        else:
            packet.report.lost(node.path(), _("The interpretation names no diagnosis and no gene; nothing was kept."))
    reader.report()
    return list(reader.found.values())[:GENE_LIMIT]


def with_details(listed: list[GeneEntry], carried: tuple[GeneEntry, ...]) -> tuple[GeneEntry, ...]:
    """The genes that the packet lists; one that it lists as the supplement knows it takes what that knows."""
    known = {gene_key(entry): entry for entry in carried}
    return tuple(
        own if (own := known.get(gene_key(entry))) and own.zygosity == entry.zygosity else entry for entry in listed
    )


def says_it_all(genes: tuple[GeneEntry, ...]) -> bool:
    """Whether the packet itself holds everything that is known of the genes."""
    return all(entry.origin == "import" and entry.score is None and entry.inherited == "unknown" for entry in genes)


def _interpretation(entry: GeneEntry, reference: str, number: int) -> dict[str, Any]:
    gene = {"valueId": entry.id, "symbol": entry.symbol}
    head = {"subjectOrBiosampleId": reference, "interpretationStatus": "CANDIDATE"}
    if entry.zygosity not in _STATES:
        return {**head, "gene": gene}
    term, label = _STATES[entry.zygosity]
    described = {
        "id": f"{reference}-gene-{number}",
        "moleculeContext": "genomic",
        "geneContext": gene,
        "allelicState": {"id": term, "label": label},
    }
    return {**head, "variantInterpretation": {"variationDescriptor": described}}


class _Reader:
    def __init__(self, packet: Node) -> None:
        self._packet = packet
        self._variants: dict[str, set[str]] = {}  # gene -> variants seen, by their description
        self._described = self._rejected = self._diagnoses = 0
        self.found: dict[str, GeneEntry] = {}

    def diagnosis(self, node: Node) -> None:
        disease = node.node("disease")
        self._diagnoses += disease is not None and disease.take("id") != UNNAMED_DISEASE["id"]
        for one in node.nodes("genomicInterpretations"):
            if str(one.take("interpretationStatus")).strip().upper() in _NOT_MEANT:
                self._rejected += 1
            else:
                self._genomic(one)

    def report(self) -> None:
        path, report = self._packet.path("interpretations"), self._packet.report
        if self._diagnoses:
            message = ngettext(
                "%d interpreted diagnosis is not kept: the ranking must not know it.",
                "%d interpreted diagnoses are not kept: the ranking must not know them.",
                self._diagnoses,
            )
            report.lost(path, message % self._diagnoses)
        if self._rejected:
            message = ngettext(
                "%d gene that was rejected is not kept.", "%d genes that were rejected are not kept.", self._rejected
            )
            report.lost(path, message % self._rejected)
        if self._described:
            message = ngettext(
                "Of %d variant the gene and the zygosity are kept, not its description.",
                "Of %d variants the genes and the zygosities are kept, not their descriptions.",
                self._described,
            )
            report.changed(path, message % self._described)
        if len(self.found) > GENE_LIMIT:
            report.lost(path, _("A case holds %d genes; the others were not kept.") % GENE_LIMIT)

    def _genomic(self, node: Node) -> None:
        variant = node.node("variantInterpretation")
        described = variant.node("variationDescriptor") if variant else None
        gene = described.node("geneContext") if described else node.node("gene")
        if gene is None:
            hint = _("Add the gene by hand.")
            node.report.problem(node.path(), _("No gene is named here, so nothing was kept of it."), hint)
            return
        symbol, named = gene.text("symbol"), gene.text("valueId")
        known_id = named if named.startswith(_KNOWN_IDS) and is_symbol(named) else ""
        name = symbol or known_id
        if not is_symbol(name):
            hint = _("Write a symbol such as FGFR2, or add the gene by hand.")
            node.report.problem(gene.path("symbol"), _("This is not the symbol of a gene; it was not imported."), hint)
            return
        zygosity = self._zygosity(described) if described else Zygosity.UNKNOWN
        own = str(described.take("id") or "") if described else ""
        self._described += bool(
            described and any(described.has(part) for part in ("expressions", "vcfRecord", "label"))
        )
        self._keep(GeneEntry(symbol=name, id=known_id, zygosity=zygosity, origin="import"), own, node)

    def _zygosity(self, described: Node) -> Zygosity:
        state = described.node("allelicState")
        return _ZYGOSITIES.get(state.text("id"), Zygosity.UNKNOWN) if state else Zygosity.UNKNOWN

    def _keep(self, entry: GeneEntry, variant: str, node: Node) -> None:
        """Two different single variants of a gene are what compound heterozygous means."""
        key = gene_key(entry)
        held = self.found.setdefault(key, entry)
        seen = self._variants.setdefault(key, set())
        if held is not entry:
            single = held.zygosity is entry.zygosity is Zygosity.HETEROZYGOUS
            if single and variant and variant not in seen:
                self.found[key] = held.model_copy(update={"zygosity": Zygosity.COMPOUND})
                node.report.changed(node.path(), _("A second variant of a gene; kept as compound heterozygous."))
            elif held.zygosity is Zygosity.UNKNOWN:
                self.found[key] = held.model_copy(update={"zygosity": entry.zygosity})
        seen.add(variant)
