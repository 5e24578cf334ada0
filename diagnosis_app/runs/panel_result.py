"""What the reasoning model left in an ended run, arranged for reading: its summary, whom it proposed, whom it moved.

Everything is read from stored steps, terms and statements. A sentence of the summary is shown only while each
statement that it is made of is shown as verified, and no second reading doubts one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.content import Content
from diagnosis_app.runs.joining import joined
from diagnosis_app.runs.model_words import model_of, model_words, place_words
from diagnosis_app.runs.models import Candidate, Claim, Run
from diagnosis_app.runs.panel_telling import stopped, withheld
from diagnosis_app.runs.panel_weighed import Weighed, weighed_of
from diagnosis_app.runs.sums import MODEL
from diagnosis_app.runs.thread import PANEL


@dataclass(frozen=True, slots=True)
class Cited:
    """A statement that a sentence is made of."""

    key: str
    text: str
    anchor: str
    rank: int
    name: str


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    statements: tuple[Cited, ...]

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.statements]

    @property
    def names(self) -> str:
        """Of the diseases that its statements are about: the sentence itself need not name them."""
        return joined(dict.fromkeys(one.name for one in self.statements))


@dataclass(frozen=True, slots=True)
class Named:
    """A name that grounds nothing, as the model wrote it: it stands for no disease here, or for `of` of them."""

    name: str  # checked by nobody; empty where names here are not made of such words
    explains: tuple[str, ...]  # terms
    among: tuple[Mapping[str, str], ...]  # the first of those that it stands for: id, name
    of: int


@dataclass(frozen=True)
class Panel:
    """Empty throughout where no model took part."""

    sentences: tuple[Sentence, ...] = ()
    withheld: tuple[str, ...] = ()
    next: tuple[Mapping[str, str], ...] = ()  # what it would look at first: term, label
    stopped: str = ""  # that it would look at nothing more, in words
    found: int = 0  # findings in the note, not in the case
    weighed: Mapping[str, Weighed] = field(default_factory=dict)  # by disease
    proposed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # disease -> terms that it explains
    named: tuple[Named, ...] = ()  # what it named that is no one disease here
    opinions: Mapping[str, str] = field(default_factory=dict)  # of a second reading, by the key of the statement
    answered: bool = False  # whether any answer of the model came


def panel_of(run: Run, candidates: Sequence[Candidate], *, checked: bool) -> Panel:
    """`candidates` with their statements; where these were not `checked`, there is no summary of them."""
    steps = list(run.steps.filter(action__in=PANEL, status="done"))
    stand = {
        claim.key: Cited(claim.key, claim.text, anchor(claim), one.rank, one.name)
        for one in candidates
        for claim in one.claims.all()
        if claim.verified and not is_doubted(claim)
    }
    told = [(step.action, dict(step.detail.get("got") or {})) for step in steps]
    answered = set(run.questions.exclude(answer="").values_list("term", flat=True))
    return replace(panel_from(told, stand if checked else {}), weighed=weighed_of(steps, answered))


def panel_from(told: Sequence[tuple[str, Mapping[str, Any]]], stand: Mapping[str, Cited]) -> Panel:
    """What each voice came to, in the order of the steps. `stand` are the statements that are shown and undoubted."""
    came = [(action, got) for action, got in told if "failed" not in got and "withheld" not in got]

    def of(job: str, name: str) -> list[Any]:
        return [one for action, got in came if action == job for one in got.get(name) or ()]

    opinions: dict[str, str] = {}
    for action, got in came:
        opinions |= dict(got.get("opinions") or {}) if action == "second" else {}
    return Panel(
        sentences=tuple(_sentences(of("writer", "sentences"), stand)),
        withheld=tuple(dict.fromkeys(words for action, got in told if (words := withheld(action, got)))),
        next=tuple({"term": str(one["term"]), "label": str(one["label"])} for one in of("planner", "next")),
        stopped=next((words for action, got in came if action == "planner" and (words := stopped(got))), ""),
        found=len({str(one["term"]) for one in of("reader", "found")}),
        proposed={str(one["id"]): tuple(map(str, one.get("explains") or ())) for one in of("proposer", "grounded")},
        named=tuple(
            Named(str(one["name"]), tuple(map(str, one["explains"])), tuple(one["among"]), int(one["of"]))
            for one in of("proposer", "named")
        ),
        opinions=opinions,
        answered=bool(came),
    )


def _sentences(written: Iterable[Mapping[str, Any]], stand: Mapping[str, Cited]) -> Iterable[Sentence]:
    for one in written:
        keys = [str(key) for key in one.get("statements") or ()]
        if keys and all(key in stand for key in keys):
            yield Sentence(str(one.get("text", "")), tuple(stand[key] for key in dict.fromkeys(keys)))


def anchor(claim: Claim) -> str:
    """Where the page holds the statement: two candidates may have one of the same content."""
    return f"s-{claim.pk}"


def is_doubted(claim: Claim) -> bool:
    return bool(claim.triple.get("doubted"))


def doubt_words(opinion: str) -> str:
    """What a second reading said of a statement that stands."""
    if opinion == "not":
        return _("A second reading does not see this supported.")
    return _("A second reading sees this only partly supported.")


def arithmetic_ranks(candidates: Sequence[Candidate]) -> dict[str, int]:
    """Where each candidate stands by arithmetic alone; empty where the model moved nothing."""
    terms = {one.disease: [term.value for term in one.contributions.all() if term.kind == MODEL] for one in candidates}
    if not any(terms.values()):
        return {}
    order = sorted(candidates, key=lambda one: (-round(one.score - fsum(terms[one.disease]), 7), one.disease))
    return {one.disease: rank for rank, one in enumerate(order, 1)}


def standing_words(one: Candidate, ranks: Mapping[str, int], panel: Panel, labels: Mapping[str, str]) -> str:
    """That the model proposed a candidate or moved it, and where it stands without that; empty where it did neither."""
    told = []
    place = ranks.get(one.disease, one.rank)
    if one.disease in panel.proposed:
        explains = [labels.get(term, term) for term in panel.proposed[one.disease]]
        told.append(
            _("Proposed by the reasoning model, for %(findings)s.") % {"findings": joined(explains)}
            if explains
            else _("Proposed by the reasoning model.")
        )
    if told or place != one.rank:
        told.append(_("By arithmetic alone it stands at place %(place)s of this list.") % {"place": place})
    return " ".join(told)


def labels_of(content: Content) -> dict[str, str]:
    return {entry.term: entry.label or entry.term for entry in content.findings}


def used_words(run: Run, panel: Panel) -> str:
    """The model that took part and where its prompts went; empty where none answered."""
    return model_words(run.manifest.get("model")) if panel.answered else ""


def unused_words(run: Run, panel: Panel) -> str:
    """Why no model took part; empty where one did."""
    if panel.answered:
        return ""
    model = model_of(run.manifest)
    if model is None:
        return _("none")
    return _("%(name)s, %(place)s: no answer came") % {"name": model.name, "place": place_words(model.place)}


def found_words(panel: Panel) -> str:
    """That the note names more than the case holds; empty where it does not."""
    if not panel.found:
        return ""
    return ngettext(
        "The reasoning model found %(n)s finding in the note that the case does not hold. It counts in nothing here.",
        "The reasoning model found %(n)s findings in the note that the case does not hold. They count in nothing here.",
        panel.found,
    ) % {"n": panel.found}
