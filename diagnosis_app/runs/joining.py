"""Names in a row, as a sentence says them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def joined(names: Iterable[object]) -> str:
    """a, b and c; without what is empty"""
    said = [str(name) for name in names if name]
    if len(said) < 2:
        return "".join(said)
    return _("%(some)s and %(last)s") % {"some": ", ".join(said[:-1]), "last": said[-1]}
