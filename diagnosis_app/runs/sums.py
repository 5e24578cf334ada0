"""What a candidate's sum says beyond its statements: how much of it each quarter holds, and one sentence.

Statements are written for the weightiest findings only. The rest of the sum is counted and listed here,
so that no quarter looks smaller, and nothing against a candidate lighter, than the arithmetic made it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agents.contract import Stance
from diagnosis_app.cases.differential import not_explained, resembles
from diagnosis_app.cases.gene_words import gene_listed
from diagnosis_app.cases.term_words import WHOLE, alike, observed_words, term_how, term_name
from diagnosis_app.runs.joining import joined
from diagnosis_app.runs.models import Contribution
from frontend.words import signed
from retrieval.model import ContributionKind, MatchKind

SLIGHT = 0.05  # log-odds: a smaller contribution speaks neither for nor against
NAMED_FOR, NAMED_AGAINST = 3, 2
OBJECTION, MODEL = "objection", "model"
_CONFLICTS = (MatchKind.OPPOSITE, MatchKind.DOCUMENTED_ABSENT)


@dataclass(frozen=True, slots=True)
class Part:
    """One term of the sum, in words."""

    words: str
    value: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """The terms of a quarter for which no statement stands."""

    parts: tuple[Part, ...]
    together: str


def part_name(kind: str, label: str) -> str:
    """What a term of the sum is about."""
    if kind in WHOLE:
        return term_name(kind)
    match kind:
        case "model":
            return _("Reasoning model")
        case "objection":
            return _("Objection: %(finding)s is absent") % {"finding": label} if label else _("Objection")
        case "onset":
            return _("Onset")
        case "sex":
            return _("Sex")
        case "gene":
            return label or _("Genes")
        case "excluded":
            return _("%(finding)s is absent") % {"finding": label}
    return label


def stance_of(term: Contribution) -> Stance | None:
    """The quarter that a term stands in when the candidate is opened in the workspace; none for the few without."""
    match = term.body.get("match")
    if term.kind == OBJECTION:
        return Stance.AGAINST
    if term.kind == MODEL:
        return Stance.FOR if term.value > 0 else Stance.AGAINST
    if match == MatchKind.UNEXPLAINED:
        return Stance.UNEXPLAINED
    if match in _CONFLICTS or (match is None and term.value < 0):
        return Stance.AGAINST
    if term.kind == ContributionKind.GENE:
        return Stance.FOR if term.value > 0 else Stance.UNEXPLAINED  # 0: no gene of it is known
    if term.kind in WHOLE:
        return Stance.FOR if term.value > 0 else None
    return Stance.FOR if match is not None and term.kind == ContributionKind.FINDING else None


def rest_of(terms: Iterable[Contribution], stance: Stance, said: Collection[str]) -> Rest:
    """The terms of one quarter whose finding is not in `said`, the weightiest first."""
    left = [term for term in terms if stance_of(term) == stance and about(term) not in said]
    left.sort(key=lambda term: -abs(term.value))
    parts = tuple(Part(name_of(term), signed(term.value), how(term)) for term in left)
    return Rest(parts, signed(sum(term.value for term in left)))


def about(term: Contribution) -> str:
    """What ties a term to a statement: its finding, or that it is the onset or of the genes."""
    if term.kind == OBJECTION:
        return f"{OBJECTION}:{term.body.get('type')}:{term.finding}"
    return term.kind if term.kind in {"onset", "gene", MODEL} | WHOLE else term.finding


def how(term: Contribution) -> str:
    """Why a term that is not about one finding weighs what it weighs; of a finding, how many patients show it."""
    if term.kind == OBJECTION:
        return objection_how(term.body)
    if term.kind == MODEL:
        return pieces_words(term.body)
    if term.kind in WHOLE:
        return term_how(term.kind, term.body.get("likeness"), (), None)
    return observed_words(term.body.get("observed"))


def sentence(terms: Sequence[Contribution]) -> SafeString:
    """What explains most, what speaks against: the same words as in the live differential."""
    speak_for = [term for term in terms if term.value > SLIGHT]
    single = (term for term in speak_for if term.kind not in {ContributionKind.GENE, MODEL} | WHOLE)
    best = sorted(single, key=lambda term: -term.value)
    listed = [name_of(term) for term in speak_for if term.kind == ContributionKind.GENE]
    objected = {term.finding for term in terms if term.kind == OBJECTION and term.finding}
    worst = [
        term
        for term in terms
        if term.value < -SLIGHT
        and stance_of(term) != Stance.UNEXPLAINED
        and not (term.kind == "excluded" and term.finding in objected)  # said once, with the objection
    ]
    worst.sort(key=lambda term: term.value)
    support = (
        format_html(_("Best explained: {}."), _joined(name_of(term) for term in best[:NAMED_FOR]))
        if best
        else format_html("{}", _("None of the findings is explained."))
    )
    if listed:
        support = format_html("{} {}", support, gene_listed(listed))
    if any(alike(term.kind, term.body.get("likeness")) for term in terms):
        support = format_html("{} {}", support, resembles())
    if moved := next((term for term in speak_for if term.kind == MODEL), None):
        support = format_html("{} {}", support, found_by_model(moved))
    left = [name_of(term) for term in terms if term.finding and stance_of(term) == Stance.UNEXPLAINED]
    if left:
        support = format_html("{} {}", support, not_explained(left))
    if not worst:
        return format_html("{} {}", support, _("Nothing recorded against it."))
    against = "; ".join(_objection(term) for term in worst[:NAMED_AGAINST])
    return format_html("{} <b>{}</b> {}.", support, _("Against:"), against)


def objection_words(body: Mapping[str, Any]) -> str:
    """An objection in a few words."""
    match body.get("type"):
        case "contradicted_sign":
            return _("%(finding)s, which nearly every patient has, is absent here") % {"finding": body.get("label", "")}
        case "age":
            return _("it is described to begin long after this patient fell ill")
        case "mimic":
            return _("%(other)s explains all of it and more") % {"other": body.get("other", "")}
    return _("an objection stands")


def objection_how(body: Mapping[str, Any]) -> str:
    """What the sceptic held against the candidate, beside what the sum counted already."""
    said = objection_words(body)
    return _("%(said)s; beyond what the sum counted already") % {"said": said}


def pieces_words(body: Mapping[str, Any]) -> str:
    """What the panel found that is new to the sum: words of a source for a finding, or a disease that explains more."""
    told = []
    for one in body.get("pieces", ()):
        said = {
            "supports": _("a source names %(finding)s in it"),
            "against": _("a source denies %(finding)s in it"),
            "mimic": _("%(finding)s explains what it does, and more"),
        }.get(str(one.get("says")), "%(finding)s")
        told.append(said % {"finding": one.get("label", "")})
    return joined(told)


def found_by_model(term: Contribution) -> str:
    said = {"said": pieces_words(term.body), "value": signed(term.value)}
    return _("The reasoning model adds %(value)s: %(said)s.") % said


def _joined(names: Iterable[str]) -> SafeString:
    return format_html_join(", ", "<b>{}</b>", ((name,) for name in names))


def name_of(term: Contribution) -> str:
    if term.kind == OBJECTION:
        return (
            part_name(term.kind, term.body.get("label", "")) if term.body.get("label") else _objection_name(term.body)
        )
    if term.kind == ContributionKind.GENE and not term.body.get("label"):
        return _("No known gene") if term.body.get("note") == "no_known_gene" else _("No listed gene")
    return part_name(term.kind, term.body.get("label", ""))


def _objection_name(body: Mapping[str, Any]) -> str:
    return {"age": _("Objection: the age"), "mimic": _("Objection: a mimic explains more")}.get(
        str(body.get("type")), _("Objection")
    )


def _objection(term: Contribution) -> str:
    if term.kind == MODEL:
        said = {"said": pieces_words(term.body), "value": signed(term.value)}
        return _("what the reasoning model found, %(said)s (%(value)s)") % said
    if term.kind in WHOLE:
        return f"{name_of(term).lower()} ({signed(term.value)})"
    if term.kind == OBJECTION:
        return objection_words(term.body)
    if term.kind in {"onset", "sex"}:
        return _("%(what)s does not fit") % {"what": name_of(term).lower()}
    if term.kind == "gene":
        gene = term.body.get("label")
        if gene:
            return _("%(gene)s is listed, but its variants hardly fit") % {"gene": gene}
        return _("none of its known genes is listed")
    if term.kind == "excluded":
        return _("%(finding)s is absent here") % {"finding": term.body.get("label", "")}
    return _("%(finding)s (%(value)s)") % {"finding": name_of(term), "value": signed(term.value)}
