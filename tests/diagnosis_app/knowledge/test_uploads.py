"""Files arrive piece by piece, are bounded, belong to one person, and their names are never paths."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from corpus_ingest.documents import read_all
from corpus_ingest.models import Ingestion
from diagnosis_app.accounts.models import Role
from diagnosis_app.audit.models import Entry
from diagnosis_app.errors import ClinicError, Hidden, TooLarge
from diagnosis_app.knowledge import tables, uploads
from tests.people import Clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Any) -> Any:
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def curator(client: Client, clinic: Clinic) -> Client:
    client.force_login(clinic.person(Role.CURATOR))
    return client


def begin(client: Client, name: str, size: int) -> Any:
    return client.post("/knowledge/uploads/", json.dumps({"name": name, "size": size}), "application/json")


def send(client: Client, to: str, at: int, piece: bytes) -> Any:
    return client.post(f"{to}?at={at}", piece, "application/octet-stream")


def test_a_file_arrives_in_pieces_and_is_whole(curator: Client, clinic: Clinic) -> None:
    told = begin(curator, "protocol.txt", 6).json()
    assert send(curator, told["to"], 0, b"one").json()["has"] == 3
    assert send(curator, told["to"], 3, b"two").json()["has"] == 6
    upload = uploads.find(clinic.person(Role.CURATOR).pk, told["id"])
    assert upload.whole and upload.path.read_bytes() == b"onetwo"


def test_a_broken_connection_goes_on_where_it_stopped(curator: Client) -> None:
    told = begin(curator, "protocol.txt", 6).json()
    send(curator, told["to"], 0, b"one")
    again = send(curator, told["to"], 0, b"one")
    assert again.status_code == 409 and again.json()["code"] == "upload.out_of_order"
    assert curator.post(told["to"], b"", "application/octet-stream").json()["has"] == 3
    assert send(curator, told["to"], 3, b"two").json()["has"] == 6


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_columns_of_a_table_are_named_as_the_parser_finds_them(clinic: Clinic, encoding: str) -> None:
    content = "Nom , Résumé \nFièvre,Elle dure.\n".encode(encoding)
    upload = uploads.receive(clinic.person(Role.CURATOR).pk, "t.csv", len(content), iter([content]))
    head = tables.of(upload, None)
    assert head is not None
    columns = {column.heading: field for column, field in zip(head.columns, ("title", "text"), strict=True)}
    (text,) = read_all(content, "t.csv", columns=columns)
    assert (text.title, text.blocks[0].text) == ("Fièvre", "Elle dure.")


def test_more_than_was_announced_is_refused_and_nothing_is_lost(curator: Client) -> None:
    told = begin(curator, "protocol.txt", 4).json()
    send(curator, told["to"], 0, b"one")
    assert send(curator, told["to"], 3, b"two").status_code == 422
    assert curator.post(told["to"], b"", "application/octet-stream").json()["has"] == 3


@pytest.mark.parametrize("size", [0, -1, uploads.LARGEST + 1, 10**15])
def test_empty_and_too_large_files_are_refused_before_a_byte_is_written(curator: Client, place: Any, size: int) -> None:
    refused = begin(curator, "book.pdf", size)
    assert refused.status_code in {413, 422}
    assert refused.json()["field"] == "file" and refused.json()["hint"]
    assert not list((place / "uploads").glob("*")) if (place / "uploads").exists() else True


@pytest.mark.parametrize("said", [{}, {"name": 1, "size": 3}, {"name": "a", "size": "3"}, {"name": "a", "size": True}])
def test_an_announcement_that_is_none_is_refused(curator: Client, said: Any) -> None:
    assert curator.post("/knowledge/uploads/", json.dumps(said), "application/json").status_code == 422


def test_a_piece_that_is_too_large_is_refused(clinic: Clinic) -> None:
    upload = uploads.begin(clinic.person(Role.CURATOR).pk, "book.pdf", uploads.PIECE + 1)
    with pytest.raises(TooLarge):
        uploads.append(upload, 0, b"x" * (uploads.PIECE + 1))
    assert upload.path.stat().st_size == 0


def test_one_person_cannot_fill_the_disk(clinic: Clinic) -> None:
    person = clinic.person(Role.CURATOR).pk
    for _ in range(uploads.MOST_BYTES // uploads.LARGEST):
        uploads.begin(person, "book.pdf", uploads.LARGEST)
    with pytest.raises(uploads.NoRoom) as refused:
        uploads.begin(person, "book.pdf", uploads.LARGEST)
    assert refused.value.code == "upload.no_room" and refused.value.hint


def test_a_full_disk_is_said_and_leaves_nothing_half_written(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = uploads.begin(clinic.person(Role.CURATOR).pk, "book.pdf", 6)
    monkeypatch.setattr(os, "fsync", lambda _file: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(uploads.NoRoom):
        uploads.append(upload, 0, b"one")
    assert upload.path.stat().st_size == 0


def test_a_disk_that_fills_as_an_upload_is_announced_is_said_and_leaves_nothing(
    curator: Client, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "write_text", lambda *_a, **_k: (_ for _ in ()).throw(OSError(28, "No space left")))
    answer = begin(curator, "book.pdf", 6)
    assert answer.status_code == 507 and answer.json()["code"] == "upload.no_room" and answer.json()["hint"]
    assert list((place / "uploads").iterdir()) == []


def test_a_piece_of_what_was_discarded_meanwhile_is_told_so(clinic: Clinic) -> None:
    upload = uploads.begin(clinic.person(Role.CURATOR).pk, "book.pdf", 6)
    uploads.discard(upload)
    with pytest.raises(Hidden):
        uploads.append(upload, 0, b"one")


def test_an_upload_that_goes_while_others_are_listed_hurts_nobody(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = clinic.person(Role.CURATOR).pk
    gone, stays = uploads.begin(person, "a.pdf", 3), uploads.begin(person, "b.pdf", 3)
    listed = uploads._folders()
    monkeypatch.setattr(uploads, "_folders", lambda: listed)
    uploads.discard(gone)
    assert [one.id for one in uploads.of(person)] == [stays.id]
    assert uploads.sweep() == 0


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "a/b/c.pdf"])
def test_a_name_is_words_to_show_and_never_a_path(clinic: Clinic, place: Any, name: str) -> None:
    upload = uploads.begin(clinic.person(Role.CURATOR).pk, name, 3)
    assert "/" not in upload.name and "\\" not in upload.name
    assert upload.path.resolve().is_relative_to(place / "uploads" / upload.id)


def test_a_name_hides_nothing(clinic: Clinic) -> None:
    upload = uploads.begin(clinic.person(Role.CURATOR).pk, "invoice\u202efdp.exe\x00", 3)
    assert upload.name == "invoicefdp.exe"


def test_an_upload_of_somebody_else_does_not_exist(clinic: Clinic, client: Client) -> None:
    upload = uploads.begin(clinic.person(Role.ADMIN).pk, "book.pdf", 3)
    client.force_login(clinic.person(Role.CURATOR))
    assert client.post(f"/knowledge/uploads/{upload.id}/", b"", "application/octet-stream").status_code == 404
    with pytest.raises(Hidden):
        uploads.find(clinic.person(Role.CURATOR).pk, "../" + upload.id)


def test_what_nobody_finished_goes_after_a_day(clinic: Clinic) -> None:
    person = clinic.person(Role.CURATOR).pk
    old, fresh = uploads.begin(person, "old.pdf", 3), uploads.begin(person, "new.pdf", 3)
    ago = time.time() - uploads.KEPT - 60
    os.utime(old.path, (ago, ago))
    assert uploads.sweep() == 1
    assert [one.id for one in uploads.of(person)] == [fresh.id]


def test_whole_files_come_with_a_form_where_there_is_no_script(curator: Client, clinic: Clinic) -> None:
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"x" * (6 * 1024**2))]
    answer = curator.post("/knowledge/uploads/form/", {"file": files})
    assert answer.status_code == 302 and answer["Location"].startswith("/knowledge/add/describe/?upload=")
    assert [one.size for one in uploads.of(clinic.person(Role.CURATOR).pk)] == [3, 6 * 1024**2]


def test_a_form_without_a_file_says_so(curator: Client) -> None:
    answer = curator.post("/knowledge/uploads/form/", {})
    assert answer.status_code == 422 and b"No file arrived" in answer.content


def test_a_form_with_too_much_stops_and_keeps_nothing(
    curator: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diagnosis_app.knowledge.views.uploads.FORM_LARGEST", 1024**2)
    files = [SimpleUploadedFile("a.txt", b"whole"), SimpleUploadedFile("b.txt", b"x" * (3 * 1024**2))]
    for sent in (files[1:], files):  # also what had arrived before
        answer = curator.post("/knowledge/uploads/form/", {"file": sent})
        assert answer.status_code in {413, 422} and b"larger than" in answer.content
        sent[-1].seek(0)
    assert not list(uploads.of(clinic.person(Role.CURATOR).pk))


def test_the_form_asks_for_the_token_of_its_page(clinic: Clinic) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinic.person(Role.CURATOR))
    answer = client.post("/knowledge/uploads/form/", {"file": SimpleUploadedFile("a.txt", b"one")})
    assert answer.status_code == 403 and b"csrf" in answer.content
    assert not list(uploads.of(clinic.person(Role.CURATOR).pk))


def test_the_trail_holds_sizes_and_never_names(curator: Client) -> None:
    begin(curator, "Maria Andersson 1989.pdf", 6)
    row = Entry.objects.order_by("-seq").first()
    assert row is not None and row.verb == "knowledge.change" and row.detail["bytes"] == 6
    assert "Maria" not in str(row.detail) + row.object


def test_nothing_is_handed_over_without_a_licence(curator: Client, clinic: Clinic) -> None:
    upload = uploads.receive(clinic.person(Role.CURATOR).pk, "cases.json", 2, iter([b"[]"]))
    answer = curator.post("/knowledge/add/describe/", {"upload": upload.id, f"kind-{upload.id}": "cases"})
    assert answer.status_code == 422
    assert b"Licence is missing" in answer.content
    assert not Ingestion.objects.exists()
    assert uploads.find(upload.person, upload.id).whole


def test_a_file_that_no_kind_reads_is_named(curator: Client, clinic: Clinic) -> None:
    upload = uploads.receive(clinic.person(Role.CURATOR).pk, "holiday.exe", 2, iter([b"MZ"]))
    answer = curator.post("/knowledge/add/describe/", {"upload": upload.id})
    assert answer.status_code == 422 and b"No kind of source reads a file like holiday.exe" in answer.content


def test_described_files_become_one_ingestion_and_leave_the_place_for_uploads(
    curator: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus_ingest.ingestion.requests.ring", lambda _id: True)
    person = clinic.person(Role.CURATOR).pk
    upload = uploads.receive(person, "cases.json", 2, iter([b"[]"]))
    said = {"upload": upload.id, f"kind-{upload.id}": "cases", "cases.licence": "CC0\x00-1.0"}
    answer = curator.post("/knowledge/add/describe/", said)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    (file,) = Ingestion.objects.get().wanted["files"]
    assert file["kind"] == "cases" and file["about"]["licence"] == "CC0-1.0"
    assert not list(uploads.of(person))


def test_every_refusal_is_an_error_of_the_clinic_with_a_remedy(clinic: Clinic) -> None:
    for name, size in (("a", 0), ("a", uploads.LARGEST + 1)):
        with pytest.raises(ClinicError) as refused:
            uploads.begin(clinic.person(Role.CURATOR).pk, name, size)
        assert refused.value.hint and refused.value.field
