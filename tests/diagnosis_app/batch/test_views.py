"""The pages of batches: what is uploaded is shown before anything starts, and every problem is named in its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.batch import actions, feeding, views
from diagnosis_app.batch.models import Batch
from diagnosis_app.cases.models import Case
from tests.diagnosis_app.batch.packets import PFEIFFER, SEIZURES, packet, terms, zipped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("snapshot")]
HOSTILE = '"><img src=x onerror=alert(1)>.json'


def upload(client: Any, *files: tuple[str, bytes]) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post("/batches/upload/", {"file": sent})


def test_a_zip_is_shown_as_it_was_read_then_started(signed_in: Any) -> None:
    ward = zipped({"w/a.json": packet(), "w/b.txt": terms(), "w/no.json": b"{", "README.md": b"hello", "in.zip": b"PK"})
    answer = upload(signed_in, ("ward.zip", ward))
    batch = Batch.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/batches/{batch.pk}/"
    page = signed_in.get(answer["Location"]).content.decode()
    assert "2 files can become cases" in page and "2 files could not be read" in page
    assert "The JSON breaks at line 1" in page and "README.md" in page and "Start 2 investigations" in page
    assert not Case.objects.exists()
    signed_in.post(f"/batches/{batch.pk}/start/")
    page = signed_in.get(f"/batches/{batch.pk}/").content.decode()
    assert "0 of 2" in page and "Cancel the rest" in page and f'data-live="/batches/{batch.pk}/' in page


def test_several_files_are_one_batch(signed_in: Any) -> None:
    upload(signed_in, ("a.json", packet()), ("b.txt", terms()), ("scan.pdf", b"%PDF-1.7"))
    batch = Batch.objects.get()
    assert batch.name == "3 files"
    assert {item.name: item.error.get("code", "") for item in batch.items.all()} == {
        "a.json": "",
        "b.txt": "",
        "scan.pdf": "input.binary",
    }


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        ((), 422, "No file arrived"),
        ((("empty.zip", zipped({})),), 422, "There is no case in it"),
        ((("only.zip", zipped({"README.md": b"x"})),), 422, "There is no case in it"),
    ],
)
def test_an_upload_that_holds_nothing_is_refused_in_place(
    signed_in: Any, files: tuple[tuple[str, bytes], ...], status: int, words: str
) -> None:
    answer = upload(signed_in, *files)
    assert answer.status_code == status and words in answer.content.decode()
    assert not Batch.objects.exists()


def test_more_than_a_form_may_carry_is_refused_before_it_fills_the_disk(
    signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "LARGEST", 2000)
    answer = upload(signed_in, ("a.json", packet() * 9))
    assert answer.status_code == 413 and b"larger than" in answer.content
    assert not Batch.objects.exists()


def test_what_arrived_before_the_limit_is_no_batch_without_the_rest(
    signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = packet()
    monkeypatch.setattr(views, "LARGEST", len(small) + 100)
    answer = upload(signed_in, ("a.json", small), ("b.json", small))
    assert answer.status_code == 413 and b"larger than" in answer.content
    assert not Batch.objects.exists()


def test_a_form_brings_as_many_files_as_the_page_promises(signed_in: Any, settings: Any) -> None:
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES == actions.MOST
    answer = upload(signed_in, *((f"p{number:03}.txt", terms(SEIZURES[:1])) for number in range(150)))
    assert answer.status_code == 302 and Batch.objects.get().items.filter(state="waiting").count() == 150


@pytest.mark.parametrize("checked", [True, False])  # whether the check of the token is the first that reads the form
def test_more_files_than_a_batch_holds_are_refused_in_place(signed_in: Any, settings: Any, checked: bool) -> None:
    signed_in.get("/batches/")  # brings the cookie
    signed_in.handler.enforce_csrf_checks = checked
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    answer = upload(signed_in, *((f"{name}.json", packet()) for name in "abc"))
    page = answer.content.decode()
    assert answer.status_code == 413 and "batch.too_many" in page and "Split it into several" in page
    assert not Batch.objects.exists()


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_the_files_of_a_form_are_not_kept_open_and_go_when_it_was_read(
    signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many systems let a process open 1,024."""
    create, before, seen = actions.create, open_files(), list[Path]()

    def noted(actor: Any, team: Any, name: str, files: Any, found: Any) -> Any:
        assert open_files() < before + 20
        return create(actor, team, name, files, found)

    uploaded = views.uploaded
    monkeypatch.setattr(views.actions, "create", noted)
    monkeypatch.setattr(
        views, "uploaded", lambda files, found: (seen.extend(path for _, path in files), uploaded(files, found))[1]
    )
    assert upload(signed_in, *((f"p{number}.txt", terms()) for number in range(40))).status_code == 302
    assert len(seen) == 40 and not any(path.exists() for path in seen)


def test_names_of_files_are_shown_and_never_obeyed(signed_in: Any, actor: Actor, make: Callable[..., Batch]) -> None:
    batch = make({HOSTILE: packet(), f"x{HOSTILE}": b"{"}, HOSTILE)
    for path in ("/batches/", f"/batches/{batch.pk}/"):
        page = signed_in.get(path).content.decode()
        assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;.json" in page


def test_the_table_is_filtered_and_sorted_and_a_strange_wish_is_none(
    signed_in: Any, started: Batch, carry: Callable[[], int]
) -> None:
    carry()
    here = f"/batches/{started.pk}/"

    def names(query: str) -> list[str]:
        return [line.name for line in signed_in.get(f"{here}?{query}").context["table"].lines]

    assert names("") == ["a.json", "b.txt", "broken.json", "few.txt"]
    assert names("show=unreadable") == ["broken.json"] and names("show=insufficient") == ["few.txt"]
    assert names("sort=-file") == ["few.txt", "broken.json", "b.txt", "a.json"]
    assert set(names("sort=-score")[:2]) == {"a.json", "b.txt"} == set(names("sort=score")[:2])
    assert names("sort=-score")[0] == names("sort=score")[1]
    assert names("show=x'&sort=drop table&page=99999999999") == ["a.json", "b.txt", "broken.json", "few.txt"]
    assert names("page=7") == ["a.json", "b.txt", "broken.json", "few.txt"]


def test_a_long_table_comes_in_pages(signed_in: Any, make: Callable[..., Batch]) -> None:
    batch = make({f"p{number:03}.txt": terms() for number in range(60)})
    first, second = (signed_in.get(f"/batches/{batch.pk}/?page={page}").context["table"] for page in (1, 2))
    assert (len(first.lines), len(second.lines), first.pages) == (50, 10, 2)
    assert second.lines[0].name == "p050.txt"


def test_while_it_is_under_way_the_page_asks_for_the_part_that_changes_and_leaves_one_row(
    signed_in: Any, started: Batch, carry: Callable[[], int]
) -> None:
    here = f"/batches/{started.pk}/"
    signed_in.get(here)
    before = Entry.objects.filter(verb="batch.read").count()
    part = signed_in.get(here, headers={"X-Clew-Page": "1"}).content.decode()
    assert part.lstrip().startswith('<div class="b-live"') and "data-live" in part and "<html" not in part
    feeding.give()
    carry()
    part = signed_in.get(here, headers={"X-Clew-Page": "1"}).content.decode()
    assert "data-live" not in part and "3 of 3" in part
    assert Entry.objects.filter(verb="batch.read").count() == before


def test_each_file_leads_to_its_result(signed_in: Any, started: Batch, carry: Callable[[], int]) -> None:
    carry()
    item = started.items.get(name="a.json")
    assert f"/cases/{item.case_id}/runs/{item.run_id}/" in signed_in.get(f"/batches/{started.pk}/").content.decode()


def test_the_table_is_taken_away_as_csv_and_that_leaves_a_row(
    signed_in: Any, started: Batch, carry: Callable[[], int]
) -> None:
    carry()
    answer = signed_in.get(f"/batches/{started.pk}/summary.csv")
    assert answer["Content-Disposition"].startswith("attachment")
    table = {row["file"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    assert table["a.json"]["id_1"] == PFEIFFER and table["a.json"]["case"].startswith("C-")
    assert table["broken.json"]["outcome"] == "unreadable" and "phenopacket.json" in table["broken.json"]["error"]
    assert Entry.objects.filter(verb="batch.export", object=f"batch:{started.pk}").count() == 1


def test_what_the_buttons_do(signed_in: Any, started: Batch, carry: Callable[[], int]) -> None:
    here = f"/batches/{started.pk}/"
    signed_in.post(f"{here}cancel/")
    assert "Go on" in signed_in.get(here).content.decode()
    signed_in.post(f"{here}resume/")
    carry()
    signed_in.post(f"{here}delete/")
    assert "are in the bin" in signed_in.get(here).content.decode()
    assert "ward.zip" not in signed_in.get("/batches/").content.decode()
    assert "ward.zip" in signed_in.get("/batches/?state=bin").content.decode()
    signed_in.post(f"{here}restore/")
    assert "ward.zip" in signed_in.get("/batches/").content.decode()


def test_the_worklist_leads_to_the_batches_and_to_their_cases(
    signed_in: Any, started: Batch, carry: Callable[[], int]
) -> None:
    carry()
    page = signed_in.get("/").content.decode()
    assert 'href="/batches/"' in page and "From batches" in page and "No open cases" in page
    assert "C-0001" in signed_in.get("/?state=batches").content.decode()


def test_a_person_of_several_teams_chooses_one(signed_in: Any, user: Any, other_clinic: Any) -> None:
    from diagnosis_app.accounts.models import Membership, Role

    Membership.objects.create(user=user, team=other_clinic.team, role=Role.CLINICIAN)
    answer = upload(signed_in, ("few.txt", terms(SEIZURES)))
    assert answer.status_code == 422 and b"several teams" in answer.content
    sent = {"file": [SimpleUploadedFile("few.txt", terms())], "team": str(other_clinic.team.pk)}
    assert signed_in.post("/batches/upload/", sent).status_code == 302
    assert Batch.objects.get().team == other_clinic.team
