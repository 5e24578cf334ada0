"""Stored runs of benchmarks: figures and ranks, never a word about a patient."""

from __future__ import annotations

from django.db import models


class EvaluationRun(models.Model):
    """One finished run. `ranks` holds, of every case, what OUT holds: ids of published cases and numbers."""

    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=120)  # who started it, by the name of the account on the machine
    name = models.CharField(max_length=120)  # of the set of cases
    snapshot = models.CharField(max_length=16)
    protocol = models.CharField(max_length=24)
    cases = models.PositiveIntegerField()
    seconds = models.FloatField()
    summary = models.JSONField()
    versions = models.JSONField()
    ranks = models.JSONField()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at"])]
