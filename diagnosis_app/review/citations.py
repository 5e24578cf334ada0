"""Marking a cited source as wrong, and taking one's own mark back. It changes no ranking and no statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.local_cases.text import prose
from diagnosis_app.review.blinding import UNMARK, open_readings
from diagnosis_app.review.models import WrongCitation
from diagnosis_app.review.verdicts import COMMENT_LIMIT, candidate_of, readable
from diagnosis_app.runs.models import Candidate, Run


def mark(actor: Actor, run: Run, disease: str, evidence: str, reason: str, comment: str = "") -> WrongCitation:
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
        row, _made = WrongCitation.objects.update_or_create(
            run=run,
            evidence=evidence,
            disease=disease,
            reader_id=actor.user_id,
            defaults={"reason": reason, "comment": said, "created_at": timezone.now()},
        )
        detail = {"reason": reason, "comment": bool(said)}
        _note_down(actor, Verb.CITATION_MARK, row, detail)
    return row


def unmark(actor: Actor, run: Run, disease: str, evidence: str) -> None:
    """Takes one's own marks at this source back, also those made on an earlier run of the team."""
    actor.require(Verb.CITATION_MARK, run)
    _named(disease, evidence)
    with transaction.atomic():
        own = WrongCitation.objects.select_for_update().filter(
            run__team_id=run.team_id, evidence=evidence, disease=disease, reader_id=actor.user_id
        )
        rows = list(own.select_related("run"))
        if not rows:
            raise Hidden()
        for row in rows:
            _note_down(actor, UNMARK, row, {})
        own.delete()


def wrong_citations(team_id: int, disease: str) -> frozenset[str]:
    """Keys of the evidence that readers of this team marked as wrong for this disease.

    Marks on a case that a second reader has not committed are left out, so that whoever uses this tells no one of them.
    """
    rows = WrongCitation.objects.filter(run__team_id=team_id, disease=disease)
    unsettled = Exists(open_readings().filter(case_id=OuterRef("run__case_id")))
    return frozenset(rows.exclude(unsettled).values_list("evidence", flat=True))


def _named(disease: str, evidence: str) -> None:
    for field, value in (("disease", disease), ("evidence", evidence)):
        if not value:
            raise Invalid(
                _("It is not said which citation is meant."),
                field=field,
                hint=_("Name the candidate and the key of the evidence."),
            )


def _cited(candidate: Candidate, evidence: str) -> bool:
    """By a statement that is shown, or by a term of the sum."""
    if not evidence:
        return False
    if any(evidence in claim.evidence for claim in candidate.claims.filter(verified=True)):
        return True
    return candidate.contributions.filter(evidence_key=evidence).exists()


def _note_down(actor: Actor, verb: Verb | str, row: WrongCitation, detail: Mapping[str, Any]) -> None:
    detail = {"case": str(row.run.case_id), "disease": row.disease, "evidence": row.evidence, **detail}
    log.record(actor, verb, object=f"run:{row.run_id}", team_id=row.run.team_id, detail=detail)
