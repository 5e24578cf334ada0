"""Appends to the audit trail and checks its chain.

`record` belongs at the end of an action's transaction: on PostgreSQL it holds a lock until the
commit, so that one writer at a time extends the chain. An action on many rows, each of which leaves
its own row here, does its work inside `at_the_end`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit.models import Entry

GENESIS = "0" * 64
_LOCK = 0x636C6577  # "clew": one writer at a time extends the chain
_DETAIL_TEXT = 300  # characters: ids, counts and codes are shorter
_waiting: ContextVar[list[Entry] | None] = ContextVar("waiting", default=None)


def record(
    actor: Actor,
    verb: Verb | str,
    *,
    object: str = "",
    team_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """Appends one row in the caller's transaction: no action without its row, no row without its action."""
    entry = Entry(
        actor_id=actor.user_id,
        actor=_text(actor.name)[:120],
        via=actor.via[:16],
        team_id=team_id,
        verb=str(verb)[:40],
        object=_text(object)[:80],
        detail=_plain(dict(detail or {})),
    )
    waiting = _waiting.get()
    if waiting is None:
        _append([entry])
    else:
        waiting.append(entry)
    return entry


@contextmanager
def at_the_end() -> Iterator[None]:
    """What is recorded inside is appended when the block ends, in the same order: no row of another table is waited
    for while the chain is held. The block stands inside the action's transaction; what it raises leaves no row.
    """
    if _waiting.get() is not None:
        yield  # the outer block appends
        return
    entries: list[Entry] = []
    mark = _waiting.set(entries)
    try:
        yield
    finally:
        _waiting.reset(mark)
    _append(entries)


def _append(entries: Sequence[Entry]) -> None:
    if not entries:
        return
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = Entry.objects.order_by("-seq").values("seq", "digest").first()
        seq, previous = (last["seq"], last["digest"]) if last else (0, GENESIS)
        for entry in entries:
            seq += 1
            entry.seq, entry.previous, entry.at = seq, previous, timezone.now()
            previous = entry.digest = digest_of(entry)
        Entry.objects.bulk_create(entries, batch_size=200)


def digest_of(entry: Entry) -> str:
    body = {
        "seq": entry.seq,
        "at": _stamp(entry.at),
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "via": entry.via,
        "team_id": entry.team_id,
        "verb": entry.verb,
        "object": entry.object,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk over the whole chain found.

    `broken_at` is the first row that does not fit the one before it; None if all fit. `why` is
    one of altered, gap, order, and anchor (a head that was noted earlier is not in the chain: rows
    were removed from the end, which the chain alone cannot show).
    """

    rows: int
    broken_at: int | None
    head: str
    why: str = ""

    @property
    def whole(self) -> bool:
        return not self.why


def verify(noted_head: str = "") -> Verdict:
    """Checks every row; with `noted_head`, also that the chain still contains that digest."""
    previous, expected, rows = GENESIS, 1, 0
    met = noted_head in {"", GENESIS}
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=2000):
        why = _misfit(entry, expected, previous)
        if why:
            return Verdict(rows, entry.seq, previous, why)
        previous, expected, rows = entry.digest, expected + 1, rows + 1
        met = met or previous == noted_head
    return Verdict(rows, None, previous, "" if met else "anchor")


def _misfit(entry: Entry, expected: int, previous: str) -> str:
    if entry.seq != expected:
        return "gap"
    if digest_of(entry) != entry.digest:
        return "altered"
    return "" if entry.previous == previous else "order"


def _plain(value: Any) -> Any:
    """The part of JSON that both databases give back unchanged: no floats, no NUL, no long texts."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {_text(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [_plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    return _text(value)


def _text(value: object) -> str:
    text = str(value).replace("\x00", "").encode(errors="replace").decode()
    return text if len(text) <= _DETAIL_TEXT else text[: _DETAIL_TEXT - 1] + "…"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
