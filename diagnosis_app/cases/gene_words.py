"""What is known of a gene, in the words of pages and records."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diagnosis_app.cases.content import GeneEntry
from retrieval.model import Contribution, Inherited, Zygosity
from retrieval.ontology.graph import Ontology

ZYGOSITY_WORDS = {
    "unknown": gettext_lazy("not known"),
    "heterozygous": gettext_lazy("heterozygous"),
    "compound_heterozygous": gettext_lazy("compound heterozygous"),
    "homozygous": gettext_lazy("homozygous"),
    "hemizygous": gettext_lazy("hemizygous"),
}
INHERITED_WORDS = {
    "unknown": gettext_lazy("not known"),
    "de_novo": gettext_lazy("de novo"),
    "mother": gettext_lazy("from the mother"),
    "father": gettext_lazy("from the father"),
    "both": gettext_lazy("from both parents"),
}


def statement(zygosity: Zygosity, inherited: Inherited, score: float | None = None) -> str:
    """heterozygous, de novo, score 0.93; empty when nothing is known"""
    parts = [str(ZYGOSITY_WORDS[zygosity])] if zygosity != Zygosity.UNKNOWN else []
    parts += [str(INHERITED_WORDS[inherited])] if inherited != Inherited.UNKNOWN else []
    if score is not None:
        parts.append(_("score %(score)s") % {"score": f"{score:g}"})
    return ", ".join(parts)


def gene_short(one: Contribution) -> str:
    """What a gene's contribution is about, for bars and sentences."""
    if one.gene:
        return one.gene
    return _("No listed gene") if one.note == "none_listed" else _("No known gene")


def gene_listed(symbols: Iterable[str]) -> SafeString:
    """One sentence of a candidate: its gene is on the list."""
    return format_html(_("{} is on the list."), format_html_join(", ", "<b>{}</b>", ((one,) for one in symbols)))


def gene_how(one: Contribution, ontology: Ontology) -> str:
    """Why it weighs what it weighs."""
    if not one.gene:
        if one.note == "none_listed":
            return _("genes of this disease are known, and none is on the list")
        return _("no gene of this disease is known, so the list says nothing of it")
    index = ontology.index(one.matched) if one.matched else None
    mode = ontology.label(index).lower() if index is not None else ""
    said = _reasons().get(one.note)
    known = _("on the list and a known gene of this disease (%(source)s)") % {"source": _sources(one)}
    return "; ".join([known, str(said) % {"mode": mode}] if said else [known])


def gene_entered(one: Contribution, genes: Iterable[GeneEntry]) -> str:
    """FGFR2: heterozygous, de novo, score 0.93"""
    entry = next((entry for entry in genes if entry.symbol == one.gene), None)
    said = statement(entry.zygosity, entry.inherited, entry.score) if entry else ""
    return f"{one.gene}: {said}" if said else str(one.gene)


def gene_objection(one: Contribution) -> str:
    """A gene that speaks against, in a few words."""
    if one.gene:
        return _("%(gene)s is listed, but its variants hardly fit") % {"gene": one.gene}
    return _("none of its known genes is listed")


def _sources(one: Contribution) -> str:
    """Which file of the knowledge states the link."""
    names = {"hpo": _("HPO gene file"), "orphanet": _("Orphanet"), "cases": _("published cases")}
    return ", ".join(names.get(source, source) for source in one.references)


def _reasons() -> dict[str, str]:
    """By the code of `retrieval.ranking.segregation`; `mode` is the mode of inheritance compared."""
    return {
        "one_in_dominant": _("one variant, as %(mode)s takes"),
        "two_in_dominant": _("two variants, where %(mode)s takes one"),
        "de_novo_dominant": _("new in the patient, as often in %(mode)s"),
        "parent_in_dominant": _("found in a parent too: less telling for %(mode)s"),
        "two_in_recessive": _("two variants, as %(mode)s takes"),
        "second_not_found": _("one variant, where %(mode)s takes two: a second may have been missed"),
        "de_novo_recessive": _("new in the patient, which is unusual in %(mode)s"),
        "hemizygous_male": _("one copy in a male, as %(mode)s takes"),
        "two_copies_in_male": _("two copies in a male, unusual in %(mode)s"),
        "one_copy_in_female": _("one copy in a female, unusual in %(mode)s"),
        "female_may_manifest": _("one variant in %(mode)s: a female may be affected less often"),
        "not_from_father": _("from the father, from whom %(mode)s does not come to the patient"),
        "not_on_x": _("hemizygous, which %(mode)s hardly allows"),
        "not_this_sex": _("hardly possible in this patient with %(mode)s"),
    }
