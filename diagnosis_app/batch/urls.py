"""Addresses of batches."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.batch import views

_BATCH = "batches/<uuid:batch_id>/"

urlpatterns = [
    path("batches/", views.batches, name="batches"),
    path("batches/upload/", views.upload, name="batch_upload"),
    path(_BATCH, views.batch, name="batch"),
    path(f"{_BATCH}summary.csv", views.summary, name="batch_summary"),
    path(f"{_BATCH}start/", views.start, name="batch_start"),
    path(f"{_BATCH}cancel/", views.cancel, name="batch_cancel"),
    path(f"{_BATCH}resume/", views.resume, name="batch_resume"),
    path(f"{_BATCH}retry/", views.retry, name="batch_retry"),
    path(f"{_BATCH}discard/", views.discard, name="batch_discard"),
    path(f"{_BATCH}delete/", views.delete, name="batch_delete"),
    path(f"{_BATCH}restore/", views.restore, name="batch_restore"),
]
