"""The snapshot that is not in use yet: who proposed it, what was checked, what is still missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    checks = _checks(publication.checks if publication else [])
    own = publication is not None and publication.proposed_by_id is not None and publication.proposed_by_id == person
    fit = publication is not None and all(one.state != "bad" for one in checks)
    if not alone:
        checks.append(Check(_("Second person"), _("nobody yet"), "waits"))
    return Draft(snapshot, built_of(snapshot), publication, ingestion, tuple(checks), own and not alone, fit)


def _checks(said: Sequence[object]) -> list[Check]:
    """In words. What is not as expected is shown as it is and counts as bad; counts that held are one line."""
    found, held = [], 0
    for one in said:
        if not isinstance(one, dict):
            found.append(Check(str(one)[:120], "", "bad"))
        elif one.get("kind") == "drop" and one.get("ok"):
            held += 1
        else:
            name, good = str(one.get("name", ""))[:120], bool(one.get("ok"))
            words, short = _words(name, str(one.get("message", ""))[:300], good=good)
            found.append(Check(words, short, "good" if good else "bad"))
    if held:
        compared = ngettext("%(n)s count compared", "%(n)s counts compared", held) % {"n": held}
        found.append(Check(_("No great loss against what is in use"), compared, "good"))
    return found


def _words(name: str, message: str, *, good: bool) -> tuple[str, str]:
    """(what was looked at, what came out)"""
    known = {
        "files": _("Every file is whole"),
        "terms": _("Terms are found by their names"),
        "ranking": _("Diseases are found by their findings"),
        "search": _("Texts are found by their titles"),
    }
    if name not in known:
        return name, message
    counted = re.match(r".*: (\d+) of (\d+) ", message)
    short = _("%(right)s of %(all)s") % {"right": counted[1], "all": counted[2]} if counted else ""
    return known[name], short if counted or good else message
