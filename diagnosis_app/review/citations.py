"""Marking a cited source as wrong, and taking one's own mark back.

It changes no ranking and no statement. A passage that is marked stands behind others in later investigations of the
team: `review.counting` says which marks count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.local_cases.text import prose
from diagnosis_app.review.blinding import UNMARK, still_blind
from diagnosis_app.review.models import WrongCitation
from diagnosis_app.review.verdicts import COMMENT_LIMIT, candidate_of, hold, readable, writable
from diagnosis_app.runs.models import Candidate, Run


def mark(
    actor: Actor, run: Run, disease: str, evidence: str, reason: str, comment: str = "", *, reading: str = ""
) -> WrongCitation:
    """One's own mark at a source that a statement about this candidate cites. A second one replaces the first."""
    actor.require(Verb.CITATION_MARK, run)
    readable(run)
    _named(disease, evidence)
    candidate = candidate_of(run, disease)
    if candidate is None or not _cited(candidate, evidence):
        raise Hidden()
    if actor.user_id is None:
        raise Invalid(_("Nobody is signed in."), hint=_("Sign in first."))
    if reason not in WrongCitation.Reason.values:
        raise Invalid(_("No reason was chosen."), field="reason", hint=_("Choose what is wrong with the source."))
    said = prose(comment, field="comment", limit=COMMENT_LIMIT)
    with transaction.atomic():
        hold(run)
        still_blind(actor, run.case_id, reading)
        row, _made = WrongCitation.objects.update_or_create(
            run=run,
            evidence=evidence,
            disease=disease,
            reader_id=actor.user_id,
            defaults={
                "reason": reason,
                "comment": said,
                "created_at": timezone.now(),
                "overruled_at": None,  # said again, it counts again
                "overruled_by": None,
            },
        )
        detail = {"reason": reason, "comment": bool(said)}
        _note_down(actor, Verb.CITATION_MARK, row, detail)
    return row


def unmark(actor: Actor, run: Run, disease: str, evidence: str) -> None:
    """Takes one's own marks at this source back, also those made on an earlier run of the team: the ones that are shown
    here. Later ones stay."""
    actor.require(Verb.CITATION_MARK, run)
    readable(run)
    _named(disease, evidence)
    with transaction.atomic():
        hold(run)
        own = WrongCitation.objects.select_for_update(of=("self",), no_key=True).filter(
            run__team_id=run.team_id,
            run__created_at__lte=run.created_at,
            evidence=evidence,
            disease=disease,
            reader_id=actor.user_id,
        )
        rows = list(own.select_related("run"))
        if not rows:
            raise Hidden()
        WrongCitation.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for row in rows:
            _note_down(actor, UNMARK, row, {})


def _named(disease: str, evidence: str) -> None:
    writable(disease, evidence)
    for field, value in (("disease", disease), ("evidence", evidence)):
        if not value:
            raise Invalid(
                _("It is not said which citation is meant."),
                field=field,
                hint=_("Name the candidate and the key of the evidence."),
            )


def _cited(candidate: Candidate, evidence: str) -> bool:
    """By a statement that is shown, or by a term of the sum."""
    if any(evidence in claim.evidence for claim in candidate.claims.filter(verified=True)):
        return True
    return candidate.contributions.filter(evidence_key=evidence).exists()


def _note_down(actor: Actor, verb: Verb | str, row: WrongCitation, detail: Mapping[str, Any]) -> None:
    detail = {"case": str(row.run.case_id), "disease": row.disease, "evidence": row.evidence, **detail}
    log.record(actor, verb, object=f"run:{row.run_id}", team_id=row.run.team_id, detail=detail)
