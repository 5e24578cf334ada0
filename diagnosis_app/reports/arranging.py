"""Arranges what a run left as the content of its report, once for every form that it is written in.

Read from the stored rows. What only the knowledge of the run can tell (what separates, what to ask next,
how old it was) is left out where that knowledge is gone, and the report says so. A run that shows no list
has none here, and never an earlier one in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from html import unescape

from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.api.answer import INTENDED_USE
from diagnosis_app.cases.actions import content_of
from diagnosis_app.cases.bars import Piece
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.record import finding_detail, gene_lines, one_line, visible
from diagnosis_app.cases.strength import word
from diagnosis_app.reports.closer import Numbers, closer_of
from diagnosis_app.reports.content import Answer, Group, Item, Listed, Report, Span
from diagnosis_app.reports.limits import facts_of, limits_of
from diagnosis_app.reports.of_model import of_model
from diagnosis_app.reports.onward import apart_of, next_of
from diagnosis_app.reports.verdicts import verdicts_of
from diagnosis_app.reports.words import outcome_words, reasons_of
from diagnosis_app.runs.answering import RECORDED, answer_words, with_answers
from diagnosis_app.runs.models import Candidate, Outcome, Question, Run, State
from diagnosis_app.runs.result import LEVEL, SHOWS_LIST, Entry, Result, result_of, with_knowledge
from diagnosis_app.runs.sums import name_of
from frontend.words import age, who
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge

LISTED = 5  # candidates in the table
NAMED = 10  # candidates named at all
GENES = 6  # of one candidate
_BOLD = re.compile(r"</?b>")


def report_of(run: Run) -> Report:
    """`run` with case, team, version and the person who asked for it."""
    content = with_answers(content_of(run.version), list(run.questions.all()))
    knowledge = _knowledge(run)
    result = result_of(run)
    if knowledge is not None:
        result = with_knowledge(result, knowledge, str(run.manifest.get("ranker", "")))
    bare = _head(run, content)
    listed = _listed(run, result) if run.outcome in SHOWS_LIST else ()
    numbers = Numbers(run, knowledge.manifest if knowledge else None)
    closer = closer_of(result.entries[0], numbers) if _leads(result) else None
    compared = knowledge is not None and run.outcome in (Outcome.RANKED, Outcome.PARTIAL)
    return replace(
        bare,
        summary=_summary(listed, result) if listed else (),
        kept=len(result.entries) + len(result.others),
        candidates=listed[:LISTED],
        further=listed[LISTED:NAMED],
        closer=closer,
        apart=apart_of(run, content, listed) if compared else None,
        next=next_of(run, content) if compared else (),
        of_model=of_model(run, result, content),
        sources=numbers.quoted,
        limits=tuple(limits_of(run, result, knowledge, content)),
        facts=tuple(facts_of(run)),
    )


def _head(run: Run, content: Content) -> Report:
    answers = tuple(_answer(one) for one in run.questions.select_related("answered_by"))
    return Report(
        title=_("Differential diagnosis, for discussion"),
        reference=run.case.reference,
        version=run.version.number,
        run=run.reference,
        run_id=str(run.pk),
        at=run.ended_at or run.created_at,
        ended=run.state == State.ENDED,
        outcome=run.outcome,
        outcome_words=outcome_words(run),
        reasons=tuple(one_line(said) for said in reasons_of(run)),
        patient=who(content.sex, content.age) or _("not recorded"),
        onset=age(content.onset),
        team=one_line(run.case.team.name),
        requested_by=one_line(run.requested_by.display_name),
        findings=tuple(_groups(content, answers)),
        answers=answers,
        verdicts=verdicts_of(run),
        intended_use=_(INTENDED_USE),
        signatures=(_("Read by, date"), _("Second reader, date")),
    )


def _answer(one: Question) -> Answer:
    return Answer(
        term=one.term,
        label=one_line(one.label),
        status=one.answer,
        words=answer_words(one.answer).lower() if one.answer else _("not answered"),
        comment=one_line(one.words),
        by=one_line(one.answered_by.display_name) if one.answered_by else "",
        at=one.answered_at,
    )


def _groups(content: Content, answers: Iterable[Answer]) -> Iterable[Group]:
    """The findings by kind; those that were answers to the run's questions are marked."""
    titles = {
        "present": _("Present"),
        "excluded": _("Absent"),
        "uncertain": _("Uncertain"),
        "family": _("Relative"),
    }
    asked = {one.term for one in answers if one.status in RECORDED}
    for kind, title in titles.items():
        items = [
            Item(
                one_line(entry.label) or entry.term,
                entry.term,
                finding_detail(entry),
                asked=kind != "family" and entry.term in asked,
            )
            for entry in content.findings
            if entry.status == kind
        ]
        if items:
            yield Group(kind, title, tuple(items))
    if content.unmapped:
        yield Group("unmapped", _("Not mapped"), tuple(Item(one_line(phrase)) for phrase in content.unmapped))
    if content.genes:
        yield Group("genes", _("Genes"), tuple(Item(line) for line in gene_lines(content.genes)))


def _knowledge(run: Run) -> Knowledge | None:
    try:
        return library.snapshot(str(run.manifest.get("snapshot", "")))
    except RetrievalError:
        return None


def _leads(result: Result) -> bool:
    """Whether statements were written, and checked, for the first of the list."""
    return bool(result.entries) and not any(one.rank < result.entries[0].rank for one in result.others)


def _listed(run: Run, result: Result) -> tuple[Listed, ...]:
    entries = {one.id: one for one in (*result.entries, *result.others)}
    rows = run.candidates.prefetch_related("contributions").order_by("rank")[:NAMED]
    return tuple(_one(row, entries[row.disease]) for row in rows)


def _one(row: Candidate, entry: Entry) -> Listed:
    genes = tuple(str(one) for one in row.genes)
    terms = row.contributions.all()
    pieces = (Piece(name_of(term), term.value, term.kind) for term in terms)
    return Listed(
        rank=row.rank,
        id=row.disease,
        name=one_line(row.name),
        ids=tuple(str(one) for one in row.ids or [row.disease]),
        genes=genes[:GENES],
        more_genes=max(0, len(genes) - GENES),
        score=row.score,
        standing=entry.standing,
        strength=row.strength,
        word=word(row.strength),
        pieces=tuple(pieces),
        why=spans(entry.why),
        group=entry.group,
        by_model=one_line(entry.by_model),
    )


def spans(html: str) -> tuple[Span, ...]:
    """A sentence whose only markup is bold, as words. What was escaped in it becomes text again."""
    pieces = [re.sub(r"\s+", " ", visible(unescape(piece))) for piece in _BOLD.split(html)]
    return tuple(Span(piece, strong=bool(i % 2)) for i, piece in enumerate(pieces) if piece)


def _summary(listed: tuple[Listed, ...], result: Result) -> tuple[Span, ...]:
    """Who leads and by how much, from the stored numbers; that none leads comes first."""
    said = []
    if result.none_leads:
        warned = _("It is likelier that the diagnosis is not in this list than that it is the first of it.")
        said += [Span(_("None of these leads."), strong=True), Span(f" {warned} ")]
    first = listed[0]
    likely = f" ({first.word.lower()})" if first.word else ""
    said += [Span(first.name, strong=True), Span(" " + _("stands first") + likely)]
    if len(listed) > 1:
        gap = first.score - listed[1].score
        told = _("level with") if gap < LEVEL else _("%(lead)s ahead of") % {"lead": f"{gap:.1f}"}
        said += [Span(f", {told} "), Span(listed[1].name, strong=True)]
    return (*said, Span("."))
