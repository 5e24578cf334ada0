"""What two runs stood on, one row a thing, and whether it differs: the case, the answers, and all that was pinned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.content import Content, FindingEntry
from diagnosis_app.cases.differences import STATUS_WORDS, differences
from diagnosis_app.cases.findings import place
from diagnosis_app.compare.side import Side
from diagnosis_app.reanalysis.ranking import sources_between
from diagnosis_app.reanalysis.words import source_words
from diagnosis_app.runs.answering import answer_words
from diagnosis_app.runs.model_words import model_words
from diagnosis_app.runs.models import Outcome, Question
from diagnosis_app.runs.narration import reason
from frontend.words import age, who

_DIGEST = 12  # characters of a hash that a page shows
_GENES = 4  # named; the rest are counted
_SHOWN_ELSEWHERE = frozenset({"case", "ontology", "citation"})  # of a manifest: told by the rows of case and knowledge


OUTCOME = "outcome"  # the name of the row that tells what the runs came to, not what they stood on

Way = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that differs. `sign` is an icon of it."""

    text: str
    way: Way = "changed"
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str  # stable, for programs
    title: str
    a: str
    b: str
    differs: bool
    changes: tuple[Told, ...] = ()


def rows(a: Side, b: Side) -> tuple[Row, ...]:
    return (
        _findings(a, b),
        _answers(a, b),
        _patient(a, b),
        _note(a, b),
        _knowledge(a, b),
        _pinned("model", _("Model"), a, b, _model),
        _prompts(a, b),
        _pinned("ranker", _("Scoring"), a, b, _plain, name="scoring"),
        _code(a, b),
        _pinned("graph", _("Graph"), a, b, _plain),
        _pinned("prevalence", _("Prevalence"), a, b, _prevalence),
        _pinned("budget", _("Budget"), a, b, _budget),
        _set_back(a, b),
        _outcome(a, b),
        *_others(a, b),
    )


# --- the case -----------------------------------------------------------------


def _findings(a: Side, b: Side) -> Row:
    told = tuple(_of_findings(a.content.findings, b.content.findings))
    return Row("findings", _("Findings"), _count(a), _count(b), bool(told), told)


def _count(side: Side) -> str:
    found = side.content.findings
    absent = sum(entry.status == "excluded" for entry in found)
    said = ngettext("%(n)s finding", "%(n)s findings", len(found)) % {"n": len(found)}
    return _("%(findings)s, %(n)s of them absent") % {"findings": said, "n": absent} if absent else said


def _of_findings(before: Iterable[FindingEntry], after: Iterable[FindingEntry]) -> Iterator[Told]:
    older, newer = ({place(entry): entry for entry in side} for side in (before, after))
    for key, entry in newer.items():
        was = older.get(key)
        if was is None:
            yield Told(_with_status(entry), "added", _sign(entry, "plus"))
        elif was.status != entry.status:
            yield Told(_("%(finding)s set to %(status)s") % _named(entry), "changed", _sign(entry, "p"))
        elif was.onset != entry.onset:
            onset = age(entry.onset) or _("unknown")
            yield Told(_("Onset of %(finding)s set to %(onset)s") % {"finding": _label(entry), "onset": onset})
    for key, entry in older.items():
        if key not in newer:
            yield Told(_("%(finding)s removed") % _named(entry), "removed", "x")


def _with_status(entry: FindingEntry) -> str:
    return _label(entry) if entry.status == "present" else _("%(finding)s, %(status)s") % _named(entry)


def _sign(entry: FindingEntry, present: str) -> str:
    return {"excluded": "a", "uncertain": "u", "family": "f"}.get(str(entry.status), present)


def _named(entry: FindingEntry) -> dict[str, str]:
    return {"finding": _label(entry), "status": str(STATUS_WORDS[entry.status])}


def _label(entry: FindingEntry) -> str:
    return entry.label or entry.term


def _answers(a: Side, b: Side) -> Row:
    older, newer = ({one.term: one for one in side.answers} for side in (a, b))
    told = [
        Told(_answer(one), "added" if term not in older else "changed", "q")
        for term, one in newer.items()
        if term not in older or older[term].answer != one.answer
    ]
    told += [
        Told(_("not asked: %(question)s") % {"question": one.label}, "removed", "x")
        for term, one in older.items()
        if term not in newer
    ]
    return Row("answers", _("Answers"), _answered(a), _answered(b), bool(told), tuple(told))


def _answered(side: Side) -> str:
    if not side.answers:
        return _("none")
    given = sum(bool(one.answer) for one in side.answers)
    if given == len(side.answers):
        return ngettext("%(n)s answer", "%(n)s answers", given) % {"n": given}
    return _("%(n)s of %(m)s questions answered") % {"n": given, "m": len(side.answers)}


def _answer(one: Question) -> str:
    said = answer_words(one.answer).lower() if one.answer else _("not answered")
    return _("%(finding)s: %(answer)s") % {"finding": one.label, "answer": said}


def _patient(a: Side, b: Side) -> Row:
    older, newer = (
        Content(sex=side.content.sex, age=side.content.age, onset=side.content.onset, genes=side.content.genes)
        for side in (a, b)
    )
    told = tuple(Told(words) for words in differences(older, newer))
    return Row("patient", _("Patient"), _who(a.content), _who(b.content), bool(told), told)


def _who(content: Content) -> str:
    parts = [who(str(content.sex), content.age)]
    if content.onset:
        parts.append(_("onset %(onset)s") % {"onset": age(content.onset)})
    if content.genes:
        named = ", ".join(entry.symbol for entry in content.genes[:_GENES])
        more = len(content.genes) - _GENES
        parts.append(_("%(genes)s and %(n)s more") % {"genes": named, "n": more} if more > 0 else named)
    return "; ".join(part for part in parts if part) or _("nothing stated")


def _note(a: Side, b: Side) -> Row:
    """The words of the case. The arithmetic does not read them; a model does."""
    older, newer = (Content(note=side.content.note, unmapped=side.content.unmapped) for side in (a, b))
    told = tuple(Told(words) for words in differences(older, newer))
    return Row("note", _("Note and phrases"), _length(a.content), _length(b.content), bool(told), told)


def _length(content: Content) -> str:
    length = len(content.note)
    said = ngettext("%(n)s character", "%(n)s characters", length) % {"n": length} if length else _("no note")
    if not content.unmapped:
        return said
    phrases = len(content.unmapped)
    return f"{said}, " + ngettext("%(n)s phrase", "%(n)s phrases", phrases) % {"n": phrases}


# --- what was pinned ----------------------------------------------------------


def _knowledge(a: Side, b: Side) -> Row:
    differs = a.pinned("snapshot") != b.pinned("snapshot")
    told = tuple(_sources(a, b)) if differs else ()
    return Row("knowledge", _("Knowledge"), _snapshot(a), _snapshot(b), differs, told)


def _snapshot(side: Side) -> str:
    return _("%(snapshot)s, HPO %(version)s") % {
        "snapshot": str(side.pinned("snapshot") or "")[:_DIGEST],
        "version": side.pinned("ontology") or _("not stated"),
    }


def _sources(a: Side, b: Side) -> Iterator[Told]:
    gone = [str(side.pinned("snapshot"))[:_DIGEST] for side in (a, b) if side.knowledge is None]
    if a.knowledge is None or b.knowledge is None:
        text = _("What changed in the sources cannot be told: %(snapshot)s is no longer on this machine.")
        yield Told(text % {"snapshot": ", ".join(gone)}, sign="info")
        return
    found = sources_between(a.knowledge, b.knowledge)
    for one in found:
        way: Way = "changed" if one["before"] and one["after"] else "added" if one["after"] else "removed"
        yield Told(source_words(one), way, "doc")
    if not found:
        yield Told(_("The same sources in the same versions, built by another version of Clew."), sign="info")


def _pinned(key: str, title: str, a: Side, b: Side, words: Callable[[Any], str], *, name: str = "") -> Row:
    older, newer = a.pinned(key), b.pinned(key)
    return Row(name or key, title, words(older), words(newer), older != newer)


def _plain(value: Any) -> str:
    """Whatever a manifest holds, in one line: a later version may pin what this one does not know."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return _("none")
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(one)}" for name, one in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def _model(value: Any) -> str:
    """Its name, its host, and whose host that is."""
    return model_words(value)


def _prompts(a: Side, b: Side) -> Row:
    older, newer = (dict(side.pinned("prompts") or {}) for side in (a, b))
    told = tuple(
        Told(_("%(prompt)s is other words") % {"prompt": name})
        for name in sorted(older.keys() | newer.keys())
        if older.get(name) != newer.get(name)
    )
    return Row("prompts", _("Prompts"), _hashes(older), _hashes(newer), older != newer, told)


def _hashes(prompts: Mapping[str, Any]) -> str:
    return ngettext("%(n)s prompt", "%(n)s prompts", len(prompts)) % {"n": len(prompts)} if prompts else _("none")


def _code(a: Side, b: Side) -> Row:
    older, newer = ((side.pinned("code"), side.pinned("code_digest")) for side in (a, b))
    words = [", ".join(str(part)[:_DIGEST] for part in parts if part) or _("not stated") for parts in (older, newer)]
    return Row("code", _("Code"), words[0], words[1], older != newer)


def _prevalence(value: Any) -> str:
    return _("counts %(share)s of its logarithm") % {"share": f"{value:g}"} if value else _("counts nothing")


def _budget(value: Any) -> str:
    budget = dict(value or {})
    parts = []
    if budget.get("steps"):
        parts.append(ngettext("%(n)s step", "%(n)s steps", int(budget["steps"])) % {"n": budget["steps"]})
    if budget.get("seconds"):
        parts.append(_("%(n)s s") % {"n": f"{budget['seconds']:g}"})
    if budget.get("tokens"):
        parts.append(ngettext("%(n)s token", "%(n)s tokens", int(budget["tokens"])) % {"n": budget["tokens"]})
    further = sorted(name for name in budget if name not in {"steps", "seconds", "tokens"})
    parts += [f"{name} {_plain(budget[name])}" for name in further]
    return ", ".join(parts) or _("not stated")


def _set_back(a: Side, b: Side) -> Row:
    """The passages that colleagues had marked as wrong when each run began: they were read after all others."""
    older, newer = (_marked(side) for side in (a, b))
    told = []
    for pairs, way, words in (
        (newer - older, "added", _("%(n)s more for %(disease)s")),
        (older - newer, "removed", _("%(n)s fewer for %(disease)s")),
    ):
        counted = Counter(disease for disease, _passage in sorted(pairs))
        told += [Told(words % {"n": n, "disease": disease}, cast("Way", way), "doc") for disease, n in counted.items()]
    return Row("set_back", _("Passages set back"), _stood(older), _stood(newer), older != newer, tuple(told))


def _marked(side: Side) -> frozenset[tuple[str, str]]:
    pinned = side.pinned("set_back") or {}
    return frozenset((disease, passage) for disease, passages in pinned.items() for passage in passages)


def _stood(pairs: Collection[tuple[str, str]]) -> str:
    return ngettext("%(n)s passage", "%(n)s passages", len(pairs)) % {"n": len(pairs)} if pairs else _("none")


def _outcome(a: Side, b: Side) -> Row:
    """How far each run came. One that was stopped before its leaders were challenged has no objections."""
    older, newer = ((side.run.outcome, sorted(side.run.reasons), side.challenged) for side in (a, b))
    told = []
    if a.challenged != b.challenged:
        run = "B" if a.challenged else "A"
        told.append(Told(_("Run %(run)s did not challenge its leaders: no objection counts in it") % {"run": run}))
    for name, side, other in (("A", a, b), ("B", b, a)):
        only = [code for code in side.run.reasons if code not in other.run.reasons]
        told += [Told(_("%(run)s: %(why)s") % {"run": name, "why": reason(code)}, sign="info") for code in only]
    return Row(OUTCOME, _("Outcome"), _came_to(a), _came_to(b), older != newer, tuple(told))


def _came_to(side: Side) -> str:
    words = {
        Outcome.RANKED: _("Ranked"),
        Outcome.PARTIAL: _("Partial"),
        Outcome.INSUFFICIENT: _("Not enough to rank"),
        Outcome.FAILED: _("Failed"),
        Outcome.CANCELLED: _("Cancelled"),
    }
    outcome = str(words.get(Outcome(side.run.outcome), side.run.outcome))
    if side.challenged:
        return _("%(outcome)s, leaders challenged") % {"outcome": outcome}
    return _("%(outcome)s, leaders not challenged") % {"outcome": outcome}


def _others(a: Side, b: Side) -> Iterator[Row]:
    """What else a manifest pins, where it differs: nothing that was pinned may differ unseen."""
    told = {
        "snapshot",
        "model",
        "prompts",
        "ranker",
        "code",
        "code_digest",
        "graph",
        "prevalence",
        "budget",
        "plan",
        "set_back",
    }
    titles = {"policy": _("Policy"), "asks": _("May ask")}
    names = (a.manifest.keys() | b.manifest.keys()) - told - _SHOWN_ELSEWHERE
    for name in sorted(names):
        if a.pinned(name) != b.pinned(name):
            title = titles.get(name, name.replace("_", " ").capitalize())
            yield Row(name, title, _plain(a.pinned(name)), _plain(b.pinned(name)), True)
