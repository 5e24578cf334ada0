"""Addresses of what readers make of a result."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.review import views

_RUN = "cases/<uuid:case_id>/runs/<uuid:run_id>/"

urlpatterns = [
    path(f"{_RUN}review/<str:disease>/", views.one.candidate, name="review_candidate"),
    path(f"{_RUN}verdicts/<str:disease>/", views.one.give, name="verdict_give"),
    path(f"{_RUN}verdicts/<str:disease>/back/", views.one.take_back, name="verdict_back"),
    path(f"{_RUN}another/", views.one.another, name="verdict_another"),
    path(f"{_RUN}second/ask/", views.readers.ask, name="second_ask"),
    path(f"{_RUN}second/recall/", views.readers.recall, name="second_recall"),
    path(f"{_RUN}second/decline/", views.readers.decline, name="second_decline"),
    path(f"{_RUN}second/commit/", views.readers.commit, name="second_commit"),
    path(f"{_RUN}wrong/", views.sources.mark, name="citation_mark"),
    path(f"{_RUN}wrong/back/", views.sources.unmark, name="citation_unmark"),
    path("knowledge/set-back/", views.passages.passages, name="set_back"),
    path("knowledge/set-back/<int:mark_id>/stop/", views.passages.stop, name="set_back_stop"),
    path(f"{_RUN}keep/<str:disease>/", views.keeping.keep, name="local_case_keep"),
]
