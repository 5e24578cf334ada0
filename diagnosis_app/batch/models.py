"""A batch: many files, each of which becomes a case with an investigation in the background.

The rows are the truth: what is still to be done, and what came of the rest, is asked of them and of the runs.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from diagnosis_app.accounts.models import Team
from diagnosis_app.cases.models import Case
from diagnosis_app.runs.models import Run


class Batch(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)  # of what was uploaded
    passed_over = models.JSONField(default=list)  # names of files of other kinds
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    started_at = models.DateTimeField(null=True, blank=True)  # until then it was only read, and holds no case
    stopped_at = models.DateTimeField(null=True, blank=True)  # the rest was cancelled
    deleted_at = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)  # when a worker was last told

    class Meta:
        indexes = [models.Index(fields=["team", "-created_at"])]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The short name on the page, as b-7f3a91."""
        return f"b-{self.id.hex[:6]}"

    @property
    def going(self) -> bool:
        """Whether its files may be given to workers."""
        return self.started_at is not None and self.stopped_at is None and self.deleted_at is None


class Item(models.Model):
    """One file. What it holds is kept here only until a case holds it."""

    class State(models.TextChoices):
        UNREADABLE = "unreadable"
        WAITING = "waiting"
        GIVEN = "given"  # it has a run; what came of it stands there
        FAILED = "failed"  # no case or no run could be made of it
        CANCELLED = "cancelled"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=300)  # where it came from; shown, never opened
    sha256 = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16, blank=True)
    content = models.JSONField(default=dict)  # cases.content.Content
    findings = models.PositiveIntegerField(default=0)  # present ones
    warnings = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    error = models.JSONField(default=dict)  # code, message, hint
    case = models.OneToOneField(Case, on_delete=models.CASCADE, null=True, related_name="batch_item")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    binned = models.BooleanField(default=False)  # its case went into the bin with the batch, and comes back with it

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["batch", "state"])]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="one_item_per_position")]
