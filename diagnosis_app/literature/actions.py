"""Asking for papers, and reading what came. Every question that leaves the house is one row of the trail."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from corpus_ingest.literature import Off, Question
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict, Hidden, Invalid
from diagnosis_app.leases import ring
from diagnosis_app.literature.asking import Sent, sent
from diagnosis_app.literature.models import Search

LISTED = 20


def ask(actor: Actor, case: Case, question: Question, *, shown: str) -> Search:
    """Sends what was shown, and only that. Asked again while it is under way, the same search comes back."""
    actor.require(Verb.LITERATURE_SEARCH, case)
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    _askable(case)
    try:
        what = sent(question)
    except Off as error:
        raise Conflict(error.message, hint=error.hint, code=error.code) from None
    if what.digest != shown:
        raise Conflict(
            _("What would be sent is no longer what was shown. Nothing was sent."),
            hint=_("Go back, look at it again and confirm."),
            code="literature.not_shown",
        )
    if (active := _active(case)) is not None:
        return _same(active, what)
    try:
        with transaction.atomic():
            search = Search.objects.create(
                case=case,
                requested_by_id=actor.user_id,
                terms=list(question.terms),
                diseases=list(question.diseases),
                match=str(question.match),
                snapshot=what.snapshot,
                query=what.query,
                host=what.request.address.shown,
            )
            detail = {
                "case": str(case.pk),
                "host": search.host,
                "terms": list(question.terms),
                "diseases": list(question.diseases),
            }
            log.record(actor, Verb.LITERATURE_SEARCH, object=f"search:{search.pk}", team_id=case.team_id, detail=detail)
            transaction.on_commit(lambda: bell(search))
    except IntegrityError:
        if (active := _active(case)) is None:
            raise
        return _same(active, what)
    return search


def bell(search: Search) -> bool:
    from diagnosis_app.literature.tasks import look_for_papers

    return ring(look_for_papers, Search, search.pk)


def searches_of(actor: Actor, case: Case) -> list[Search]:
    """The newest first, at most `LISTED`. The caller has read the case."""
    actor.require(Verb.LITERATURE_READ, case)
    found = case.searches.select_related("requested_by").prefetch_related("papers__passages")
    return list(found.order_by("-created_at")[:LISTED])


def read_search(actor: Actor, case: Case, search_id: UUID, *, was: str = "") -> Search | None:
    """None while it still stands as `was` says: then nothing is shown, and nothing to be recorded."""
    actor.require(Verb.LITERATURE_READ, case)
    found = case.searches.select_related("requested_by").prefetch_related("papers__passages")
    search = found.filter(pk=search_id).first()
    if search is None:
        raise Hidden()
    if search.state == was != Search.State.ENDED:
        return None
    detail = {"case": str(case.pk)}
    log.record(actor, Verb.LITERATURE_READ, object=f"search:{search.pk}", team_id=case.team_id, detail=detail)
    return search


def _active(case: Case) -> Search | None:
    return case.searches.exclude(state=Search.State.ENDED).first()


def _same(active: Search, what: Sent) -> Search:
    """What is under way, if it is what was confirmed."""
    if (active.query, active.host) != (what.query, what.request.address.shown):
        raise Conflict(
            _("Another search of this case is under way. What you chose was not sent."),
            hint=_("Wait until it has ended, then send this."),
            code="literature.under_way",
        )
    return active


def _askable(case: Case) -> None:
    if case.deleted_at is not None:
        raise Conflict(_("This case is in the bin."), hint=_("Restore it to change it."), code="case.deleted")
    if case.closed_at is not None:
        raise Conflict(_("This case is closed."), hint=_("Reopen it to change it."), code="case.closed")
