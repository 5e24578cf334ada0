"""Addresses of alerts."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.reanalysis import views

_ALERT = "cases/<uuid:case_id>/alerts/<int:alert_id>/"

urlpatterns = [
    path(f"{_ALERT}seen/", views.see, name="alert_see"),
    path(f"{_ALERT}unseen/", views.unsee, name="alert_unsee"),
    path(f"{_ALERT}investigate/", views.investigate, name="alert_investigate"),
]
