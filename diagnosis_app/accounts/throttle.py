"""Slows down guessing: after a few refused sign-ins the next one has to wait, longer each time.

Counted in the database, so that several web processes count together. An attempt is counted
before its password is checked and forgiven when it was right: many at once gain nothing. What
waits is not counted, so a person who waits gets in.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from diagnosis_app.accounts.models import SignInFailure

WINDOW = timedelta(hours=1)
KEPT = timedelta(days=1)
FIRST_WAIT = 30  # seconds, doubled with every further failure
LONGEST_WAIT = 15 * 60  # seconds
# Failures in the window that pass without a wait. A name from one address is a typing error or a
# guess; a name from anywhere is higher, so that a stranger does not lock a colleague out so soon;
# an address may be a whole ward behind one proxy.
NAME_AND_ADDRESS, NAME, ADDRESS = 5, 20, 50
_LOCK = 0x7468726F  # one writer at a time counts


def reserve(name: str, address: str) -> int:
    """Counts one attempt and returns 0, or returns the seconds to wait and counts nothing."""
    now = timezone.now()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        wait = waiting(name, address, now)
        if wait == 0:
            SignInFailure.objects.create(account=_key(name), address=address[:64], at=now)
            SignInFailure.objects.filter(at__lt=now - KEPT).delete()
    return wait


def forgive(name: str, address: str) -> None:
    """The password was right: failures of this name from this address are forgotten."""
    SignInFailure.objects.filter(account=_key(name), address=address[:64]).delete()


def waiting(name: str, address: str, now: datetime) -> int:
    """Seconds until this name may be tried again from this address; 0 for at once."""
    account, address = _key(name), address[:64]
    rules = [(Q(account=account, address=address), NAME_AND_ADDRESS), (Q(account=account), NAME)]
    if address:
        rules.append((Q(address=address), ADDRESS))
    return max(_wait(which, free, now) for which, free in rules)


def _wait(which: Q, free: int, now: datetime) -> int:
    found = SignInFailure.objects.filter(which, at__gt=now - WINDOW).aggregate(count=Count("pk"), last=Max("at"))
    count, last = int(found["count"]), found["last"]
    if count < free:
        return 0
    pause = min(LONGEST_WAIT, FIRST_WAIT << min(count - free, 10))
    until: datetime = last + timedelta(seconds=pause)
    return max(0, round((until - now).total_seconds()))


def _key(name: str) -> str:
    """The hash of the name: people type their password into the wrong field."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()
