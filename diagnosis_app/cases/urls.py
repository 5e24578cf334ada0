"""Addresses of cases, and of the terms and reading services."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.cases.views import genes, history, intake, next_steps, similar, terms, worklist, workspace

_CASE = "cases/<uuid:case_id>/"

urlpatterns = [
    path("", worklist.cases, name="worklist"),
    path("cases/new/", intake.new, name="case_new"),
    path("cases/example/", intake.example, name="case_example"),
    path("cases/import/", intake.bring_in, name="case_import"),
    path(_CASE, workspace.case, name="case"),
    path(f"{_CASE}draft/", workspace.draft, name="case_draft"),
    path(f"{_CASE}save/", workspace.save, name="case_save"),
    path(f"{_CASE}differential/", workspace.differential, name="case_differential"),
    path(f"{_CASE}candidates/<str:disease>/", workspace.candidate, name="case_candidate"),
    path(f"{_CASE}candidates/<str:disease>/separates/", next_steps.separates, name="case_separates"),
    path(f"{_CASE}answer/", next_steps.answer, name="case_answer"),
    path(f"{_CASE}steadiness/", workspace.steady, name="case_steady"),
    path(f"{_CASE}similar/", similar.beside, name="case_similar"),
    path(f"{_CASE}similar/all/", similar.everything, name="case_similar_all"),
    path(f"{_CASE}similar/case/", similar.published, name="case_published"),
    path(f"{_CASE}history/", history.history, name="case_history"),
    path(f"{_CASE}history/<int:number>/", history.version, name="case_version"),
    path(f"{_CASE}history/<int:number>/return/", history.go_back, name="case_return"),
    path(f"{_CASE}export/", history.export, name="case_export"),
    path(f"{_CASE}text/", history.text, name="case_text"),
    path(f"{_CASE}phenopacket/", history.phenopacket, name="case_phenopacket"),
    path(f"{_CASE}delete/", worklist.delete, name="case_delete"),
    path(f"{_CASE}restore/", worklist.restore, name="case_restore"),
    path(f"{_CASE}purge/", worklist.purge, name="case_purge"),
    path(f"{_CASE}close/", worklist.close, name="case_close"),
    path(f"{_CASE}reopen/", worklist.reopen, name="case_reopen"),
    path("terms/", terms.terms, name="terms"),
    path("read/", terms.read, name="read"),
    path("genes/", genes.genes, name="genes"),
    path("genes/read/", genes.read, name="genes_read"),
]
