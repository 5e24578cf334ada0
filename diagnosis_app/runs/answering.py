"""A question that an investigation put, and its answer: what each would move, and what an answer does.

While a question stands there the run holds no lease. The answer queues it again, wherever the next free worker is; the
finding is added to the case as well, so that the live list has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.contract import EventType
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import Content, FindingEntry, read_content
from diagnosis_app.errors import ClinicError, Conflict, Hidden, Invalid
from diagnosis_app.runs import events
from diagnosis_app.runs.bell import ring
from diagnosis_app.runs.models import Question, Run, State
from frontend.words import signed, source_url

WORDS = 1_000  # characters beside an answer
SLIGHT = 0.05  # log-odds: a smaller change is none
RECORDED = (Question.Answer.PRESENT, Question.Answer.EXCLUDED, Question.Answer.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Moves:
    """What an answer does to one of the first candidates."""

    rank: int
    name: str
    documented: str
    present: str
    absent: str


@dataclass(frozen=True, slots=True)
class Choice:
    answer: str
    words: str
    then: str  # what would move
    key: str
    icon: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands in the thread."""

    key: str
    term: str
    label: str
    url: str
    reason: str
    choices: tuple[Choice, ...]
    moves: tuple[Moves, ...]
    answer: str  # in words; empty while it has none
    by: str
    words: str


def answer(actor: Actor, run: Run, key: str, said: str, words: str = "", *, no_more: bool = False) -> Run:
    """Answers a question of the run. The same answer again only does what is left of the first; another one is refused.

    `no_more` leaves this question open and lets the run ask none after it.
    """
    actor.require(Verb.RUN_ANSWER, run)
    given = _checked(Question.Answer.UNKNOWN.value if no_more else said, words)
    with transaction.atomic():
        Run.objects.select_for_update(no_key=True).only("id").get(pk=run.pk)
        question = Question.objects.filter(run=run, key=key).first()
        if question is None:
            raise Hidden(_("There is no such question."))
        run.refresh_from_db()
        again = question.answer == given
        if not again:
            _still_open(run, question)
            _take(actor, run, question, given, words)
        if no_more and run.state != State.ENDED:
            Run.objects.filter(pk=run.pk).update(manifest={**run.manifest, "asks": False})
    _also_in_the_case(actor, run, question, again=again)
    run.refresh_from_db()
    return run


def with_answers(content: Content, questions: Sequence[Question]) -> Content:
    """The version that a run read, with what was answered since."""
    said = {one.term: one for one in questions if one.answer in RECORDED}
    kept = tuple(one for one in content.findings if one.term not in said or one.status == "family")
    more = tuple(_entry(one) for one in said.values())
    return content.model_copy(update={"findings": (*kept, *more)})


def investigated(run: Run) -> Content:
    """What the run weighed in the end. Whatever is worked out again from a run starts from this."""
    return with_answers(cases.content_of(run.version), list(run.questions.all()))


def not_known(run: Run) -> list[str]:
    """Findings that were asked for and that nobody could tell: asking once more is of no use."""
    nobody = (Question.Answer.UNCERTAIN, Question.Answer.UNKNOWN)
    return list(run.questions.filter(answer__in=nobody).values_list("term", flat=True))


def asked(question: Question) -> Asked:
    detail: Mapping[str, Any] = question.detail
    leaders = detail.get("leaders", ())
    given = answer_words(question.answer) if question.answer else ""
    return Asked(
        key=question.key,
        term=question.term,
        label=question.label,
        url=source_url(question.term),
        reason=_reason(detail),
        choices=tuple(_choices(detail)),
        moves=tuple(
            Moves(one["rank"], one["name"], one["documented"], _change(one["if_present"]), _change(one["if_absent"]))
            for one in leaders
        ),
        answer=given,
        by=question.answered_by.display_name if question.answered_by else "",
        words=question.words,
    )


def answer_words(said: str) -> str:
    return {
        Question.Answer.PRESENT: _("Present"),
        Question.Answer.EXCLUDED: _("Absent"),
        Question.Answer.UNCERTAIN: _("Uncertain"),
        Question.Answer.UNKNOWN: _("Not known"),
    }.get(Question.Answer(said), said)


# --- inside ----------------------------------------------------------------------


def _entry(one: Question) -> FindingEntry:
    (entry,) = read_content({"findings": [{"term": one.term, "label": one.label, "status": one.answer}]}).findings
    return entry


def _checked(said: str, words: str) -> str:
    if said not in Question.Answer.values:
        hint = _("Choose Present, Absent, Uncertain or Not known.")
        raise Invalid(_("This is no answer."), field="answer", hint=hint)
    if len(words) > WORDS:
        raise Invalid(
            _("The words beside the answer are longer than %(n)s characters.") % {"n": WORDS},
            field="words",
            hint=_("Shorten them; a longer text belongs into the note of the case."),
        )
    return said


def _still_open(run: Run, question: Question) -> None:
    if question.answer:
        raise Conflict(
            _("This question was answered already: %(answer)s.") % {"answer": answer_words(question.answer)},
            hint=_("Change the finding in the case and investigate again."),
            code="run.answered",
        )
    if run.state == State.ENDED:
        raise Conflict(
            _("This investigation has ended; it no longer waits for an answer."),
            hint=_("Add the finding to the case and investigate again."),
            code="run.ended",
        )


def _take(actor: Actor, run: Run, question: Question, given: str, words: str) -> None:
    """Writes the answer down, and queues the run that waited for it. The caller holds the row of the run."""
    question.answer, question.words = given, words.strip()
    question.answered_at, question.answered_by_id = timezone.now(), actor.user_id
    question.save()
    Run.objects.filter(pk=run.pk, state=State.WAITING).update(state=State.QUEUED, rung_at=None)
    events.append(run.pk, EventType.ANSWERED, f"answered:{question.key}", {"key": question.key, "answer": given})
    detail = {"case": str(run.case_id), "question": question.key, "answer": given}
    log.record(actor, Verb.RUN_ANSWER, object=f"run:{run.pk}", team_id=run.team_id, detail=detail)
    transaction.on_commit(lambda: ring(run.pk))


def _also_in_the_case(actor: Actor, run: Run, question: Question, *, again: bool) -> None:
    """The case learns it too, where it may be changed. While somebody else changes it, the run has it alone.

    `again`: it was answered before, and the process may have been lost before the case had it. What the case holds of
    the finding by now is left as it is.
    """
    if question.answer not in RECORDED or not actor.may(Verb.CASE_EDIT, run.case):
        return
    try:
        case = cases.find(actor, Verb.CASE_EDIT, run.case_id)
        held = {one.term for one in cases.content_of(case.draft).findings if one.status != "family"}
        if not (again and question.term in held):
            cases.add_answer(actor, case, question.term, question.answer)
    except ClinicError:
        return


def _change(value: float) -> str:
    return signed(value) if abs(value) >= SLIGHT else "0"


def _reason(detail: Mapping[str, Any]) -> str:
    why = detail.get("why", {})
    names = list(why.get("leaders", ()))
    if len(names) < 2:
        return _("The answer is expected to narrow the list most.")
    if why.get("because") == "model":
        return _("The reasoning model chose it, among the questions that tell most.")
    if why.get("because") == "sent_back_ask":
        return _("An objection moved the leaders. This answer tells most about what stands now.")
    said = _("%(one)s and %(other)s are only %(gap)s apart, and this answer tells most.")
    return said % {"one": names[0], "other": names[1], "gap": f"{float(why.get('gap', 0)):.1f}"}


def _choices(detail: Mapping[str, Any]) -> list[Choice]:
    present, absent = _then(detail, "if_present", "first_if_present"), _then(detail, "if_absent", "first_if_absent")
    return [
        Choice("present", _("Present"), present, "P", "p"),
        Choice("excluded", _("Absent"), absent, "A", "a"),
        Choice("uncertain", _("Uncertain"), _("nothing moves"), "U", "us"),
        Choice("unknown", _("Not known"), _("goes on without it"), "N", "q"),
    ]


def _then(detail: Mapping[str, Any], moved: str, first: str) -> str:
    """The most that an answer does, in a few words."""
    leaders = [one for one in detail.get("leaders", ()) if abs(one[moved]) >= SLIGHT]
    leads = list(detail.get(first) or ())
    lead = detail["leaders"][0]["id"] if detail.get("leaders") else ""
    if leads and leads[0] != lead:
        return _("then %(name)s leads") % {"name": leads[1]}
    cardinal = [one["name"] for one in detail.get("leaders", ()) if moved == "if_absent" and one.get("cardinal")]
    if cardinal:
        return _("an objection to %(name)s") % {"name": cardinal[0]}
    if not leaders:
        return _("little would change")
    most = max(leaders, key=lambda one: abs(one[moved]))
    return f"{most['name']} {signed(most[moved])}"
