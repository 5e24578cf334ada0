"""Addresses of the knowledge pages."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.knowledge.views import (
    adding,
    held,
    ingestions,
    page,
    publications,
    schedule,
    searches,
    texts,
    uploads,
)

_INGESTION = "knowledge/ingestions/<uuid:ingestion_id>/"

urlpatterns = [
    path("knowledge/", page.knowledge, name="knowledge"),
    path("knowledge/open-cases/", page.reranking, name="knowledge_reranking"),
    path("knowledge/search/", searches.search, name="knowledge_search"),
    path("knowledge/add/", adding.add, name="knowledge_add"),
    path("knowledge/add/describe/", adding.describe, name="knowledge_describe"),
    path("knowledge/fetch/", adding.fetch, name="knowledge_fetch"),
    path("knowledge/uploads/", uploads.begin, name="knowledge_upload_begin"),
    path("knowledge/uploads/form/", uploads.form, name="knowledge_upload_form"),
    path("knowledge/uploads/<str:upload_id>/", uploads.piece, name="knowledge_upload"),
    path("knowledge/uploads/<str:upload_id>/discard/", uploads.discard, name="knowledge_discard"),
    path("knowledge/build/", ingestions.rebuild, name="knowledge_rebuild"),
    path(_INGESTION, ingestions.ingestion, name="knowledge_ingestion"),
    path(f"{_INGESTION}pause/", ingestions.pause, name="knowledge_pause"),
    path(f"{_INGESTION}resume/", ingestions.resume, name="knowledge_resume"),
    path(f"{_INGESTION}confirm/", ingestions.confirm, name="knowledge_confirm"),
    path(f"{_INGESTION}cancel/", ingestions.cancel, name="knowledge_cancel"),
    path("knowledge/held/", held.held, name="knowledge_held"),
    path("knowledge/held/<str:held_id>/release/", held.release, name="knowledge_release"),
    path("knowledge/held/<str:held_id>/hold/", held.hold, name="knowledge_hold"),
    path("knowledge/drafts/<str:snapshot_id>/changes/", publications.changes, name="knowledge_changes"),
    path("knowledge/drafts/<str:snapshot_id>/passages/", texts.passages, name="knowledge_passages"),
    path("knowledge/drafts/<str:snapshot_id>/propose/", publications.propose, name="knowledge_propose"),
    path("knowledge/history/", publications.history, name="knowledge_history"),
    path("knowledge/history/<int:publication_id>/approve/", publications.approve, name="knowledge_approve"),
    path("knowledge/history/<int:publication_id>/withdraw/", publications.withdraw, name="knowledge_withdraw"),
    path("knowledge/roll-back/<str:snapshot_id>/", publications.roll_back, name="knowledge_roll_back"),
    path("knowledge/schedule/", schedule.schedule, name="knowledge_schedule"),
    path("knowledge/schedule/stop/", schedule.unschedule, name="knowledge_unschedule"),
    path("knowledge/documents/<path:document_id>/", texts.document, name="knowledge_document"),
]
