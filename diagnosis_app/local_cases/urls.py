"""Addresses of a team's own cases."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.local_cases import views

urlpatterns = [
    path("cases/local/", views.local_cases, name="local_cases"),
    path("cases/local/<uuid:local_id>/", views.local_case, name="local_case"),
    path("cases/local/<uuid:local_id>/withdraw/", views.withdraw, name="local_case_withdraw"),
]
