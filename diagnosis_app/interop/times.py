"""Times of a phenopacket (TimeElement) as ages and onset terms, and back.

An onset is an HPO onset term or an ISO 8601 age; an age at examination is an ISO 8601 age. What
has no such form is named in the report and left out, never guessed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.interop.node import Node
from retrieval.age import ONSET_YEARS, parse_age
from retrieval.errors import MalformedAge, RetrievalError
from retrieval.ontology.graph import Ontology

_FORMS = ("age", "ageRange", "ontologyClass", "gestationalAge", "timestamp", "interval")
# HPO's definitions: up to 11 completed weeks, the rest of the trimesters; first week -> term
_GESTATION = ((0, "HP:0011460"), (10, "HP:0034199"), (14, "HP:0034198"), (28, "HP:0034197"))
_BORN = 45  # weeks; more is not a gestational age


def read_onset(node: Node, ontology: Ontology) -> str | None:
    """An onset term, an age, or None with the reason in the report."""
    form = _form(node)
    if form == "age":
        return _age(node)
    if form == "ontologyClass":
        return _onset_term(node, ontology)
    if form == "gestationalAge":
        return _gestation(node)
    if form:
        node.drop(form, _("Only an age or an onset term can be kept as onset; this is left out."))
    return None


def read_age(node: Node, born: str) -> str | None:
    """The age at examination, or None with the reason in the report."""
    form = _form(node)
    if form == "age":
        return _age(node)
    if form == "ageRange":
        return _range_start(node)
    if form == "timestamp" and born:
        return _age_between(node, born)
    if form:
        node.drop(form, _("Only an age can be kept as age at examination; this is left out."), _("Enter it by hand."))
    return None


def write_onset(onset: str, ontology: Ontology) -> dict[str, Any]:
    if not onset.startswith("HP:"):
        return {"age": {"iso8601duration": onset}}
    return {"ontologyClass": {"id": onset, "label": ontology.resolve(onset).term.label}}


def _form(node: Node) -> str:
    """Which of the alternatives is filled in; a wrong shape is reported."""
    found = [form for form in _FORMS if node.has(form)]
    node.ignore(*found)
    node.rest(_FORMS)
    if len(found) > 1:
        for form in found[1:]:
            node.drop(form, _("Several times are given for one thing; only the first was read."))
    if not found:
        hint = _("Write it as {“age”: {“iso8601duration”: “P3Y”}}.")
        node.report.problem(node.path(), _("This holds no age and no onset term."), hint)
    return found[0] if found else ""


def _age(node: Node) -> str | None:
    value = node.take("age")
    inner = Node({"iso8601duration": value}, f"{node.path('age')}.", node.report) if isinstance(value, str) else None
    inner = inner or node.node("age")
    return _duration(inner, "iso8601duration") if inner else None


def _duration(node: Node, name: str) -> str | None:
    text = node.text(name)
    node.rest((name,))
    try:
        parse_age(text)
    except MalformedAge as error:
        node.report.problem(node.path(name), _("This is not an age that can be used; it is left out."), error.hint)
        return None
    return text


def _range_start(node: Node) -> str | None:
    inner = node.node("ageRange")
    start = inner.node("start") if inner else None
    if inner is None or start is None:
        node.report.problem(node.path("ageRange"), _("The age range has no start."), _("Enter the age by hand."))
        return None
    value = _duration(start, "iso8601duration")
    inner.ignore("end")
    if value:
        message = _("An age range is kept as its start, %s: an excluded finding may still have come later.") % value
        node.report.changed(node.path("ageRange"), message)
    return value


def _onset_term(node: Node, ontology: Ontology) -> str | None:
    inner = node.node("ontologyClass")
    text = inner.text("id") if inner else ""
    if inner is None:
        return None
    inner.ignore("label")
    inner.rest(("id", "label"))
    try:
        resolved = ontology.resolve(text)
    except RetrievalError as error:
        node.report.problem(inner.path("id"), error.message, error.hint)
        return None
    if resolved.term.id not in ONSET_YEARS:
        hint = _("Use a term under Onset (HP:0003674), or an age such as P2Y.")
        node.report.problem(inner.path("id"), _("This is not an onset term of HPO; it is left out."), hint)
        return None
    if resolved.note:
        node.report.changed(inner.path("id"), resolved.note)
    return resolved.term.id


def _gestation(node: Node) -> str | None:
    inner = node.node("gestationalAge")
    if inner is None:
        return None
    inner.ignore("days")
    try:
        weeks = int(str(inner.take("weeks") or 0))
    except ValueError:
        weeks = -1
    if not 0 <= weeks <= _BORN:
        hint = _("Write the completed weeks as a number, 0 to %d.") % _BORN
        node.report.problem(inner.path("weeks"), _("This is not a number of weeks; it is left out."), hint)
        return None
    term = next(term for first, term in reversed(_GESTATION) if weeks >= first)
    node.report.changed(node.path("gestationalAge"), _("A gestational age is kept as its onset term, %s.") % term)
    return term


def _age_between(node: Node, born: str) -> str | None:
    """The age on a date, from the date of birth, which itself is not kept."""
    seen = node.text("timestamp")
    try:
        first, second = _day(born), _day(seen)
    except ValueError:
        first, second = date.max, date.min
    if second < first:
        node.report.problem(
            node.path("timestamp"), _("No age follows from the two dates."), _("Enter the age by hand.")
        )
        return None
    months = (second.year - first.year) * 12 + second.month - first.month - (second.day < first.day)
    years, months = divmod(months, 12)
    text = f"P{years}Y{months}M" if years and months else f"P{years}Y" if years else f"P{months}M"
    text = f"P{(second - first).days}D" if text == "P0M" else text
    try:
        parse_age(text)
    except MalformedAge as error:
        node.report.problem(
            node.path("timestamp"), _("The age that follows from the dates cannot be used."), error.hint
        )
        return None
    node.report.changed(node.path("timestamp"), _("The two dates are kept as the age between them, %s.") % text)
    return text


def _day(text: str) -> date:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).date()
