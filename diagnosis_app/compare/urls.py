"""The address of a comparison."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.compare import views

urlpatterns = [path("cases/<uuid:case_id>/compare/", views.compare, name="case_compare")]
