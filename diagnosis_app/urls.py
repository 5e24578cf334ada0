"""Every address of the clinic. Each room keeps its own list; this one only puts them together."""

from __future__ import annotations

from django.urls import include, path

from diagnosis_app import views

handler400 = "diagnosis_app.views.bad_request"
handler403 = "diagnosis_app.views.forbidden"
handler404 = "diagnosis_app.views.not_found"
handler500 = "diagnosis_app.views.server_error"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("diagnosis_app.accounts.urls")),
    path("", include("diagnosis_app.api.urls")),
    path("", include("diagnosis_app.attachments.urls")),
    path("", include("diagnosis_app.audit.urls")),
    path("", include("diagnosis_app.batch.urls")),
    path("", include("diagnosis_app.cases.urls")),
    path("", include("diagnosis_app.compare.urls")),
    path("", include("diagnosis_app.evaluation.urls")),
    path("", include("diagnosis_app.knowledge.urls")),
    path("", include("diagnosis_app.literature.urls")),
    path("", include("diagnosis_app.local_cases.urls")),
    path("", include("diagnosis_app.mcp.urls")),
    path("", include("diagnosis_app.reanalysis.urls")),
    path("", include("diagnosis_app.reports.urls")),
    path("", include("diagnosis_app.review.urls")),
    path("", include("diagnosis_app.runs.urls")),
]
