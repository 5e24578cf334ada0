"""Addresses of the knowledge pages."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.knowledge.views import page

urlpatterns = [
    path("knowledge/", page.knowledge, name="knowledge"),
]
