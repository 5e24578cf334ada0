"""What is worth knowing next, in words: questions by examination, with what either answer would do.

It formats; which finding is asked and every number is the ranking's. Questions are pure functions of
profile and snapshot, so the last few are remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corpus_ingest import library
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.examination_words import burden_words, cost_words, examination_name
from diagnosis_app.cases.explanation import Link, frequency_words
from frontend.words import signed, source_url
from retrieval.model import Profile
from retrieval.ranking import NextQuestions, rankable
from retrieval.ranking.next_question import GeneTest, Leader, Question

NAMED = 2  # diseases named in a reason; the rest are counted
SLIGHT = 0.05  # log-odds: a smaller change is none
REFERENCES = 2


@dataclass(frozen=True, slots=True)
class Change:
    """What an answer does to one of the first candidates."""

    name: str
    value: str
    rises: bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """One of the first candidates with the finding's frequency and the effect of either answer."""

    rank: int
    name: str
    documented: str
    references: tuple[Link, ...]
    present: str
    absent: str


@dataclass(frozen=True, slots=True)
class Asked:
    term: str
    label: str
    url: str
    reason: str
    present: tuple[Change, ...]
    absent: tuple[Change, ...]
    then_present: str  # who leads then, where that changes
    then_absent: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One examination with the questions it answers."""

    name: str
    burden: str
    cost: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Genes:
    genes: str
    reason: str
    covers: str


@dataclass(frozen=True, slots=True)
class Asking:
    sections: tuple[Section, ...]
    genes: Genes | None


def questions_of(content: Content, *, snapshot: str | None = None, skip: Collection[str] = ()) -> NextQuestions:
    """With the knowledge in use, or that of `snapshot`. Raises the errors of a snapshot that is away."""
    knowledge = library.current() if snapshot is None else library.snapshot(snapshot)
    return _questions(knowledge.id, rankable(knowledge.ontology, content.profile()), tuple(sorted(set(skip))))


def asking(found: NextQuestions, content: Content) -> Asking:
    return Asking(
        sections=tuple(
            Section(
                name=examination_name(group.examination),
                burden=burden_words(group.examination),
                cost=cost_words(group.examination),
                questions=tuple(_asked(one) for one in group.questions),
            )
            for group in found.groups
        ),
        genes=_genes(found.genes) if found.genes is not None and not content.genes else None,
    )


@lru_cache(maxsize=128)
def _questions(snapshot: str, profile: Profile, skip: tuple[str, ...]) -> NextQuestions:
    return library.snapshot(snapshot).ranker.next_questions(profile, skip=skip)


def _asked(question: Question) -> Asked:
    leaders = question.leaders
    first = leaders[0].id if leaders else ""
    return Asked(
        term=question.term,
        label=question.label,
        url=source_url(question.term),
        reason=_reason(leaders),
        present=_changes([(one, one.if_present) for one in leaders]),
        absent=_changes([(one, one.if_absent) for one in leaders]),
        then_present=question.first_if_present[1] if question.first_if_present[0] != first else "",
        then_absent=question.first_if_absent[1] if question.first_if_absent[0] != first else "",
        rows=tuple(_row(one) for one in leaders),
    )


def _changes(moved: Sequence[tuple[Leader, float]]) -> tuple[Change, ...]:
    """The leader, and whoever of the others moves most; nobody where nothing moves."""
    if not any(abs(value) >= SLIGHT for _one, value in moved):
        return ()
    others = sorted(moved[1:], key=lambda pair: (-abs(pair[1]), pair[0].rank))
    named = [*moved[:1], *others[:1]]
    return tuple(Change(one.name, signed(value), None if abs(value) < SLIGHT else value > 0) for one, value in named)


def _row(one: Leader) -> Row:
    return Row(
        rank=one.rank,
        name=one.name,
        documented=frequency_words(one.documented) or _("not described"),
        references=tuple(Link(name, source_url(name)) for name in one.references[:REFERENCES]),
        present=signed(one.if_present),
        absent=signed(one.if_absent),
    )


def _reason(leaders: Sequence[Leader]) -> str:
    """Where among the first candidates the finding is described, and where it is not."""
    described = sorted((one for one in leaders if one.documented), key=_often)
    without = [one for one in leaders if not one.documented]
    if not described:
        return _("Not described in the first %(n)s; it would bring others forward.") % {"n": len(leaders)}
    named = [
        _("%(disease)s (%(often)s)") % {"disease": one.name, "often": frequency_words(one.documented)}
        for one in described[:NAMED]
    ]
    said = _("Described in %(diseases)s.") % {"diseases": _listed(named, len(described) - len(named))}
    if not without:
        return _("%(said)s How often tells them apart.") % {"said": said}
    names = [one.name for one in without[:NAMED]]
    return _("%(said)s Not in %(diseases)s.") % {"said": said, "diseases": _listed(names, len(without) - len(names))}


def _often(one: Leader) -> tuple[float, int]:
    assert one.documented is not None  # noqa: S101
    return -one.documented.value, one.rank


def _listed(names: Sequence[str], more: int) -> str:
    text = "; ".join(names)
    if more <= 0:
        return text
    return ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", more) % {"names": text, "n": more}


def _genes(test: GeneTest) -> Genes:
    ranks = ", ".join(str(rank) for rank in test.ranks)
    count = len(test.ranks)
    return Genes(
        genes=", ".join(test.genes),
        reason=ngettext(
            "One of the first five candidates is described with it.",
            "%(n)s of the first five candidates are described with one of them.",
            count,
        )
        % {"n": count},
        covers=ngettext("rank %(ranks)s", "ranks %(ranks)s", count) % {"ranks": ranks},
    )
