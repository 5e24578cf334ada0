"""What readers made of a result, arranged for the page: a panel per candidate, a sheet for the whole, marks at sources.

It arranges what `blinding` lets through and decides nothing about who may see what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.errors import ClinicError
from diagnosis_app.local_cases.actions import kept_from
from diagnosis_app.review import blinding, second
from diagnosis_app.review.models import SecondReading, Verdict, WrongCitation
from diagnosis_app.review.verdicts import COMMENT_LIMIT, candidate_of
from diagnosis_app.runs.models import Run
from diagnosis_app.runs.result import Entry, Quarter, Result, Source, Statement
from frontend.words import source_url

TONES = {"confirmed": "for", "plausible": "", "unlikely": "unsure", "excluded": "against"}
SIGNS = {"confirmed": "check", "plausible": "ring", "unlikely": "q", "excluded": "a"}


@dataclass(frozen=True, slots=True)
class Said:
    """One reader's verdict in words. `tone` names a tag's colour, `sign` an icon; the word carries the meaning."""

    reader: str
    own: bool
    value: str
    word: str
    tone: str
    sign: str
    comment: str
    at: datetime
    late: bool  # changed after both readers could see both


@dataclass(frozen=True, slots=True)
class Panel:
    """The verdicts on one disease, and the form for one's own."""

    slug: str
    disease: str
    name: str
    links: tuple[tuple[str, str], ...]
    listed: bool
    choices: tuple[tuple[str, str, bool], ...]  # value, word, chosen
    comment: str
    mine: Said | None
    others: tuple[Said, ...]
    confirmed: bool
    keepable: bool
    changeable: bool
    reading: str  # the open second reading that this form is shown for
    stands: str  # where the team's case of this diagnosis is withdrawn, if no verdict confirms it any more
    limit: int = COMMENT_LIMIT
    problem: ClinicError | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    reader: str
    reason: str
    comment: str
    at: datetime
    overruled: str = ""  # by whom: it sets nothing back any more


@dataclass(frozen=True, slots=True)
class Marked:
    """Who marked one source of one candidate as wrong."""

    place: int
    disease: str
    evidence: str
    own: Mark | None
    marks: tuple[Mark, ...]
    count: int  # readers
    about: str
    changeable: bool
    reading: str
    limit: int = COMMENT_LIMIT
    problem: ClinicError | None = None

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in WrongCitation.Reason.choices]


@dataclass(frozen=True, slots=True)
class Compared:
    """One disease as several readers judged it; `same` is None where only one did."""

    name: str
    cells: tuple[Said | None, ...]
    same: bool | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A second reading that somebody was asked for."""

    reader: str
    login: str
    asked_by: str
    asked_at: datetime
    committed_at: datetime | None
    saw_before: bool
    recallable: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    blind: SecondReading | None
    given: int  # one's own verdicts
    asked: tuple[Asked, ...]
    colleagues: tuple[User, ...]
    why_not: str  # nobody can be asked, and why
    readers: tuple[str, ...]
    compared: tuple[Compared, ...]
    agreement: str
    another: tuple[Panel, ...]
    kept: str  # the address of the team's case, if this one was kept
    stands: str  # where it is withdrawn, if no verdict confirms its diagnosis any more
    stands_name: str
    changeable: bool


def reviewed(actor: Actor, run: Run, result: Result) -> tuple[Result, Sheet]:
    """The result with its verdicts and marks, and the sheet for the whole of it."""
    seen, places = _Seen(actor, run), count(1)

    def told(entry: Entry) -> Entry:
        panel = seen.panel(entry.id, entry.name, [link.text for link in entry.links])
        return replace(_with_marks(entry, seen, places), review=panel)

    entries, others = (tuple(told(one) for one in part) for part in (result.entries, result.others))
    return replace(result, entries=entries, others=others), seen.sheet()


def panel_of(
    actor: Actor, run: Run, disease: str, *, problem: ClinicError | None = None, typed: Mapping[str, str] | None = None
) -> Panel | None:
    """The panel of one disease: a candidate, or one that a verdict names. With what was typed, if it was refused."""
    seen = _Seen(actor, run)
    candidate = candidate_of(run, disease)
    if candidate is not None:
        made = seen.panel(disease, candidate.name, candidate.ids or [candidate.disease])
    else:
        named = [one for one in seen.verdicts if one.disease == disease and not one.listed]
        if not named:
            return None
        made = seen.panel(disease, named[0].name, named[0].ids)
    if problem is None or typed is None:
        return made
    choices = tuple((value, word, value == typed.get("verdict")) for value, word, _chosen in made.choices)
    return replace(made, problem=problem, choices=choices, comment=typed.get("comment", ""))


def sheet_of(actor: Actor, run: Run) -> Sheet:
    return _Seen(actor, run).sheet()


def marked_of(
    actor: Actor, run: Run, disease: str, evidence: str, *, place: int = 0, problem: ClinicError | None = None
) -> Marked:
    """`place` tells apart where one source is cited several times on a page."""
    return replace(_Seen(actor, run).marked(disease, evidence, place=place), problem=problem)


class _Seen:
    """What one person may see of one run, read once."""

    def __init__(self, actor: Actor, run: Run) -> None:
        self.actor, self.run = actor, run
        self.verdicts = blinding.verdicts(actor, run)
        self.marks = blinding.marks(actor, run)
        self.blind = blinding.blind(actor, run.case_id)
        self.reading = str(self.blind.pk) if self.blind else ""
        self.readings = second.readings(actor, run)
        self.kept = kept_from(run.case_id) if self.blind is None else None
        self.unconfirmed = self.kept is not None and not _confirmed(run, self.kept.disease)
        self.changeable = run.case.deleted_at is None and actor.may(Verb.VERDICT_GIVE, run)
        self.settled = min((one.committed_at for one in self.readings if one.committed_at), default=None)

    def panel(self, disease: str, name: str, ids: Sequence[str]) -> Panel:
        here = [one for one in self.verdicts if one.disease == disease]
        mine = next((one for one in here if one.reader_id == self.actor.user_id), None)
        confirmed = any(one.value == Verdict.Value.CONFIRMED for one in here)
        free = not blinding.any_open(self.run.case) if confirmed else False
        return Panel(
            slug=disease.replace(":", "-"),
            disease=disease,
            name=name,
            links=tuple((one, source_url(one)) for one in ids),
            listed=all(one.listed for one in here),
            choices=tuple(
                (value, str(word), mine is not None and mine.value == value) for value, word in Verdict.Value.choices
            ),
            comment=mine.comment if mine else "",
            mine=self.said(mine) if mine else None,
            others=tuple(self.said(one) for one in here if one is not mine),
            confirmed=confirmed,
            keepable=confirmed and free and self.kept is None and self.actor.may(Verb.LOCAL_ADD, self.run),
            changeable=self.changeable,
            reading=self.reading,
            stands=self.withdrawing if self.kept is not None and self.kept.disease == disease else "",
        )

    @property
    def withdrawing(self) -> str:
        """Where the team's case is withdrawn whose diagnosis no verdict confirms any more."""
        if self.kept is None or not self.unconfirmed:
            return ""
        return reverse("local_case", kwargs={"local_id": self.kept.pk}) + "#withdraw"

    def said(self, one: Verdict) -> Said:
        return Said(
            reader=one.reader.display_name,
            own=one.reader_id == self.actor.user_id,
            value=one.value,
            word=str(Verdict.Value(one.value).label),
            tone=TONES[one.value],
            sign=SIGNS[one.value],
            comment=one.comment,
            at=one.changed_at,
            late=self.settled is not None and one.changed_at > self.settled,
        )

    def marked(self, disease: str, evidence: str, about: str = "", *, place: int = 0) -> Marked:
        here = [one for one in self.marks if (one.disease, one.evidence) == (disease, evidence)]
        own = next((one for one in here if one.reader_id == self.actor.user_id), None)
        latest = {one.reader_id: one for one in here}  # of several by one reader the last
        return Marked(
            place=place,
            disease=disease,
            evidence=evidence,
            own=_mark(own) if own else None,
            marks=tuple(_mark(one) for one in latest.values()),
            count=len(latest),
            about=about,
            changeable=self.changeable and self.actor.may(Verb.CITATION_MARK, self.run),
            reading=self.reading,
        )

    def sheet(self) -> Sheet:
        readers = list({one.reader_id: one.reader for one in self.verdicts}.values())
        readers.sort(key=lambda one: (one.pk != self.actor.user_id, one.display_name))
        compared = self._compared([one.pk for one in readers]) if len(readers) > 1 else ()
        own = [one for one in self.verdicts if one.reader_id == self.actor.user_id]
        can_ask = self.changeable and self.blind is None and self.actor.may(Verb.SECOND_ASK, self.run)
        free = tuple(second.colleagues(self.actor, self.run)) if can_ask and own and self.kept is None else ()
        another = list(dict.fromkeys((one.disease, one.name) for one in self.verdicts if not one.listed))
        ids = {one.disease: one.ids for one in self.verdicts}
        return Sheet(
            blind=self.blind,
            given=len(own),
            asked=tuple(self._asked(one) for one in self.readings),
            colleagues=free,
            why_not=self._why_not(bool(own), bool(free)) if can_ask else "",
            readers=tuple(_("You") if one.pk == self.actor.user_id else one.display_name for one in readers),
            compared=compared,
            agreement=_agreement(compared),
            another=tuple(self.panel(disease, name, ids[disease]) for disease, name in another),
            kept=reverse("local_case", kwargs={"local_id": self.kept.pk}) if self.kept else "",
            stands=self.withdrawing,
            stands_name=self.kept.name if self.kept else "",
            changeable=self.changeable,
        )

    def _asked(self, one: SecondReading) -> Asked:
        return Asked(
            reader=one.reader.display_name,
            login=one.reader.username,
            asked_by=one.asked_by.display_name,
            asked_at=one.asked_at,
            committed_at=one.committed_at,
            saw_before=one.saw_before,
            recallable=one.committed_at is None and self.changeable and second.may_recall(self.actor, one),
        )

    def _why_not(self, given: bool, free: bool) -> str:
        if not given:
            return _("Give a verdict of your own first, so that the two readings are independent.")
        if self.kept is not None:
            return _("It stands among the team’s cases: a second reading would not be blind any more.")
        return "" if free else _("No other clinician of the team can be asked: each has judged this case or was asked.")

    def _compared(self, readers: Sequence[int]) -> tuple[Compared, ...]:
        diseases = dict.fromkeys((one.disease, one.name) for one in self.verdicts)
        ranks = dict(self.run.candidates.values_list("disease", "rank"))
        rows = []
        for disease, name in sorted(diseases, key=lambda one: (ranks.get(one[0], 10**6), one[1])):
            by = {one.reader_id: one for one in self.verdicts if one.disease == disease}
            values = {one.value for one in by.values()}
            cells = tuple(self.said(by[reader]) if reader in by else None for reader in readers)
            rows.append(Compared(name, cells, len(values) == 1 if len(by) > 1 else None))
        return tuple(rows)


def _confirmed(run: Run, disease: str) -> bool:
    """On any result of the case. While a second reading is open nothing of it is kept, so this tells nobody of one."""
    of_case = Verdict.objects.filter(run__case_id=run.case_id, disease=disease)
    return of_case.filter(value=Verdict.Value.CONFIRMED).exists()


def _agreement(rows: Iterable[Compared]) -> str:
    both = [one for one in rows if one.same is not None]
    if not both:
        return ""
    same = sum(bool(one.same) for one in both)
    if same == len(both):
        return _("Every disease that several readers judged has the same verdict from all of them.")
    values = {"n": len(both), "same": same}
    return _("The same verdict on %(same)s of %(n)s diseases that several readers judged.") % values


def _mark(one: WrongCitation) -> Mark:
    reason = str(WrongCitation.Reason(one.reason).label)
    overruled = one.overruled_by.display_name if one.overruled_by else ""
    return Mark(one.reader.display_name, reason, one.comment, one.created_at, overruled)


def _with_marks(entry: Entry, seen: _Seen, places: Iterator[int]) -> Entry:
    def source(one: Source, about: str) -> Source:
        return replace(one, marked=seen.marked(entry.id, one.evidence, about, place=next(places)))

    def statements(given: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return tuple(replace(one, sources=tuple(source(each, one.text) for each in one.sources)) for one in given)

    def quarter(given: Quarter) -> Quarter:
        return replace(given, statements=statements(given.statements))

    changes: dict[str, Any] = {name: quarter(getattr(entry, name)) for name in ("supports", "unexplained", "against")}
    return replace(entry, **changes, missing=statements(entry.missing))
