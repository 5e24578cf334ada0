"""Addresses of the letters of a case."""

from __future__ import annotations

from django.urls import path

from diagnosis_app.attachments import views

_LETTERS = "cases/<uuid:case_id>/attachments/"
_LETTER = f"{_LETTERS}<uuid:attachment_id>/"

urlpatterns = [
    path(_LETTERS, views.letters, name="case_letters"),
    path(f"{_LETTERS}add/", views.add, name="letter_add"),
    path(_LETTER, views.letter, name="letter"),
    path(f"{_LETTER}text/", views.text, name="letter_text"),
    path(f"{_LETTER}file/", views.file, name="letter_file"),
    path(f"{_LETTER}remove/", views.remove, name="letter_remove"),
    path(f"{_LETTER}restore/", views.restore, name="letter_restore"),
    path(f"{_LETTER}erase/", views.erase, name="letter_erase"),
    path(f"{_LETTER}retry/", views.retry, name="letter_retry"),
]
