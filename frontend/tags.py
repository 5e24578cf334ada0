"""Template tags that every page shares: icons, numbers and ages in words, links to public sources.

They format; they never fetch, decide or compute a score.
"""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from frontend import foreign as foreign_words
from frontend import words

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A drawing of the sprite, silent for screen readers: the word beside it speaks."""
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', f"i {classes}".strip(), name)


@register.filter
def thousands(value: int | None) -> str:
    """8412 -> 8 412, with a thin space."""
    return "" if value is None else f"{value:,}".replace(",", "\u202f")


@register.filter
def signed(value: float | None) -> str:
    """A contribution with its sign: +1.2, −0.4, 0.0."""
    return words.signed(value) if value is not None else ""


@register.filter
def number(value: float | None) -> str:
    """A score: 1.2, −0.3."""
    return words.number(value) if value is not None else ""


@register.filter
def duration(value: float | None) -> str:
    """How long something took: < 0.1 s, 1.2 s."""
    return words.duration(value) if value is not None else ""


@register.filter
def moment(value: datetime | None) -> str:
    """How a worklist says when: 14:35 today, Yesterday, 17 Nov, 17 Nov 2025."""
    if value is None:
        return ""
    here, now = timezone.localtime(value), timezone.localtime()
    days = (now.date() - here.date()).days
    if days == 0:
        return date_format(here, "H:i")
    if days == 1:
        return _("Yesterday")
    return date_format(here, "j M" if here.year == now.year else "j M Y")


@register.filter
def exactly(value: datetime | None) -> str:
    """2026-11-20 14:35, in the zone of the pages."""
    return "" if value is None else date_format(timezone.localtime(value), "Y-m-d H:i")


@register.filter
def source_url(reference: str) -> str:
    """The public page of an id: PubMed, OMIM, Orphanet, HPO, NCBI Gene; empty if there is none."""
    return words.source_url(reference)


@register.filter
def age(value: str | None) -> str:
    """P14M -> 14 months; an onset term -> its name."""
    return words.age(value)


@register.filter
def foreign(value: str | None) -> SafeString:
    """Somebody else's words: escaped, and each character that draws nothing shown by its number and name."""
    drawn = format_html_join(
        "",
        "{}",
        (
            (format_html('<span class="unseen" title="{}">{}</span>', name, text) if name else text,)
            for text, name in foreign_words.pieces(value or "")
        ),
    )
    return drawn
