"""A pass over the open cases, what it found of each, and the alerts that came of it.

A pass is a leased row, so a worker may be killed anywhere in it; each case is written in one
transaction and at most once a pass.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from diagnosis_app.cases.models import Case, CaseVersion
from diagnosis_app.leases import Leased


class Pass(Leased):
    """Every open case, ranked with `target`. Made when the knowledge in use is no longer the one of the last pass."""

    class Outcome(models.TextChoices):
        DONE = "done"
        SUPERSEDED = "superseded"  # other knowledge came into use meanwhile
        FAILED = "failed"

    number = models.PositiveIntegerField(unique=True)  # two reapers that open the next one at once make one of it
    source = models.CharField(max_length=64, blank=True)  # the target of the pass before; empty for the first
    target = models.CharField(max_length=64)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    error = models.JSONField(default=dict)  # code, message, hint of a failure
    at = models.UUIDField(null=True, blank=True)  # the case in hand: one that takes workers down is passed over

    class Meta:
        indexes = [models.Index(fields=["state", "lease_until"])]


class Reranking(models.Model):
    """One case in one pass."""

    class Result(models.TextChoices):
        SAME = "same"
        CHANGED = "changed"
        KNOWN = "known"  # it was already ranked with this knowledge
        UNCOMPARED = "uncompared"  # what stood before is not known any more: from here on it is
        FAILED = "failed"

    during = models.ForeignKey(Pass, on_delete=models.CASCADE, related_name="rerankings")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="rerankings")
    version = models.ForeignKey(CaseVersion, null=True, on_delete=models.CASCADE, related_name="+")  # none: the draft
    digest = models.CharField(max_length=64, blank=True)  # of the content that was ranked
    source = models.CharField(max_length=64, blank=True)  # the knowledge it was compared with
    result = models.CharField(max_length=16, choices=Result.choices)
    first = models.JSONField(default=list)  # the first five with the pass's target
    code = models.CharField(max_length=80, blank=True)  # of a failure
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["during", "case"], name="one_reranking_per_case_and_pass")]


class Alert(models.Model):
    """The first five of a case are no longer what its team last saw, and why."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="alerts")
    reranking = models.OneToOneField(Reranking, on_delete=models.CASCADE, related_name="alert")
    version = models.ForeignKey(CaseVersion, null=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    target = models.CharField(max_length=64)
    before = models.JSONField()
    after = models.JSONField()
    reasons = models.JSONField(default=list)  # reasons.Reason as JSON, the weightiest first
    sources = models.JSONField(default=list)  # what came, went or changed its version
    known = models.BooleanField(default=True)  # whether the older knowledge could still be opened to say why
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)  # later knowledge said something else before it was seen

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(seen_at__isnull=True, replaced_at__isnull=True),
                name="one_unseen_alert_per_case",
            )
        ]

    @property
    def team_id(self) -> int:
        return int(self.case.team_id)

    @property
    def unseen(self) -> bool:
        return self.seen_at is None and self.replaced_at is None
