"""Addresses of the evaluation."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.evaluation import views

urlpatterns = [
    path("evaluation/", views.evaluation, name="evaluation"),
    path("evaluation/table/", views.evaluation_table, name="evaluation_table"),
]
