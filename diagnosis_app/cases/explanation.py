"""An opened candidate in words: explains, does not explain, against, expected and not yet asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis_app.cases.differential import in_words, label
from frontend.words import number, signed, source_url
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


def opened(explanation: Explanation, ontology: Ontology) -> Opened:
    candidate, disease = explanation.candidate, explanation.disease
    return Opened(
        id=candidate.id,
        name=candidate.name,
        explains=_lines(explanation.explains, ontology),
        unexplained=_lines(explanation.unexplained, ontology),
        against=_lines(explanation.against, ontology),
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
            *(Link(gene.symbol, source_url(gene.ncbi)) for gene in disease.genes),
        ),
        score=number(candidate.score),
        prior=signed(candidate.prior),
    )


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


def _lines(contributions: Iterable[Contribution], ontology: Ontology) -> tuple[Line, ...]:
    return tuple(
        Line(
            words=in_words(one, ontology),
            value=signed(one.value),
            how=_how(one, ontology),
            references=_links(one.references),
            more=_beyond(one.references),
        )
        for one in contributions
    )


def _how(one: Contribution, ontology: Ontology) -> str:
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
