"""Addresses of investigations."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.runs import views

_CASE = "cases/<uuid:case_id>/"
_RUN = f"{_CASE}runs/<uuid:run_id>/"

urlpatterns = [
    path(f"{_CASE}investigate/", views.start, name="run_start"),
    path(f"{_CASE}investigation/", views.investigation, name="investigation"),
    path(f"{_CASE}model/", views.shown_to_model, name="run_model"),
    path(_RUN, views.run, name="run"),
    path(f"{_RUN}events/", views.events, name="run_events"),
    path(f"{_RUN}similar/", views.similar, name="run_similar"),
    path(f"{_RUN}question/<str:key>/", views.question, name="run_question"),
    path(f"{_RUN}answer/<str:key>/", views.answer, name="run_answer"),
    path(f"{_RUN}cancel/", views.cancel, name="run_cancel"),
    path(f"{_RUN}separates/<str:disease>/", views.separates, name="run_separates"),
]
