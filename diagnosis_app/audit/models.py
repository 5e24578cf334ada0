"""The audit trail: one row an action, chained by hash, never changed."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """Who did what to which object, when. Holds ids and counts, never patient text.

    `digest` covers the row and the digest before it, so a changed, removed or inserted row
    breaks the chain from there on. The database refuses UPDATE and DELETE by trigger.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    via = models.CharField(max_length=16)
    team_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=40)
    object = models.CharField(max_length=80, blank=True)  # case:<uuid>, run:<uuid>, user:<id>
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-seq"]
        indexes = [models.Index(fields=["object"]), models.Index(fields=["verb"]), models.Index(fields=["at"])]
