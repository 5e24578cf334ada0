"""Which diseases a list can name, and which it cannot, in the words that stand under every list."""

from __future__ import annotations

from django.utils.translation import gettext as _

from retrieval.manifest import Manifest

MERGED_BY = frozenset({"mondo", "orphanet"})


def scope_words(manifest: Manifest) -> str:
    """What is ranked, by what the knowledge holds."""
    if MERGED_BY & {source.name for source in manifest.sources}:
        ranked = _(
            "Diseases of OMIM and Orphanet are ranked; two entries are one disease only where Mondo or Orphanet "
            "say so, never by name."
        )
    else:
        ranked = _("OMIM entries are ranked until identity mappings are loaded; nothing is merged by name.")
    return f"{ranked} " + _("Common and unlisted diseases are not ranked.")
