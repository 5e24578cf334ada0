"""What is said when words of the note no longer equal the letter they came from. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnosis_app.attachments.tracing import Lost


def lost_words(lost: Lost) -> str:
    """Empty if everything is still traced."""
    if lost.findings:
        return _("The words of a finding no longer equal its letter, so it is not traced there any more.")
    if lost.stretches:
        return _("A part of the note no longer equals its letter, so it is not traced there any more.")
    return ""
