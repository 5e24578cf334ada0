"""The snapshot that is not in use yet: who proposed it, what was checked, what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from corpus_ingest import publishing
from corpus_ingest.models import Ingestion, Publication, PublicationState, State
from diagnosis_app.knowledge.in_use import built_of, snapshots


@dataclass(frozen=True, slots=True)
class Check:
    """One line of "Before it may be published"."""

    words: str
    message: str
    state: str  # good, bad, waits


@dataclass(frozen=True, slots=True)
class Draft:
    id: str
    built: datetime | None
    publication: Publication | None  # None: built, and nobody proposed it
    ingestion: Ingestion | None
    checks: tuple[Check, ...]
    own: bool  # the reader proposed it and may not approve it alone
    fit: bool  # nothing but the second person is missing


def draft(person: int | None, *, alone: bool) -> Draft | None:
    """The newest proposal; else the newest snapshot that was built and not proposed. None if there is neither."""
    there, now = frozenset(snapshots()), publishing.in_use()
    proposed = next((one for one in publishing.proposals() if one.snapshot in there), None)
    if proposed is not None:
        return _draft(proposed.snapshot, proposed, proposed.ingestion, person, alone=alone)
    built = Ingestion.objects.filter(state=State.DONE).exclude(snapshot="").order_by("-ended_at").first()
    if built is None or built.snapshot == now or built.snapshot not in there or _decided(built.snapshot):
        return None
    return _draft(built.snapshot, None, built, person, alone=alone)


def _decided(snapshot: str) -> bool:
    """Somebody withdrew it, or it was in use already: it is not offered again by itself."""
    return Publication.objects.filter(snapshot=snapshot).exclude(state=PublicationState.PROPOSED).exists()


def _draft(
    snapshot: str, publication: Publication | None, ingestion: Ingestion | None, person: int | None, *, alone: bool
) -> Draft:
    checks = [_check(one) for one in (publication.checks if publication else [])]
    own = publication is not None and publication.proposed_by_id is not None and publication.proposed_by_id == person
    fit = publication is not None and all(one.state != "bad" for one in checks)
    if not alone:
        checks.append(Check(_("Second person"), _("nobody yet"), "waits"))
    return Draft(snapshot, built_of(snapshot), publication, ingestion, tuple(checks), own and not alone, fit)


def _check(said: object) -> Check:
    """Checks are stored as JSON; what is not as expected is shown as it is and counts as bad."""
    if not isinstance(said, dict):
        return Check(str(said)[:120], "", "bad")
    return Check(
        str(said.get("name", ""))[:120], str(said.get("message", ""))[:300], "good" if said.get("ok") else "bad"
    )
