"""A letter dropped on the note, read, inserted, its finding traced back to the words on its page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.attachments import reading
from diagnosis_app.attachments.models import Attachment, State
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case, Draft
from tests.browser.steps import PATIENCE, kept, open_case, stored
from tests.diagnosis_app.attachments import papers
from tests.people import Clinic

OWN = "Seen in March."


@pytest.fixture
def case(actor: Actor, clinic: Clinic, snapshot: object) -> Case:
    return cases.create_case(actor, clinic.team.pk, read_content({"note": OWN}))


def drop(page: Page, name: str, content: bytes, kind: str = "application/pdf") -> None:
    """A file dropped on the note, as a browser does it."""
    transfer = page.evaluate_handle(
        """([name, bytes, type]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
          return transfer;
        }""",
        [name, list(content), kind],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("[data-note]", event, {"dataTransfer": transfer})


def read_all() -> None:
    """What a worker would do."""
    for found in list(Attachment.objects.filter(state=State.READING)):
        assert reading.carry(found.pk)


def add(page: Page, name: str = "LETTER.pdf", content: bytes = b"") -> Attachment:
    before = set(Attachment.objects.values_list("pk", flat=True))
    drop(page, name, content or papers.pdf())
    expect(page.locator("[data-letter-rows] li").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-letter-sending] > *")).to_have_count(0)
    read_all()
    made = Attachment.objects.exclude(pk__in=before).get()
    expect(page.locator(f"[data-letter='{made.pk}'][data-state=reading]")).to_have_count(0, timeout=PATIENCE)
    return made


def insert(page: Page, made: Attachment) -> None:
    page.click(f"#let-i-{made.pk}")
    expect(page.locator("[data-walk] mark").first).to_be_visible(timeout=PATIENCE)


def test_a_finding_of_a_dropped_letter_leads_back_to_its_words(page: Page, case: Case) -> None:
    open_case(page, case)
    made = add(page)
    insert(page, made)
    expect(page.locator(".clin .lt")).to_have_text(["LETTER.pdf, page 1", "LETTER.pdf, page 2"])
    page.locator("[data-walk] mark", has_text="turricephaly").click()
    page.keyboard.press("Enter")
    link = page.locator("[data-findings] .from")
    expect(link).to_have_text("from LETTER.pdf, page 2")
    kept(page)
    content = stored(case)
    assert content.note == f"{OWN}\n\n{made.letter().text}"
    entry = content.findings[0]
    assert entry.letter is not None and entry.letter.page == 2
    link.click()
    expect(page.locator("mark#at")).to_have_text("turricephaly")
    expect(page.locator(".let-page", has=page.locator("mark#at"))).to_contain_text("Page 2")
    expect(page.locator("mark#at")).to_be_in_viewport()


def test_inserting_is_one_step_of_undo_and_removing_is_taken_back(page: Page, case: Case) -> None:
    open_case(page, case)
    made = add(page)
    insert(page, made)
    kept(page)
    assert len(stored(case).letters) == 2
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.locator(".clin")).to_have_text(OWN)
    kept(page)
    assert stored(case).note == OWN and stored(case).letters == ()
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".clin .lt")).to_have_count(2)
    kept(page)
    assert len(stored(case).letters) == 2
    page.click(f"#let-x-{made.pk}")
    expect(page.locator("#let-away")).to_be_visible()
    page.locator("#let-away > summary").click()
    page.click(f"#let-r-{made.pk}")
    expect(page.locator(f"#let-i-{made.pk}")).to_be_visible()
    page.click(f"#let-x-{made.pk}")
    page.locator("#let-away > summary").click()
    page.locator(".let-e > summary").click()
    page.click(f"#let-e-{made.pk}")
    expect(page.locator("[data-letter]")).to_have_count(0)
    assert not Attachment.objects.exists()


def test_words_written_around_and_into_a_letter_leave_the_rest_traced(page: Page, case: Case) -> None:
    open_case(page, case)
    made = add(page)
    insert(page, made)
    page.keyboard.press("Escape")
    page.click("[data-edit]")
    field = page.locator("#note")
    text = field.input_value()
    changed = (
        "\U0001f476 First seen in May. "
        + text.replace("turricephaly, and", "turricephaly (mild), and")
        + "\nSent on to a colleague in neurology for a visit in June."
    )
    field.fill(changed)
    page.click("[data-done]")
    expect(page.locator("[data-walk] mark").first).to_be_visible(timeout=PATIENCE)
    kept(page)
    content, letter = stored(case), made.letter().text
    assert content.note == changed
    assert len(content.letters) == 3, "the second page is cut in two"
    for one in content.letters:
        words = content.note[one.note_start : one.note_end]
        assert letter[one.offset : one.offset + len(words)] == words
    page.locator("[data-walk] mark", has_text="seizures").first.click()
    page.keyboard.press("Enter")
    expect(page.locator("[data-findings] .from")).to_have_text("from LETTER.pdf, page 2")
    kept(page)
    entry = stored(case).findings[0]
    assert entry.letter is not None
    assert letter[entry.letter.offset :].startswith(entry.quote)


def test_a_new_case_begins_with_a_letter(page: Page, actor: Actor, clinic: Clinic, snapshot: object) -> None:
    case = cases.create_case(actor, clinic.team.pk)
    open_case(page, case)
    expect(page.locator("#note")).to_be_visible()
    made = add(page)
    insert(page, made)
    kept(page)
    assert stored(case).note == made.letter().text
    assert stored(case).letters[0].note_start == 0


def test_a_phrase_of_a_letter_for_which_a_term_is_chosen_is_traced_too(page: Page, case: Case) -> None:
    open_case(page, case)
    insert(page, add(page))
    page.click("[data-edit]")
    page.locator("#note").evaluate(
        """field => {
          const at = field.value.indexOf("thumbs are broad");
          field.focus();
          field.setSelectionRange(at, at + 16);
        }"""
    )
    page.click("[data-keep-selection]")
    page.click("[data-done]")
    page.locator("[data-tray] .chip button").first.click()
    page.locator("#add").fill("Broad thumb")
    expect(page.locator("#opts [aria-selected=true]")).to_contain_text("HP:0011304")
    page.keyboard.press("Enter")
    expect(page.locator("[data-findings] .from")).to_have_text("from LETTER.pdf, page 2")


def test_own_words_are_not_traced_to_a_letter(page: Page, actor: Actor, case: Case) -> None:
    cases.store_draft(actor, cases.find(actor, cases.Verb.CASE_EDIT, case.pk), {"note": "She has microcephaly."}, 1)
    open_case(page, case)
    insert(page, add(page))
    page.locator("[data-walk] mark", has_text="microcephaly").click()
    page.keyboard.press("Enter")
    expect(page.locator("[data-findings] li")).to_have_count(1)
    expect(page.locator("[data-findings] .from")).to_have_count(0)


def test_every_edit_keeps_only_what_the_letter_says(page: Page, case: Case) -> None:
    """Two thousand random edits: each stretch that is left equals its letter."""
    open_case(page, case)
    wrong = page.evaluate(
        """async (source) => {
          const { withNote, withLetter, count } = await import(source);
          const [one, two] = ["aab ab\\u{1f476}a bba", "ab aab"];
          let seed = 7;
          const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
          const letter = `${one}\n\n${two}`;
          const parts = [{ offset: 0, page: 1, text: one }, { offset: 14, page: 2, text: two }];
          const characters = [...letter];
          let failures = 0, cut = 0;
          for (let round = 0; round < 200; round += 1) {
            let content = withLetter({ note: "own\\u{1f476}" }, "x", parts);
            for (let edit = 0; edit < 10; edit += 1) {
              const note = [...content.note];
              const at = random(note.length + 1);
              note.splice(at, random(4), ...["a", "ab", "", "\\u{1f476}b", " "][random(5)]);
              content = withNote(content, note.join(""));
              const now = [...content.note];
              let last = 0;
              for (const one of content.letters) {
                const mine = now.slice(one.note_start, one.note_end).join("");
                const theirs = characters.slice(one.offset, one.offset + one.note_end - one.note_start).join("");
                if (mine !== theirs || one.note_start < last || one.note_end > count(content.note)) failures += 1;
                last = one.note_end;
                cut += 1;
              }
            }
          }
          return { failures, cut };
        }""",
        "/static/clew/case/ranges.js",
    )
    assert wrong["failures"] == 0
    assert wrong["cut"] > 2000


def test_a_letter_that_cannot_be_read_says_why_and_is_tried_again(page: Page, case: Case) -> None:
    open_case(page, case)
    made = add(page, "LETTER.pdf", papers.pdf()[:300])
    row = page.locator(f"[data-letter='{made.pk}']")
    expect(row).to_contain_text("Not read")
    expect(row).to_contain_text("document.damaged")
    page.click(f"#let-t-{made.pk}")
    expect(row).to_have_attribute("data-state", "reading")
    read_all()
    expect(row).to_have_attribute("data-state", "failed")


def test_a_queue_that_does_not_answer_is_said_and_the_letter_waits(page: Page, case: Case) -> None:
    open_case(page, case)
    drop(page, "LETTER.pdf", papers.pdf())
    row = page.locator("[data-letter-rows] li")
    expect(row).to_contain_text("the queue does not answer")
    expect(row.get_by_role("button", name="Try again")).to_be_visible()


def test_a_file_that_never_reached_the_server_stays_in_the_page(page: Page, case: Case) -> None:
    open_case(page, case)
    page.context.set_offline(True)
    drop(page, "LETTER.pdf", papers.pdf())
    expect(page.locator("[data-letter-sending]")).to_contain_text("LETTER.pdf was not sent")
    page.context.set_offline(False)
    page.locator("[data-letter-sending]").get_by_role("button", name="Try now").click()
    expect(page.locator("[data-letter-rows] li")).to_have_count(1)
    expect(page.locator("[data-letter-sending] > *")).to_have_count(0)


def test_a_session_that_ended_loses_neither_the_file_nor_the_inserted_words(page: Page, case: Case, user: User) -> None:
    from django.conf import settings

    from tests.browser.steps import sign_in

    open_case(page, case)
    made = add(page)
    page.context.route("**/draft/", lambda route: route.abort())
    insert(page, made)  # the words are here, and not yet on the server
    page.wait_for_load_state("networkidle")  # each answer would bring the session back
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.context.unroute("**/draft/")
    drop(page, "b.txt", b"She has seizures.", "text/plain")
    expect(page.locator("[data-letter-sending]")).to_contain_text("You are signed out")
    sign_in(page.context, user, page.url.split("/cases/")[0])
    page.locator("[data-letter-sending]").get_by_role("button", name="Try now").click()
    expect(page.locator("[data-letter-rows] > ul > li")).to_have_count(2)
    kept(page)
    assert len(stored(case).letters) == 2


@pytest.mark.parametrize(("size", "words"), [(0, "is empty"), (20 * 1024 * 1024 + 1, "larger than 20 MB")])
def test_an_empty_or_huge_file_is_refused_before_it_travels(page: Page, case: Case, size: int, words: str) -> None:
    open_case(page, case)
    page.evaluate(
        """(size) => {
          const input = document.querySelector("#letter-file"), transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(size)], "LETTER.pdf"));
          input.files = transfer.files;
          input.dispatchEvent(new Event("change"));
        }""",
        size,
    )
    expect(page.locator("[data-letter-sending]")).to_contain_text(words)
    page.locator("[data-letter-sending]").get_by_role("button", name="Do not add LETTER.pdf").click()
    expect(page.locator("[data-letter-sending] > *")).to_have_count(0)


def test_two_people_insert_and_type_and_both_texts_are_kept(
    open_as: Callable[..., Page], user: User, case: Case, clinic: Clinic, actor: Actor, make_user: Any
) -> None:
    from diagnosis_app.accounts.models import Role

    colleague = make_user("colleague", clinic.team, Role.CLINICIAN)
    mine, theirs = open_as(user), open_as(colleague)
    open_case(mine, case)
    made = add(mine)
    open_case(theirs, case)
    insert(mine, made)
    kept(mine)
    theirs.click("[data-edit]")
    theirs.locator("#note").fill("Written by a colleague.")
    expect(theirs.locator("#take-theirs")).to_be_visible()
    theirs.click("#take-theirs")
    theirs.click("[data-done]")
    expect(theirs.locator(".clin .lt")).to_have_count(2)
    kept(theirs)
    assert len(stored(case).letters) == 2


def test_a_version_shows_where_its_findings_were_read(page: Page, actor: Actor, case: Case) -> None:
    open_case(page, case)
    insert(page, add(page))
    page.locator("[data-walk] mark", has_text="turricephaly").click()
    page.keyboard.press("Enter")
    kept(page)
    cases.save_version(actor, cases.find(actor, cases.Verb.CASE_SAVE, case.pk))
    page.goto(f"/cases/{case.pk}/history/1/")
    expect(page.locator(".fl .from")).to_have_text("from LETTER.pdf, page 2")
    expect(page.locator(".clin .lt")).to_have_count(2)
    page.locator(".fl .from").click()
    expect(page.locator("mark#at")).to_have_text("turricephaly")


def test_a_letter_is_added_by_the_keyboard(page: Page, case: Case) -> None:
    open_case(page, case)
    page.locator("h1").click()
    page.keyboard.press("l")  # opens the browser's own window for files, which belongs to no page
    expect(page.get_by_role("button", name="Add a letter")).to_be_focused()
    page.set_input_files("#letter-file", {"name": "b.txt", "mimeType": "text/plain", "buffer": b"She has seizures."})
    expect(page.locator("[data-letter-rows] li")).to_contain_text("b.txt")
    read_all()
    made = Attachment.objects.get()
    button = page.locator(f"#let-i-{made.pk}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".clin .lt")).to_have_text(["b.txt"])
    kept(page)
    assert Draft.objects.get(case=case).content["letters"][0]["page"] is None


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs tesseract for a picture of a letter")
def test_a_picture_of_a_letter_is_read_where_ocr_is_installed(page: Page, case: Case) -> None:
    page.set_viewport_size({"width": 1240, "height": 600})
    page.goto("/healthz")
    page.evaluate(
        """words => {
          const text = document.createElement("p");
          text.style.cssText = "font: 40px serif; margin: 60px; background: white; color: black";
          text.textContent = words;
          document.body.replaceChildren(text);
        }""",
        "On examination there is microcephaly, and she has seizures.",
    )
    picture = page.screenshot()
    open_case(page, case)
    made = add(page, "scan.png", picture)
    insert(page, made)
    page.locator("[data-walk] mark", has_text="microcephaly").click()
    page.keyboard.press("Enter")
    expect(page.locator("[data-findings] .from")).to_contain_text("from scan.png")
