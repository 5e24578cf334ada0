"""A letter that belongs to a case: the file as it came, and what was read in it.

Both lie in the database and nowhere else: the worker that reads a letter may run on another host, a
backup of the database is whole, and a purged case takes its letters with it in one transaction. Nothing
of them is ever written below the directory of the knowledge.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from diagnosis_app.attachments.letter import Letter, letter_from


class State(models.TextChoices):
    READING = "reading"  # waits for a worker, or has one
    READY = "ready"
    FAILED = "failed"  # `code`, `message` and `hint` say why


class Attachment(models.Model):
    """`blocks` is the text as it was read; every offset refers to `letter().text`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)  # as shown; it may name the patient and never leaves the case's pages
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()  # bytes
    kind = models.CharField(max_length=20, blank=True)  # pdf, docx, text …: by content, known once it was read
    pages = models.PositiveIntegerField(null=True)
    blocks = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    code = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)
    # Who reads it now: like an investigation's, but a reading is short and bounded, so its lease is not renewed.
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)  # when the broker last took the message

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "sha256"], name="one_letter_per_content")]
        indexes = [models.Index(fields=["state"])]

    def letter(self) -> Letter:
        return letter_from(self.blocks)


class Original(models.Model):
    """The bytes of the file, apart from the row that lists show."""

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="original", primary_key=True)
    content = models.BinaryField()
