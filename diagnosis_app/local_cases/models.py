"""A case of a team's own: what was kept of it, on whose consent; once withdrawn, only that there was one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from diagnosis_app.accounts.models import Team


class Consent(models.TextChoices):
    """Whose consent is on record. What a consent must say is the deployment's to decide."""

    PATIENT = "patient", _("of the patient")
    GUARDIAN = "guardian", _("of a parent or guardian")
    KIN = "kin", _("of the next of kin, after death")
    BROAD = "broad", _("broad consent of the hospital, signed by the patient or guardian")


class Gone(models.TextChoices):
    """Why a case was withdrawn."""

    CONSENT = "consent", _("consent was withdrawn")
    MISTAKE = "mistake", _("it was kept by mistake, or the diagnosis was wrong")
    PURGED = "purged", _("the case it was made from was purged")


class LocalCase(models.Model):
    """`id` is random. While it is withdrawn every other field is empty but the team, the times and the reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    # The case it was made from, so that what becomes of that one reaches this one; shown nowhere.
    source = models.UUIDField(null=True, unique=True, editable=False)
    content = models.JSONField(default=dict)  # local_cases.kept.Kept
    disease = models.CharField(max_length=40, blank=True)
    ids = models.JSONField(default=list)
    name = models.CharField(max_length=300, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    consent = models.CharField(max_length=16, choices=Consent.choices, blank=True)
    reference = models.CharField(max_length=120, blank=True)  # where the consent is filed
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(auto_now_add=True)
    resting = models.BooleanField(default=False)  # the case it was made from is in the bin: not compared meanwhile
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=16, choices=Gone.choices, blank=True)

    class Meta:
        ordering = ["-kept_at", "pk"]
        indexes = [models.Index(fields=["team", "withdrawn_at"])]

    @property
    def reference_shown(self) -> str:
        """The short name on the page, as t-7f3a91."""
        return f"t-{self.id.hex[:6]}"


class Shelf(models.Model):
    """Drawn anew with each change to a team's cases: who remembers them asks by it whether they still stand."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="+")
    stamp = models.UUIDField(default=uuid.uuid4)
