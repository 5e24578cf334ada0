"""A case: what is being edited, and every version that was saved."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from diagnosis_app.accounts.models import Team


class Case(models.Model):
    """One patient's puzzle. `summary` caches the last instant ranking for the worklist."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases")
    number = models.PositiveIntegerField()  # shown as C-0142, counted in the team
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    summary = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="one_number_per_team")]
        indexes = [models.Index(fields=["team", "-updated_at"])]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"C-{self.number:04d}"


class Draft(models.Model):
    """What the team is editing now: stored at every change, so that nothing typed is lost.

    `revision` counts changes. A writer names the revision it started from; if another came
    first the write is refused and the writer keeps its text.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="draft", primary_key=True)
    revision = models.PositiveIntegerField(default=1)
    content = models.JSONField(default=dict)  # cases.content.Content
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()


class CaseVersion(models.Model):
    """A saved state. Never changed; returning to one makes a new version with the old content."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)  # sha256 of the canonical content
    snapshot = models.CharField(max_length=64, blank=True)  # the knowledge in use when it was saved
    summary = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_version_per_number")]

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise TypeError("A case version is immutable.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]
