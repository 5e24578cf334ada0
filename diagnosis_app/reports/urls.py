"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.reports import views

_CASE = "cases/<uuid:case_id>/"
_REPORT = f"{_CASE}runs/<uuid:run_id>/report/"

urlpatterns = [
    path(f"{_CASE}report/", views.newest, name="case_report"),
    path(_REPORT, views.report, name="run_report"),
    path(f"{_REPORT}pdf/", views.pdf, name="run_report_pdf"),
    path(f"{_REPORT}text/", views.text, name="run_report_text"),
    path(f"{_REPORT}json/", views.in_json, name="run_report_json"),
    path(f"{_REPORT}phenopacket/", views.phenopacket, name="run_report_phenopacket"),
]
