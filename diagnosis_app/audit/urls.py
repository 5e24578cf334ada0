"""Addresses of the audit trail."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.audit import views

urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/verify/", views.audit_verify, name="audit_verify"),
    path("audit/export/", views.audit_export, name="audit_export"),
]
