"""An opened candidate in words: explains, does not explain, against, expected and not yet asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diagnosis_app.cases.content import GeneEntry
from diagnosis_app.cases.differential import in_words, label
from diagnosis_app.cases.gene_words import gene_entered, gene_how
from diagnosis_app.cases.kinship import group_of
from diagnosis_app.cases.strength import band, held_words
from diagnosis_app.cases.term_words import WHOLE, observed_words, term_how
from frontend.words import number, signed, source_url
from retrieval.knowledge import Knowledge
from retrieval.model import Contribution, ContributionKind, Frequency, FrequencyKind, MatchKind, Sex
from retrieval.ontology.graph import Ontology
from retrieval.ranking import Explanation

REFERENCES = 4  # shown per row; the rest are counted
EXPECTED = 8


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a quarter. `term` is set where the row can be answered in place."""

    words: str
    value: str
    how: str
    references: tuple[Link, ...]
    more: int
    term: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    id: str
    name: str
    explains: tuple[Line, ...]
    unexplained: tuple[Line, ...]
    against: tuple[Line, ...]
    expected: tuple[Line, ...]
    links: tuple[Link, ...]
    score: str
    prior: str
    band: SafeString
    held: str
    group: str


def opened(explanation: Explanation, knowledge: Knowledge, genes: Sequence[GeneEntry] = ()) -> Opened:
    """`genes` are the ones of the case: a row of a gene says what was entered of it."""
    candidate, disease, ontology = explanation.candidate, explanation.disease, knowledge.ontology
    return Opened(
        id=candidate.id,
        name=candidate.name,
        explains=_lines(_for(explanation), knowledge, genes),
        unexplained=_lines(explanation.unexplained, knowledge, genes),
        against=_lines(explanation.against, knowledge, genes),
        expected=tuple(
            Line(
                words=label(ontology, one.term),
                value="",
                how=_("%(often)s; in the other leading candidates %(elsewhere)s on average")
                % {
                    "often": _of_sex(frequency_words(one.frequency), one.sex),
                    "elsewhere": f"{one.elsewhere * 100:.0f}\u202f%",
                },
                references=_links(one.references),
                more=_beyond(one.references),
                term=one.term,
            )
            for one in explanation.expected[:EXPECTED]
        ),
        links=(
            *(Link(one, source_url(one)) for one in candidate.ids or (candidate.id,)),
            *(Link(gene.symbol, source_url(gene.ncbi or gene.hgnc)) for gene in disease.genes),
        ),
        score=number(candidate.score),
        prior=signed(candidate.prior),
        band=band(candidate.strength),
        held=held_words(candidate.strength, knowledge.ranker),
        group=group_of(knowledge.diseases, candidate.id),
    )


def _for(explanation: Explanation) -> tuple[Contribution, ...]:
    """What speaks for it, with the terms that are not about a single finding among the rest by weight."""
    listed = explanation.explains
    whole = [one for one in explanation.candidate.contributions if one.kind in WHOLE and one.value > 0]
    more = [one for one in whole if one not in listed]
    return tuple(sorted((*listed, *more), key=lambda one: -one.value))


def frequency_words(frequency: Frequency | None) -> str:
    """As the source states it: 12 of 15, very frequent (80 to 99 %), 37 %, listed without a frequency."""
    if frequency is None:
        return ""
    if frequency.kind == FrequencyKind.COUNTED:
        return _("%(n)s of %(m)s") % {"n": frequency.n, "m": frequency.m}
    if frequency.kind == FrequencyKind.CLASS:
        return _classes().get(frequency.term or "", frequency.term or "")
    if frequency.kind == FrequencyKind.PERCENT and frequency.percent is not None:
        return f"{frequency.percent:g}\u202f%"
    return _("listed without a frequency")


def _of_sex(often: str, sex: Sex | None) -> str:
    """What is documented of one sex alone says so."""
    if sex == Sex.FEMALE:
        return _("%(often)s, in females") % {"often": often}
    return _("%(often)s, in males") % {"often": often} if sex == Sex.MALE else often


def _classes() -> dict[str, str]:
    return {
        "HP:0040280": _("obligate (100 %)"),
        "HP:0040281": _("very frequent (80 to 99 %)"),
        "HP:0040282": _("frequent (30 to 79 %)"),
        "HP:0040283": _("occasional (5 to 29 %)"),
        "HP:0040284": _("very rare (1 to 4 %)"),
        "HP:0040285": _("excluded (0 %)"),
    }


def _lines(contributions: Iterable[Contribution], knowledge: Knowledge, genes: Sequence[GeneEntry]) -> tuple[Line, ...]:
    return tuple(
        Line(
            words=gene_entered(one, genes) if one.gene else in_words(one, knowledge.ontology),
            value=signed(one.value),
            how=_how(one, knowledge),
            references=() if one.kind == ContributionKind.GENE else _links(one.references),
            more=_beyond(one.references),
        )
        for one in contributions
    )


def _how(one: Contribution, knowledge: Knowledge) -> str:
    """How it is documented, and how many published patients with the disease show it."""
    if one.kind in WHOLE:
        return term_how(one.kind, one.likeness, one.cases, knowledge.cases)
    if one.match == MatchKind.PUBLISHED and one.through:
        through = label(knowledge.ontology, one.through)
        return _("not documented for it; published patients show something near, compared through %(through)s") % {
            "through": through
        }
    if one.match == MatchKind.PUBLISHED:
        seen = observed_words(one.observed) or _("published patients")
        return _("not documented for it otherwise; seen in %(seen)s") % {"seen": seen}
    documented, seen = _documented(one, knowledge.ontology), observed_words(one.observed)
    return "; ".join(part for part in (documented, seen) if part)


def _documented(one: Contribution, ontology: Ontology) -> str:
    if one.kind == ContributionKind.GENE:
        return gene_how(one, ontology)
    if one.note == "already_counted":
        return _("already counted through a narrower finding")
    often = _of_sex(frequency_words(one.frequency), one.sex)
    if one.note == "too_young":
        return _("%(often)s, but may still appear at a later age") % {"often": often}
    if one.kind in {ContributionKind.SEX, ContributionKind.ONSET}:
        return often
    matched = label(ontology, one.matched)
    match one.match:
        case MatchKind.EXACT:
            said = often
        case MatchKind.NARROWER_DOCUMENTED:
            said = _("documented as %(matched)s, more specific: %(often)s") % {"matched": matched, "often": often}
        case MatchKind.BROADER_DOCUMENTED if one.through and one.through != one.matched:
            through = label(ontology, one.through)
            said = _("documented as %(matched)s, compared through %(through)s: %(often)s") % {
                "matched": matched,
                "through": through,
                "often": often,
            }
        case MatchKind.BROADER_DOCUMENTED:
            said = _("documented as %(matched)s, more general: %(often)s") % {"matched": matched, "often": often}
        case MatchKind.SIBLING:
            said = _("near: %(matched)s is documented, %(often)s") % {"matched": matched, "often": often}
        case MatchKind.OPPOSITE:
            said = _("the opposite, %(matched)s, is documented: %(often)s") % {"matched": matched, "often": often}
        case MatchKind.DOCUMENTED_ABSENT:
            said = _("documented as absent: %(often)s") % {"often": often or _("not found in any patient described")}
        case _:
            said = often or _("not described; counts as nearly neutral")
    return said.removesuffix(": ").removesuffix(", ")


def _links(references: tuple[str, ...]) -> tuple[Link, ...]:
    return tuple(Link(one, source_url(one)) for one in references[:REFERENCES])


def _beyond(references: tuple[str, ...]) -> int:
    return max(0, len(references) - REFERENCES)
