"""What readers make of a result: one verdict per run, reader and disease; who reads second; wrong citations.

Comments are a patient's text: they go with the run when its case is purged, and are in no trail and no log.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from diagnosis_app.cases.models import Case
from diagnosis_app.runs.models import Run


class Verdict(models.Model):
    class Value(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        PLAUSIBLE = "plausible", _("Plausible")
        UNLIKELY = "unlikely", _("Unlikely")
        EXCLUDED = "excluded", _("Excluded")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="verdicts")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    ids = models.JSONField(default=list)
    name = models.CharField(max_length=300)
    listed = models.BooleanField(default=True)  # False: the reader named a disease that the result does not list
    value = models.CharField(max_length=16, choices=Value.choices)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "reader", "disease"], name="one_verdict_per_reader_and_disease")
        ]


class SecondReading(models.Model):
    """A colleague was asked to read a result without knowing what others made of it. Open until it is committed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="second_readings")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="second_readings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    saw_before = models.BooleanField(default=False)  # the reader may know what somebody made of it
    committed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "reader"], name="one_second_reading_per_run_and_reader"),
            models.UniqueConstraint(
                fields=["case", "reader"],
                condition=models.Q(committed_at__isnull=True),
                name="one_open_second_reading_per_case_and_reader",
            ),
        ]


class WrongCitation(models.Model):
    """One reader's mark at a source that a statement about a disease cites. It changes no ranking; a passage stands
    behind others for that disease in later investigations of the team, until the mark is taken back or overruled."""

    class Reason(models.TextChoices):
        NOT_SAID = "not_said", _("it does not say so")
        OTHER_DISEASE = "other_disease", _("it speaks of another disease")
        OUTDATED = "outdated", _("it is outdated")
        OTHER = "other", _("another reason")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="wrong_citations")
    evidence = models.CharField(max_length=64)  # the key of runs.Evidence: the same source again has the same key
    disease = models.CharField(max_length=40)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField()
    overruled_at = models.DateTimeField(null=True, blank=True)  # it is read, and sets nothing back
    overruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["disease", "evidence"])]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "evidence", "disease", "reader"], name="one_mark_per_reader_and_source"
            )
        ]
