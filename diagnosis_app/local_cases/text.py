"""Short texts that people type into forms here: cleaned, bounded, refused with the field and the remedy."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import clean
from diagnosis_app.errors import Invalid


def line(text: str, *, field: str, limit: int) -> str:
    """One line."""
    return " ".join(prose(text, field=field, limit=limit).split())


def prose(text: str, *, field: str, limit: int) -> str:
    """Several lines, as they were typed."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise Invalid(
            _("This is longer than %(limit)s characters.") % {"limit": limit}, field=field, hint=_("Shorten it.")
        )
    try:
        return clean(text)
    except ValueError as error:
        what, _dot, remedy = str(error).partition(". ")
        raise Invalid(f"{field} {what}.", field=field, hint=f"{remedy}.") from None
