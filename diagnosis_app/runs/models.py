"""An investigation and everything it left behind: the record that the pages replay.

The row is the truth: a worker claims it by a conditional UPDATE and holds a lease under a fencing
token; every effect is an upsert keyed by (run, step), so that a step done twice counts once.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from diagnosis_app.accounts.models import Team
from diagnosis_app.cases.models import Case, CaseVersion


class State(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"  # a clinician was asked; holds no lease
    ENDED = "ended"


class Outcome(models.TextChoices):
    RANKED = "ranked"
    PARTIAL = "partial"
    INSUFFICIENT = "insufficient"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Run(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(CaseVersion, on_delete=models.RESTRICT, related_name="runs")
    manifest = models.JSONField()  # snapshot, model, prompts, code, graph, budget
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    reasons = models.JSONField(default=list)  # why partial or insufficient, in codes
    error = models.JSONField(default=dict)  # code, message, hint of a failure
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    lease_holder = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)  # grows with each claim; an older holder's writes are refused
    attempts = models.PositiveIntegerField(default=0)
    rung_at = models.DateTimeField(null=True, blank=True)  # when a worker was last told; the broker may have forgotten
    went = models.JSONField(default=dict)  # how it went, in numbers (`runs.went`); written once, when it ends
    background = models.BooleanField(default=False)  # nobody is watching: taken when no other investigation waits

    class Meta:
        indexes = [models.Index(fields=["state", "lease_until"]), models.Index(fields=["case", "-created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=~models.Q(state="ended"), name="one_active_investigation_per_case"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The short name on the page, as r-7f3a91."""
        return f"r-{self.id.hex[:6]}"


class Question(models.Model):
    """What a run asked the clinician. While it has no answer the run waits, and nobody holds a lease."""

    class Answer(models.TextChoices):
        PRESENT = "present"
        EXCLUDED = "excluded"
        UNCERTAIN = "uncertain"
        UNKNOWN = "unknown"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(max_length=80)  # of the step that asks
    seq = models.PositiveIntegerField()
    term = models.CharField(max_length=40)
    label = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)  # why it is asked and what each answer would move: facts, no sentences
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=16, choices=Answer.choices, blank=True)
    words = models.TextField(blank=True)  # what the clinician wrote beside the answer; never read as anything else
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="one_question_per_step"),
            models.UniqueConstraint(fields=["run", "term"], name="one_question_per_finding"),
        ]


class Step(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=80)  # stable under re-execution
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=40)
    status = models.CharField(max_length=16)  # started, done, failed
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    tokens = models.PositiveIntegerField(default=0)
    digest_in = models.CharField(max_length=64, blank=True)
    digest_out = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)  # why, what came back: facts, rendered into words by the page
    error = models.JSONField(default=dict)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="one_step_per_key")]


class Event(models.Model):
    """What the page replays. `seq` counts from 1 in the run and is the Last-Event-ID."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    key = models.CharField(max_length=120)  # the same event told twice is stored once
    type = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="one_event_per_seq"),
            models.UniqueConstraint(fields=["run", "key"], name="one_event_per_key"),
        ]


class Evidence(models.Model):
    """Something that can be opened. `key` is the hash of its content."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="evidence")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)  # annotation, case, passage, variant, computation
    source = models.CharField(max_length=120)
    version = models.CharField(max_length=120)
    locator = models.CharField(max_length=200)
    quote = models.TextField()
    span = models.JSONField(default=dict)
    body = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="one_evidence_per_content")]


class Candidate(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="candidates")
    rank = models.PositiveIntegerField()
    disease = models.CharField(max_length=40)
    ids = models.JSONField(default=list)
    name = models.CharField(max_length=300)
    genes = models.JSONField(default=list)
    score = models.FloatField()
    prior = models.FloatField()
    strength = models.CharField(max_length=16, blank=True)  # a word; empty where nothing was calibrated

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["run", "disease"], name="one_candidate_per_disease")]


class Contribution(models.Model):
    """One term of a candidate's sum, tied to the evidence it was computed from."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="contributions")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    finding = models.CharField(max_length=40, blank=True)
    value = models.FloatField()
    evidence_key = models.CharField(max_length=64, blank=True)
    body = models.JSONField(default=dict)  # matched term, match kind, frequency, background, references

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["candidate", "position"], name="one_contribution_per_position")]


class Claim(models.Model):
    """A sentence with its triple; shown only if `verified`."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="claims")
    key = models.CharField(max_length=64)
    text = models.TextField()
    stance = models.CharField(max_length=16)  # for, against, unexplained, missing
    triple = models.JSONField(default=dict)  # disease, relation, finding, polarity
    evidence = models.JSONField(default=list)  # evidence keys
    position = models.PositiveIntegerField(default=0)
    verified = models.BooleanField(default=False)
    removed_because = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["candidate", "key"], name="one_claim_per_content")]
