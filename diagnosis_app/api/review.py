"""Verdicts, second readings and marks at sources, through the same actions as the pages: the same blinding."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.api import review_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.errors import Hidden
from diagnosis_app.review import blinding, citations, second, set_back, verdicts
from diagnosis_app.runs import actions
from diagnosis_app.runs.models import Run

operations = Operations("Review")
_RUN = "/cases/{uuid:case_id}/runs/{uuid:run_id}"


@operations.get(f"{_RUN}/review", verb=Verb.REVIEW_READ, answers=words.Review)
def get_review(request: HttpRequest, case_id: UUID, run_id: UUID) -> words.Review:
    """What you may see of what readers made of this result. The reading is recorded."""
    actor = actor_of(request)
    return _review(actor, _run(actor, Verb.REVIEW_READ, case_id, run_id))


@operations.put(f"{_RUN}/verdicts/{{disease}}", verb=Verb.VERDICT_GIVE, answers=words.Review)
def give_verdict(
    request: HttpRequest, case_id: UUID, run_id: UUID, disease: str, body: words.NewVerdict
) -> words.Review:
    """Your verdict on a candidate, or on another disease of the knowledge; it replaces your earlier one."""
    actor = actor_of(request)
    run = _run(actor, Verb.VERDICT_GIVE, case_id, run_id)
    try:
        verdicts.give(actor, run, _storable(disease), body.verdict, body.comment)
    except Hidden:  # no candidate, and not named before
        verdicts.give_another(actor, run, _storable(disease), body.verdict, body.comment)
    return _review(actor, run)


@operations.delete(f"{_RUN}/verdicts/{{disease}}", verb=Verb.VERDICT_GIVE, answers=words.Review)
def take_back_verdict(request: HttpRequest, case_id: UUID, run_id: UUID, disease: str) -> words.Review:
    """Deletes your verdict and its comment. The trail keeps which it was, without the comment."""
    actor = actor_of(request)
    run = _run(actor, Verb.VERDICT_GIVE, case_id, run_id)
    verdicts.take_back(actor, run, _storable(disease))
    return _review(actor, run)


@operations.post(f"{_RUN}/second-readers", verb=Verb.SECOND_ASK, answers=words.Review, status=201)
def ask_second_reader(request: HttpRequest, case_id: UUID, run_id: UUID, body: words.AskSecondReader) -> words.Review:
    """Asks a colleague, who sees none of your verdicts until they commit their own, nor you theirs."""
    actor = actor_of(request)
    run = _run(actor, Verb.SECOND_ASK, case_id, run_id)
    second.ask(actor, run, body.reader)
    return _review(actor, run)


@operations.delete(f"{_RUN}/second-readers/{{login}}", verb=Verb.SECOND_ASK, answers=words.Review)
def recall_second_reader(request: HttpRequest, case_id: UUID, run_id: UUID, login: str) -> words.Review:
    """Takes your request back, while they have not begun."""
    actor = actor_of(request)
    run = _run(actor, Verb.SECOND_ASK, case_id, run_id)
    second.recall(actor, run, _storable(login))
    return _review(actor, run)


@operations.post(f"{_RUN}/second-reading/commit", verb=Verb.SECOND_READ, answers=words.Review)
def commit_second_reading(request: HttpRequest, case_id: UUID, run_id: UUID) -> words.Review:
    """Commits your second reading: from then on both see both. It is not taken back."""
    actor = actor_of(request)
    run = _run(actor, Verb.SECOND_READ, case_id, run_id)
    second.commit(actor, run)
    return _review(actor, run)


@operations.post(f"{_RUN}/second-reading/decline", verb=Verb.SECOND_READ, answers=words.Review)
def decline_second_reading(request: HttpRequest, case_id: UUID, run_id: UUID) -> words.Review:
    """Hands it back. What you gave on this case and did not commit is deleted; the trail keeps its values."""
    actor = actor_of(request)
    run = _run(actor, Verb.SECOND_READ, case_id, run_id)
    second.decline(actor, run)
    return _review(actor, run)


@operations.post(f"{_RUN}/wrong-citations", verb=Verb.CITATION_MARK, answers=words.Review, status=201)
def mark_wrong_citation(request: HttpRequest, case_id: UUID, run_id: UUID, body: words.NewMark) -> words.Review:
    """Marks a source that a statement about this candidate cites. It changes no ranking."""
    actor = actor_of(request)
    run = _run(actor, Verb.CITATION_MARK, case_id, run_id)
    citations.mark(actor, run, body.disease, body.evidence, body.reason, body.comment)
    return _review(actor, run)


@operations.delete(f"{_RUN}/wrong-citations/{{disease}}/{{evidence}}", verb=Verb.CITATION_MARK, answers=words.Review)
def unmark_wrong_citation(
    request: HttpRequest, case_id: UUID, run_id: UUID, disease: str, evidence: str
) -> words.Review:
    """Takes your mark at this source back."""
    actor = actor_of(request)
    run = _run(actor, Verb.CITATION_MARK, case_id, run_id)
    citations.unmark(actor, run, _storable(disease), _storable(evidence))
    return _review(actor, run)


@operations.get("/set-back", verb=Verb.SET_BACK_LIST, answers=words.SetBackPassages)
def list_set_back(
    request: HttpRequest, passage: str = Query("", max_length=40, description="Only this one, by its id.")
) -> words.SetBackPassages:
    """The passages that the marks of your teams set back, with who marked them, why, and since when it counts."""
    return _set_back(actor_of(request), passage)


@operations.post("/set-back/{int:mark_id}/stop", verb=Verb.SET_BACK_LIFT, answers=words.SetBackPassages)
def stop_set_back(request: HttpRequest, mark_id: int) -> words.SetBackPassages:
    """Your own mark is taken back; a colleague's is overruled, by a curator: it stays to be read and moves nothing."""
    actor = actor_of(request)
    set_back.stop(actor, mark_id)
    return _set_back(actor)


def _set_back(actor: Actor, passage: str = "") -> words.SetBackPassages:
    rows = set_back.listed(actor, [passage] if passage else ())
    return words.SetBackPassages(passages=[_stood_back(row) for row in rows])


def _stood_back(row: set_back.SetBack) -> words.SetBackPassage:
    names = ("id", "reader", "own", "reason", "comment", "since", "overruled_by", "overruled_at", "may")
    return words.SetBackPassage(
        **{name: getattr(row, name) for name in ("team", "disease", "name", "passage")},
        title=row.quoted.title,
        quote=row.quoted.quoted,
        source=row.quoted.source,
        version=row.quoted.version,
        marks=[
            words.PassageMark(**{name: getattr(one, name) for name in names}, created_at=one.at) for one in row.marks
        ],
    )


def _run(actor: Actor, verb: Verb, case_id: UUID, run_id: UUID) -> Run:
    run = actions.find(actor, verb, run_id)
    if run.case_id != case_id:
        raise Hidden()
    return run


def _storable(name: str) -> str:
    """A name out of the address. No database of ours can hold a NUL, so a name with one names nothing."""
    if "\x00" in name:
        raise Hidden()
    return name


def _review(actor: Actor, run: Run) -> words.Review:
    """What readers made of it, whichever operation answers so: each answer is a reading, a row of the trail."""
    run = actions.read_run(actor, run.pk, part="review")
    return words.Review(
        blind=blinding.blind(actor, run.case_id) is not None,
        verdicts=[
            words.GivenVerdict(
                **_by(actor, one),
                ids=one.ids,
                name=one.name,
                listed=one.listed,
                verdict=one.value,  # type: ignore[arg-type]
                changed_at=one.changed_at,
            )
            for one in blinding.verdicts(actor, run)
        ],
        second_readers=[
            words.SecondReader(
                reader=one.reader.display_name,
                login=one.reader.username,
                asked_by=one.asked_by.display_name,
                asked_at=one.asked_at,
                committed_at=one.committed_at,
                saw_before=one.saw_before,
            )
            for one in second.readings(actor, run)
        ],
        wrong_citations=[
            words.SourceMark(
                **_by(actor, one),
                evidence=one.evidence,
                reason=one.reason,  # type: ignore[arg-type]
                overruled_by=one.overruled_by.display_name if one.overruled_by else "",
            )
            for one in blinding.marks(actor, run)
        ],
    )


def _by(actor: Actor, one: Any) -> dict[str, Any]:
    return {
        "reader": one.reader.display_name,
        "own": one.reader_id == actor.user_id,
        "disease": one.disease,
        "comment": one.comment,
        "created_at": one.created_at,
    }
