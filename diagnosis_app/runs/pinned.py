"""The snapshots that investigations name: a page of one computes with the knowledge it was made with."""

from __future__ import annotations

from diagnosis_app.runs.models import Run


def snapshots() -> set[str]:
    """Of every run in the record, also of ended ones: what they say can be walked back."""
    return {str(name) for name in Run.objects.values_list("manifest__snapshot", flat=True).distinct() if name}
