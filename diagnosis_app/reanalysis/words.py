"""Reasons in sentences, with links to what they speak of. It formats; what is true was decided in `causes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.explanation import frequency_words
from diagnosis_app.reanalysis.reasons import Kind
from frontend.words import signed, source_url
from retrieval.model import Frequency, FrequencyKind


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """One reason as a page shows it. `group` is what kind of thing changed, in one or two words."""

    group: str
    text: str
    disease: str
    change: str  # of the score of the disease; empty where nothing is said of one
    links: tuple[Link, ...]


def said(reason: Mapping[str, Any]) -> Said:
    kind, about = str(reason["kind"]), reason.get("about") or {}
    name = str(reason.get("name") or "")
    group, text, references = _SENTENCES.get(kind, _unknown)(kind, name, about)
    change = float(reason.get("change") or 0.0)
    return Said(
        group=group,
        text=text,
        disease=str(reason.get("disease") or ""),
        change=signed(change) if name and abs(change) >= 0.05 else "",
        links=tuple(Link(one, url) for one in references if (url := source_url(one))),
    )


def source_words(one: Mapping[str, str]) -> str:
    """What changed of a source: Orphanet, 2025-12 instead of 2025-06."""
    title, before, after = one.get("title") or one.get("name") or "", one.get("before"), one.get("after")
    if not before:
        return _("%(title)s, %(after)s, is new") % {"title": title, "after": after}
    if not after:
        return _("%(title)s, %(before)s, is gone") % {"title": title, "before": before}
    if before == after:
        return _("%(title)s, %(after)s, was read anew") % {"title": title, "after": after}
    return _("%(title)s, %(after)s instead of %(before)s") % {"title": title, "after": after, "before": before}


_Sentence = tuple[str, str, Sequence[str]]  # group, text, ids to link to


def _annotation(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    label, before, after = about.get("label", ""), _documented(about.get("before")), _documented(about.get("after"))
    patterns = {
        Kind.ANNOTATION_ADDED: _("%(label)s is now documented for %(name)s: %(after)s."),
        Kind.ANNOTATION_GONE: _("%(label)s is no longer documented for %(name)s; it was: %(before)s."),
        Kind.ANNOTATION_CHANGED: _("%(label)s in %(name)s: %(after)s; it was: %(before)s."),
    }
    text = patterns[Kind(kind)] % {"label": label, "name": name, "before": before, "after": after}
    return _("Annotation"), text, [str(about.get("term", "")), *about.get("references", ())]


def _annotations(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    counts = [
        (about.get("added", 0), ngettext("%(n)s finding added", "%(n)s findings added", about.get("added", 0))),
        (about.get("changed", 0), _("%(n)s changed")),
        (about.get("gone", 0), _("%(n)s gone")),
    ]
    told = ", ".join(words % {"n": n} for n, words in counts if n)
    terms = [one["label"] for one in about.get("terms", ())]
    more = sum(n for n, _words in counts) - len(terms)
    named = ", ".join(terms) + (_(" and %(n)s more") % {"n": more} if more > 0 else "")
    text = _("What else is documented of %(name)s is different (%(told)s): %(named)s.")
    return (
        _("Annotations"),
        text % {"name": name, "told": told, "named": named},
        [t["term"] for t in about.get("terms", ())],
    )


def _case(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    cases = about.get("cases", ())
    number = len(cases) + int(about.get("more", 0))
    if kind == Kind.CASE_ADDED:
        text = ngettext(
            "A published patient with %(name)s is new%(who)s.",
            "%(n)s published patients with %(name)s are new%(who)s.",
            number,
        )
    else:
        text = ngettext(
            "A published patient with %(name)s is no longer in the knowledge%(who)s.",
            "%(n)s published patients with %(name)s are no longer in the knowledge%(who)s.",
            number,
        )
    labels = [one["label"] for one in cases if one.get("label")]
    who = f": {', '.join(labels)}" if labels else ""
    if about.get("more"):
        who += _(" and %(n)s more") % {"n": about["more"]}
    references = [paper["id"] for one in cases for paper in one.get("publications", ())]
    return _("Published case"), text % {"name": name, "n": number, "who": who}, list(dict.fromkeys(references))


def _mapping(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    others = ", ".join(f"{one['name']} ({one['id']})" for one in about.get("ids", ()))
    text = _("%(name)s and %(others)s are now one disease, and what is known of both is read together.")
    if kind == Kind.SPLIT:
        text = _("%(name)s and %(others)s are no longer one disease, and each is ranked by itself.")
    return _("Mapping"), text % {"name": name, "others": others}, [one["id"] for one in about.get("ids", ())]


def _presence(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    patterns = {
        Kind.DISEASE_NEW: _("%(name)s is new in the knowledge."),
        Kind.DISEASE_GONE: _("%(name)s is no longer in the knowledge."),
        Kind.RANKED_NOW: _("%(name)s is ranked now; before, it was known and not ranked."),
        Kind.NOT_RANKED_NOW: _("%(name)s is no longer ranked: it stands over others, or nothing is documented of it."),
    }
    return _("Disease"), patterns[Kind(kind)] % {"name": name}, []


def _genes(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    text = _("%(genes)s is now linked to %(name)s.")
    if kind == Kind.GENE_GONE:
        text = _("%(genes)s is no longer linked to %(name)s.")
    return _("Gene"), text % {"genes": ", ".join(about.get("genes", ())), "name": name}, []


def _sides(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    text = _("Onset of %(name)s: %(after)s; it was: %(before)s.")
    if kind == Kind.INHERITANCE:
        text = _("Inheritance of %(name)s: %(after)s; it was: %(before)s.")
    before, after = (", ".join(about.get(side, ())) or _("not stated") for side in ("before", "after"))
    return _("Annotation"), text % {"name": name, "before": before, "after": after}, []


def _prevalence(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    return _("Prevalence"), _("The documented prevalence of %(name)s is different.") % {"name": name}, []


def _ontology(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    text = _("%(label)s stands in another place in HPO, and is compared with other findings than before.")
    return _("Ontology"), text % {"label": about.get("label", "")}, [str(about.get("term", ""))]


def _background(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    if about.get("label"):
        text = _("%(label)s is documented more or less often over all diseases than before, so it tells more or less.")
        return _("All diseases"), text % {"label": about["label"]}, [str(about.get("term", ""))]
    patterns = {
        "gene": _("What is known of genes over all diseases is different, so the gene list tells more or less."),
        "similar": _("Findings weigh differently when patients are compared, because other things are documented."),
        "profile": _(
            "Findings weigh differently when whole profiles are compared, because other things are documented."
        ),
    }
    small = _("Scores that were nearly level moved a little, because of small changes over all diseases.")
    return _("All diseases"), patterns.get(str(about.get("what", "")), small), []


def _weights(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    text = _("Other fitted weights and another calibration apply: %(after)s instead of %(before)s.")
    return _("Calibration"), text % {"before": about.get("before", ""), "after": about.get("after", "")}, []


def _enough(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    text = _("The findings are now specific enough for a list: %(after)s specific findings, before %(before)s.")
    if kind == Kind.NOT_ENOUGH_NOW:
        text = _(
            "The findings are no longer specific enough for a list: %(after)s specific findings, before %(before)s."
        )
    return _("All diseases"), text % {"before": about.get("before"), "after": about.get("after")}, []


def _unknown(kind: str, name: str, about: Mapping[str, Any]) -> _Sentence:
    """A row that a later version of Clew wrote."""
    return _("Other"), kind.replace("_", " "), []


_SENTENCES: dict[str, Callable[[str, str, Mapping[str, Any]], _Sentence]] = {
    **dict.fromkeys((Kind.ANNOTATION_ADDED, Kind.ANNOTATION_CHANGED, Kind.ANNOTATION_GONE), _annotation),
    **dict.fromkeys((Kind.CASE_ADDED, Kind.CASE_GONE), _case),
    **dict.fromkeys((Kind.MERGED, Kind.SPLIT), _mapping),
    **dict.fromkeys((Kind.DISEASE_NEW, Kind.DISEASE_GONE, Kind.RANKED_NOW, Kind.NOT_RANKED_NOW), _presence),
    **dict.fromkeys((Kind.GENE_ADDED, Kind.GENE_GONE), _genes),
    **dict.fromkeys((Kind.ONSET, Kind.INHERITANCE), _sides),
    **dict.fromkeys((Kind.ENOUGH_NOW, Kind.NOT_ENOUGH_NOW), _enough),
    Kind.ANNOTATIONS: _annotations,
    Kind.PREVALENCE: _prevalence,
    Kind.ONTOLOGY: _ontology,
    Kind.BACKGROUND: _background,
    Kind.WEIGHTS: _weights,
}


def _documented(rows: Sequence[Mapping[str, Any]] | None) -> str:
    """How a finding is documented, as the sources state it: 9 of 10; described as absent."""
    return "; ".join(_one(row) for row in rows or ()) or _("not documented")


def frequency_of(stated: Mapping[str, Any]) -> Frequency:
    """A documented frequency as a row keeps it."""
    return Frequency(
        FrequencyKind(stated.get("kind", "unknown")),
        float(stated.get("value") or 0.0),
        n=stated.get("n"),
        m=stated.get("m"),
        term=stated.get("term"),
        percent=stated.get("percent"),
    )


def _one(row: Mapping[str, Any]) -> str:
    frequency = frequency_of(row.get("frequency") or {})
    words = frequency_words(frequency)
    if row.get("negative"):
        absent = _("described as absent")
        words = f"{absent}, {words}" if frequency.kind is FrequencyKind.COUNTED else absent
    of_sex = {"female": _("in females"), "male": _("in males")}.get(str(row.get("sex")), "")
    return f"{words}, {of_sex}" if of_sex else words
