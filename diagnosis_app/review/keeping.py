"""From a confirmed verdict to a case of the team: what would be kept is shown first, and only that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases.actions import content_of
from diagnosis_app.errors import Conflict, Hidden
from diagnosis_app.local_cases import actions as local_cases
from diagnosis_app.local_cases.kept import Kept, kept_of
from diagnosis_app.local_cases.models import LocalCase
from diagnosis_app.review.blinding import any_open, verdicts
from diagnosis_app.review.models import Verdict
from diagnosis_app.review.verdicts import hold, readable
from diagnosis_app.runs.answering import investigated
from diagnosis_app.runs.models import Run


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be kept of a run's case for one confirmed diagnosis."""

    verdict: Verdict
    kept: Kept

    @property
    def digest(self) -> str:
        return f"{self.kept.digest()}:{self.verdict.disease}"


def confirmed(actor: Actor, run: Run, disease: str) -> Verdict:
    """One's own confirmed verdict on it, or else a colleague's."""
    found = [one for one in verdicts(actor, run) if one.disease == disease and one.value == Verdict.Value.CONFIRMED]
    if not found:
        raise Hidden(_("This diagnosis is not confirmed on this result."))
    return next((one for one in found if one.reader_id == actor.user_id), found[0])


def offer(actor: Actor, run: Run, disease: str, *, gene: str | None = None) -> Offer:
    """What would be kept. `gene` None proposes the one gene that the case and the diagnosis share, if there is one."""
    actor.require(Verb.LOCAL_ADD, run)
    readable(run)
    verdict = confirmed(actor, run, disease)
    if any_open(run.case):
        raise Conflict(
            _("A second reading of this case is under way: keeping it now would tell the reader the diagnosis."),
            hint=_("Wait until it is committed."),
            code="review.second_open",
        )
    if local_cases.kept_from(run.case_id) is not None:
        raise local_cases.already_kept()
    chosen = proposed_gene(run, disease) if gene is None else gene
    return Offer(verdict, kept_of(investigated(run), library.current(), gene=chosen))


def keep(actor: Actor, run: Run, disease: str, *, gene: str, consent: str, reference: str, shown: str) -> LocalCase:
    """Keeps what was shown. If it is another by now, nothing is kept."""
    with transaction.atomic():
        hold(run)  # nobody asks for a second reading or takes a verdict back at this moment
        offered = offer(actor, run, disease, gene=gene)
        if offered.digest != shown:
            raise Conflict(
                _("What would be kept is no longer what was shown. Nothing was kept."),
                hint=_("Look at it again and confirm."),
                code="local_case.not_shown",
            )
        verdict = offered.verdict
        diagnosis = local_cases.Diagnosis(verdict.disease, tuple(verdict.ids), verdict.name, verdict.reader_id)
        return local_cases.keep(actor, run, run.case_id, offered.kept, diagnosis, consent, reference)


def proposed_gene(run: Run, disease: str) -> str:
    candidate = run.candidates.filter(disease=disease).first()
    mine = {entry.symbol for entry in content_of(run.version).genes}
    both = [gene for gene in (candidate.genes if candidate else ()) if gene in mine]
    return both[0] if len(both) == 1 and library.current().genes.index(both[0]) is not None else ""
