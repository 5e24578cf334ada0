"""Addresses of a case's papers."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.literature import views

_PAPERS = "cases/<uuid:case_id>/papers/"

urlpatterns = [
    path(_PAPERS, views.papers, name="case_papers"),
    path(f"{_PAPERS}sent/", views.what_is_sent, name="papers_sent"),
    path(f"{_PAPERS}ask/", views.ask, name="papers_ask"),
    path(f"{_PAPERS}<uuid:search_id>/", views.one_search, name="papers_search"),
]
