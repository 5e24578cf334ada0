"""Why one term of a sum is another one in the second run: what differs between the runs and touches this term.

Pure. A cause is named only where the record tells it; where several things differ and the stored term cannot say
which of them moved it, all of them are named.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from diagnosis_app.cases.term_words import WHOLE
from diagnosis_app.compare.side import Known, Side
from diagnosis_app.compare.sums import MODEL, PRIOR, REST, Change, Term

NOTHING = 1e-9  # log-odds: what rounding leaves of two equal sums
_DOCUMENTED = ("matched", "match", "through", "frequency", "references", "code")
_OF_A_FINDING = frozenset({"finding", "excluded"})


class Cause(StrEnum):
    FINDING = "finding"  # findings of the case
    ANSWER = "answer"  # to a question of the run
    PATIENT = "patient"  # age, sex, onset
    GENES = "genes"
    KNOWLEDGE = "knowledge"
    SCORING = "scoring"  # the fitted weights
    PREVALENCE = "prevalence"  # what the deployment lets it count
    CODE = "code"
    OBJECTION = "objection"
    MODEL = "model"  # what a reasoning model found beyond the sum
    UNTOLD = "untold"  # several of these differ, and the term does not tell which of them it was
    UNKNOWN = "unknown"  # nothing recorded explains it
    SAME = "same"  # the term is the same in both


@dataclass(frozen=True, slots=True)
class Traced:
    """`among` are the causes that are possible where the term does not tell one of them."""

    cause: Cause
    among: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class Between:
    """What differs between two runs, as far as it can move a score."""

    a: Side
    b: Side

    def differs(self, *names: str) -> bool:
        """Whether the manifests pin another value under one of these names."""
        return any(self.a.pinned(name) != self.b.pinned(name) for name in names)

    @cached_property
    def knowledge(self) -> bool:
        return self.differs("snapshot")

    @cached_property
    def scoring(self) -> bool:
        return self.differs("ranker")

    @cached_property
    def prevalence(self) -> bool:
        return self.differs("prevalence")

    @cached_property
    def code(self) -> bool:
        return self.differs("code_digest", "code", "graph")

    @cached_property
    def patient(self) -> bool:
        return _patient(self.a) != _patient(self.b)

    @cached_property
    def sex(self) -> bool:
        """What is documented is read for the sex of the patient."""
        return self.a.content.sex != self.b.content.sex

    @cached_property
    def age(self) -> bool:
        """What may still appear is read by the age of the patient."""
        return self.a.content.age != self.b.content.age

    @cached_property
    def genes(self) -> bool:
        return self.a.content.profile().genes != self.b.content.profile().genes

    @cached_property
    def findings(self) -> set[Cause]:
        """Whether findings of the case or answers differ, or both; empty where none does."""
        return {_by(was, now) for was, now in self._known if _status(was) != _status(now)}

    @cached_property
    def dated(self) -> set[Cause]:
        """Whether the findings that date the illness differ. Where its onset is stated, they date nothing."""
        if self.a.content.onset and self.b.content.onset:
            return set()
        return {_by(was, now) for was, now in self._known if _onset(was) != _onset(now)}

    @property
    def _known(self) -> list[tuple[Known | None, Known | None]]:
        older, newer = self.a.known, self.b.known
        return [(older.get(term), newer.get(term)) for term in older.keys() | newer.keys()]


def trace(change: Change, between: Between) -> Traced:
    """The cause of one change. The term is told by what was stored of it on either side."""
    kind = change.one.kind
    if abs(change.amount) < NOTHING:
        return Traced(Cause.SAME)
    if kind == REST:
        return Traced(Cause.UNKNOWN)
    if kind == "objection":
        return Traced(Cause.OBJECTION)
    if kind == MODEL:
        return Traced(Cause.MODEL)
    if kind in _OF_A_FINDING:
        return _finding(change, between)
    if kind == PRIOR:
        return _one_of({Cause.KNOWLEDGE: between.knowledge, Cause.PREVALENCE: between.prevalence}, between)
    possible: dict[Cause, bool] = {Cause.KNOWLEDGE: between.knowledge, Cause.SCORING: between.scoring}
    if kind == "prevalence":
        possible[Cause.PREVALENCE] = between.prevalence
    elif kind == "gene":
        possible |= {Cause.GENES: between.genes, Cause.PATIENT: between.patient}
    elif kind in {"onset", "sex"}:
        findings = _said_of_it(change, between) if change.one.finding else between.dated
        possible |= {Cause.PATIENT: between.patient, **dict.fromkeys(findings, True)}
    elif kind in WHOLE:
        possible |= dict.fromkeys(between.findings, True)
        possible[Cause.PATIENT] = kind == "similar" and between.patient
    else:  # a kind that a later version added
        findings = between.findings | between.dated
        possible |= {**dict.fromkeys(findings, True), Cause.PATIENT: between.patient}
    return _one_of(possible, between)


def facts_differ(change: Change) -> bool:
    """Whether something else is documented of the finding on the two sides, as far as the terms tell."""
    return _facts(change.before) != _facts(change.after)


def observed_differ(change: Change) -> bool:
    """Whether other published patients were counted."""
    return _of(change.before, "observed") != _of(change.after, "observed")


def _finding(change: Change, between: Between) -> Traced:
    if (own := status_changed(change, between)) is not None:
        if change.before is None or change.after is None:
            return Traced(own)
        possible = {own: True, Cause.KNOWLEDGE: between.knowledge, Cause.SCORING: between.scoring}
        return _one_of({**possible, Cause.PATIENT: between.sex or between.age}, between)
    beside = between.findings  # another finding can set this one aside, or share a bound with it
    if _of(change.before, "note") != _of(change.after, "note"):
        possible = {**dict.fromkeys(beside, True), Cause.KNOWLEDGE: between.knowledge}
        return _one_of({**possible, Cause.PATIENT: between.patient}, between)
    common = _of(change.before, "background") == _of(change.after, "background")
    knowledge = between.knowledge and (facts_differ(change) or observed_differ(change) or not common)
    possible = {Cause.KNOWLEDGE: knowledge, Cause.SCORING: between.scoring}
    if not knowledge or change.one.kind == "excluded":
        others = facts_differ(change) or change.one.kind == "excluded" or change.before is None or change.after is None
        possible |= dict.fromkeys(beside if others else (), True)
        possible[Cause.PATIENT] = others and between.patient
    else:
        possible[Cause.PATIENT] = facts_differ(change) and between.sex
    return _one_of(possible, between)


def _one_of(possible: dict[Cause, bool], between: Between) -> Traced:
    """The one thing that can have moved the term; several are told as several."""
    left = tuple(sorted(cause for cause, is_so in possible.items() if is_so))
    if len(left) > 1:
        return Traced(Cause.UNTOLD, left)
    if left:
        return Traced(left[0])
    return Traced(Cause.CODE if between.code else Cause.UNKNOWN)


def status_changed(change: Change, between: Between) -> Cause | None:
    """Whose word on the finding itself differs: whether it is present. Its onset is no matter of this term."""
    finding = change.one.finding
    was, now = between.a.known.get(finding), between.b.known.get(finding)
    return _by(was, now) if finding and _status(was) != _status(now) else None


def _said_of_it(change: Change, between: Between) -> set[Cause]:
    """The same of a term that reads the onset of its finding."""
    finding = change.one.finding
    was, now = between.a.known.get(finding), between.b.known.get(finding)
    differ = _status(was) != _status(now) or (change.one.kind == "onset" and _onset(was) != _onset(now))
    return {_by(was, now)} if differ else set()


def _by(was: Known | None, now: Known | None) -> Cause:
    return Cause.ANSWER if any(one is not None and one.answered for one in (was, now)) else Cause.FINDING


def _status(one: Known | None) -> str | None:
    """As the arithmetic reads it; what is uncertain weighs as little as what is not recorded."""
    return one.status if one is not None and one.status in {"present", "excluded"} else None


def _onset(one: Known | None) -> str | None:
    """Of a finding that is present: only such a one dates anything."""
    return one.onset if one is not None and one.status == "present" else None


def _patient(side: Side) -> tuple[str, str | None, str | None]:
    return str(side.content.sex), side.content.age, side.content.onset


def _facts(term: Term | None) -> tuple[object, ...]:
    return tuple(_of(term, name) for name in _DOCUMENTED)


def _of(term: Term | None, name: str) -> object:
    return term.body.get(name) if term is not None else None
