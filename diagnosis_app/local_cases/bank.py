"""A team's own cases in the form in which published ones are compared: built in memory, of that team alone.

Nothing of it is written: no snapshot, no file, no other process. What is remembered stands for one state of the
team's rows and one version of the knowledge; a withdrawal changes the state, so that it counts at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Protocol
from uuid import UUID

from diagnosis_app.local_cases.kept import as_case, stored_kept
from diagnosis_app.local_cases.models import LocalCase, Shelf
from retrieval.cases import CaseBank
from retrieval.ontology.graph import Ontology

REMEMBERED = 16  # banks of a process

_Key = tuple[int, str, UUID | None]  # team, snapshot, the local case that is left out
_kept: OrderedDict[_Key, tuple[UUID, CaseBank | None]] = OrderedDict()
_lock = threading.Lock()


class Known(Protocol):
    """The part of `Knowledge` that is needed here."""

    @property
    def id(self) -> str: ...
    @property
    def ontology(self) -> Ontology: ...


def bank_of(team_id: int, knowledge: Known, *, apart_from: UUID | None = None) -> CaseBank | None:
    """The team's cases against the ontology of this knowledge; None where there are none.

    `apart_from` is a case of the clinic: what was kept of that very one is left out, for a patient does not
    resemble somebody else by resembling itself. One or two small queries when nothing changed.
    """
    stamp = Shelf.objects.filter(team_id=team_id).values_list("stamp", flat=True).first()
    if stamp is None:
        return None
    own = LocalCase.objects.filter(source=apart_from).values_list("pk", flat=True).first() if apart_from else None
    key = (team_id, knowledge.id, own)
    with _lock:
        found = _kept.get(key)
        if found is not None and found[0] == stamp:
            _kept.move_to_end(key)
            return found[1]
    bank = _built(team_id, knowledge, own)
    with _lock:
        for old in [one for one, (at, _bank) in _kept.items() if one[0] == team_id and at != stamp]:
            del _kept[old]  # of an earlier state: it may hold what was withdrawn
        _kept[key] = (stamp, bank)
        while len(_kept) > REMEMBERED:
            _kept.popitem(last=False)
    return bank


def _built(team_id: int, knowledge: Known, own: UUID | None) -> CaseBank | None:
    rows = LocalCase.objects.filter(team_id=team_id, withdrawn_at__isnull=True, resting=False)
    cases = [
        as_case(str(row.pk), stored_kept(row.content), tuple(row.ids) or (row.disease,), row.name)
        for row in rows
        if row.pk != own
    ]
    if not cases:
        return None
    bank = CaseBank(CaseBank.build(knowledge.ontology, cases), knowledge.ontology)
    return bank if bank.size else None
