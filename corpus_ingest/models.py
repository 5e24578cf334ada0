"""What was brought in, how far it has come, what was held back, and which snapshots were put into use.

The row is the truth and the broker only a bell: an ingestion is claimed by a conditional UPDATE and
held under a lease with a fencing token. What is in use is the pointer in the knowledge directory
(`publish`); a `Publication` is the record of who answered for it.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class State(models.TextChoices):
    """QUEUED -> RUNNING -> DONE | FAILED; PAUSED and CANCELLED are a person's doing, and PAUSED can go on."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (State.DONE, State.FAILED, State.CANCELLED)


class Then(models.TextChoices):
    """What happens to the snapshot that an ingestion built."""

    PROPOSE = "propose"  # a second person publishes it
    PUBLISH = "publish"  # at once: whoever works at the machine's shell answers for it
    LEAVE = "leave"  # it is there, and nobody uses it


class StageName(models.TextChoices):
    FETCH = "fetch"
    VERIFY = "verify"
    PARSE = "parse"
    SCREEN = "screen"
    CHUNK = "chunk"
    BUILD = "build"
    EMBED = "embed"  # after build: what is embedded is what the snapshot holds
    CHECK = "check"
    PUBLISH = "publish"


class StageState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class HeldState(models.TextChoices):
    HELD = "held"
    RELEASED = "released"


class PublicationState(models.TextChoices):
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"  # proposed, and taken back before it was in use
    ROLLED_BACK = "rolled_back"  # was in use until somebody went back to the one before


class Ingestion(models.Model):
    """One pass of the pipeline: what was asked for, who carries it, how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # {"files": [{"kind", "name", "sha256", "about": {...}}], "feeds": [{"kind"}]}; both empty: build from the shelf
    wanted = models.JSONField(default=dict)
    then = models.CharField(max_length=16, choices=Then.choices, default=Then.PROPOSE)
    accept_drops = models.BooleanField(default=False)  # a person looked at what was lost and says it is right
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=16, choices=StageName.choices, blank=True)
    asked = models.CharField(max_length=16, blank=True)  # "pause": at the next item
    error = models.JSONField(default=dict)  # code, message, hint
    snapshot = models.CharField(max_length=16, blank=True)  # the id of what was built
    unchanged = models.BooleanField(default=False)  # it was there already, built from the same material
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    lease_holder = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)  # grows with each claim; an older holder's writes are refused
    attempts = models.PositiveIntegerField(default=0)
    rung_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "lease_until"]), models.Index(fields=["-created_at"])]
        constraints = [
            # One at a time: two would only wait for the build's lock, and take a worker each to do so.
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="running"), name="one_running_ingestion")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The short name on the page, as i-7f3a91."""
        return f"i-{self.id.hex[:6]}"

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class StageRecord(models.Model):
    """How far one stage has come; `total` is 0 where it cannot be counted."""

    ingestion = models.ForeignKey(Ingestion, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=16, choices=StageName.choices)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=StageState.choices, default=StageState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    left = models.FloatField(null=True, blank=True)  # seconds, at the pace of this process
    note = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["ingestion", "name"], name="one_record_per_stage")]


class HeldText(models.Model):
    """A text that screening held back. Rows that are `held` mirror the last ingestion; `released` is a decision."""

    id = models.CharField(primary_key=True, max_length=64)  # of its content, see `screening.Held`
    document = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=120)
    reason = models.CharField(max_length=60)
    excerpt = models.TextField(blank=True)  # hostile until shown otherwise: never rendered as anything but text
    block = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=HeldState.choices, default=HeldState.HELD)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(null=True, blank=True)  # of the decision
    ingestion = models.ForeignKey(Ingestion, on_delete=models.SET_NULL, null=True, blank=True, related_name="held")

    class Meta:
        ordering = ["source", "document", "block", "id"]
        indexes = [models.Index(fields=["state", "source"])]


class Publication(models.Model):
    """A snapshot that somebody proposed, and perhaps a second person put into use."""

    snapshot = models.CharField(max_length=16)
    before = models.CharField(max_length=16, blank=True)  # what was in use when it was published
    ingestion = models.ForeignKey(Ingestion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=16, choices=PublicationState.choices, default=PublicationState.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # withdrawn, rolled back, or another one published
    note = models.CharField(max_length=500, blank=True)
    checks = models.JSONField(default=list)  # [{"name", "ok", "message"}] as they were when it was proposed

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot"], condition=models.Q(state="proposed"), name="one_proposal_per_snapshot"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="published", ended_at=None), name="one_snapshot_in_use"
            ),
        ]


class Refresh(models.Model):
    """A feed that is to be fetched every so many days. None by default: Clew asks nobody on its own account."""

    feed = models.CharField(max_length=60, unique=True)
    every_days = models.PositiveSmallIntegerField()
    enabled = models.BooleanField(default=True)
    next_at = models.DateTimeField()
    last = models.ForeignKey(Ingestion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["feed"]
