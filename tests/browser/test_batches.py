"""Batches in a browser: upload, look, start, watch it move, filter, delete and undo; and nothing for axe to mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.batch import actions, feeding
from diagnosis_app.batch.files import File
from diagnosis_app.batch.models import Batch
from diagnosis_app.runs import worker
from diagnosis_app.runs.models import Run
from tests.browser.test_accessibility import flawless, look
from tests.diagnosis_app.batch.packets import SEIZURES, THUMBS, packet, terms, zipped

__all__ = ["look"]
LONG = "Kinderklinik-Stoffwechsel-und-Neurologie/2019-2024/Patientin-mit-sehr-langem-Namen-der-Datei-0042.json"
WARD = {
    LONG: packet(subject={"id": "x", "sex": "FEMALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P3Y"}}}),
    "b.txt": terms(),
    "broken.json": b'{"subject": ',
    "few.txt": terms(SEIZURES[:1]),
    "note.txt": b"A girl with broad thumbs and seizures since birth.",
    "sex.json": packet(THUMBS[:4], subject={"sex": "unclear"}),
    "README.md": b"not a case",
}


def carry_one() -> None:
    feeding.give()
    run = Run.objects.filter(state="queued").order_by("created_at").first()
    if run is not None:
        worker.investigate(run.pk)


@pytest.fixture
def ward(tmp_path: Path, snapshot: object) -> Path:
    path = tmp_path / "ward.zip"
    path.write_bytes(zipped(WARD))
    return path


def test_a_zip_is_uploaded_looked_at_started_and_watched(page: Page, ward: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name="Batches").click()
    expect(page.get_by_role("heading", name="No batches yet")).to_be_visible()
    page.set_input_files("#file", ward)
    page.get_by_role("button", name="Read the files").click()
    expect(page.get_by_role("heading", name="ward.zip")).to_be_visible()
    expect(page.get_by_text("4 files can become cases.")).to_be_visible()
    expect(page.get_by_text("This is a free text")).to_be_visible()
    page.get_by_role("button", name="Start 4 investigations").click()
    expect(page.get_by_text("0 of 4")).to_be_visible()
    carry_one()
    expect(page.get_by_text("1 of 4")).to_be_visible()  # nobody pressed anything: the page follows
    for _ in range(3):
        carry_one()
    expect(page.get_by_text("4 of 4")).to_be_visible()
    expect(page.get_by_text("Every file came to an end.")).to_be_visible()
    page.get_by_role("link", name="Not enough to rank 1").click()
    expect(page.locator(".b-t tbody tr")).to_have_count(1)
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("link", name="Score").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Score")
    page.locator(".b-t tbody tr a.b").first.click()
    expect(page.locator("[data-ended]")).to_be_visible()


def test_files_are_dropped_and_the_batch_is_cancelled_gone_on_with_deleted_and_brought_back(
    page: Page, snapshot: object
) -> None:
    page.goto("/batches/")
    page.wait_for_load_state("networkidle")
    held = page.evaluate_handle(
        """files => {
          const transfer = new DataTransfer();
          for (const [name, text] of files) transfer.items.add(new File([text], name));
          return transfer;
        }""",
        [["a.json", packet().decode()], ["b.txt", terms().decode()]],
    )
    page.dispatch_event("body", "drop", {"dataTransfer": held})
    page.get_by_role("button", name="Start 2 investigations").click()
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.get_by_text("What was done stays.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Cancel the rest")).to_be_visible()
    for _ in range(2):
        carry_one()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This batch and its cases are in the bin.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Delete")).to_be_visible()
    page.goto("/?state=batches")
    expect(page.locator("tr[data-row]")).to_have_count(2)


def test_the_list_of_batches(look: Page, actor: Actor, team: Any, snapshot: object) -> None:
    look.goto("/batches/")
    flawless(look, "batches-empty")
    look.set_input_files("#file", {"name": "x.zip", "mimeType": "application/zip", "buffer": zipped({"a.md": b"x"})})
    look.get_by_role("button", name="Read the files").click()
    look.wait_for_selector("[role=alert]")
    flawless(look, "batches-refused")


def test_a_batch_in_every_state(look: Page, actor: Actor, team: Any, snapshot: object) -> None:
    files = [File(name, content) for name, content in WARD.items() if not name.endswith(".md")]
    batch: Batch = actions.create(actor, team.pk, "ward.zip", files)
    look.goto(f"/batches/{batch.pk}/")
    flawless(look, "batch-read")
    actions.start(actor, batch)
    carry_one()
    look.goto(f"/batches/{batch.pk}/")
    look.locator(".b-warn summary").first.click()
    flawless(look, "batch-under-way")
    look.goto("/batches/")
    flawless(look, "batches")
    for _ in range(3):
        carry_one()
    look.goto(f"/batches/{batch.pk}/?sort=-score")
    flawless(look, "batch-done")
    look.goto("/?state=batches")
    flawless(look, "worklist-batches")
    actions.delete(actor, batch)
    look.goto(f"/batches/{batch.pk}/?show=failed")
    flawless(look, "batch-bin")


Opened = Callable[..., Page]


def test_without_scripts_the_pages_are_whole(open_as: Opened, user: Any, ward: Path) -> None:
    page = open_as(user, java_script_enabled=False)
    page.goto("/batches/")
    page.set_input_files("#file", ward)
    page.get_by_role("button", name="Read the files").click()
    page.get_by_role("button", name="Start 4 investigations").click()
    expect(page.get_by_text("0 of 4")).to_be_visible()
    for _ in range(4):
        carry_one()
    page.reload()
    expect(page.get_by_text("4 of 4")).to_be_visible()
