"""A search for papers, and what it brought: a snapshot of the text as it was read, and what of it can be quoted."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from diagnosis_app.cases.models import Case
from diagnosis_app.leases import Leased


class Search(Leased):
    """What was asked, exactly as it was confirmed. The row is the truth; the queue carries its id."""

    SILENCE = 35  # seconds: an answer may take 20 s, and before the next request up to 10 s are waited

    class Outcome(models.TextChoices):
        FOUND = "found"
        NONE = "none"  # asked, and there is no such paper
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="searches")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField()  # ids
    diseases = models.JSONField()
    match = models.CharField(max_length=8)
    snapshot = models.CharField(max_length=64)  # whose names were sent
    query = models.TextField()
    host = models.CharField(max_length=260)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    total = models.PositiveIntegerField(default=0)  # papers that there are; the first are kept
    error = models.JSONField(default=dict)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=~models.Q(state="ended"), name="one_active_search_per_case"
            )
        ]

    @property
    def team_id(self) -> int:
        return int(self.case.team_id)


class Paper(models.Model):
    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="papers")
    position = models.PositiveIntegerField()
    pmid = models.CharField(max_length=9)
    title = models.TextField()  # empty where it was held back
    journal = models.CharField(max_length=200, blank=True)
    date = models.CharField(max_length=10, blank=True)  # ISO 8601, as far as it is known
    doi = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=3, blank=True)
    rights = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)  # the snapshot: what passed the screening
    sha256 = models.CharField(max_length=64)  # of `text`
    held = models.JSONField(default=list)  # what did not pass: reason and the first words
    fetched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["search", "pmid"], name="one_paper_per_search")]


class Passage(models.Model):
    """A part of the abstract as evidence: `key` is the hash of its content, as of everything that is cited."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="passages")
    key = models.CharField(max_length=64)
    section = models.CharField(max_length=80, blank=True)
    start = models.PositiveIntegerField()  # in the paper's text
    end = models.PositiveIntegerField()
    quote = models.TextField()
    locator = models.CharField(max_length=200)
    version = models.CharField(max_length=120)
    body = models.JSONField(default=dict)

    class Meta:
        ordering = ["start"]
        constraints = [models.UniqueConstraint(fields=["paper", "key"], name="one_passage_per_content")]
