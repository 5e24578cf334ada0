"""An hour at the workspace, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from tests.browser.steps import FINDINGS, kept, open_case, stored
from tests.people import Clinic


def statuses(case: Case) -> dict[str, str]:
    return {entry.label: str(entry.status) for entry in stored(case).findings}


def test_nothing_of_the_note_is_a_finding_until_it_is_accepted(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    assert page.locator("mark.m-new").count() >= 15
    expect(page.locator("[data-count]")).to_have_text("0")
    assert stored(example_case).findings == ()


def test_mentions_are_walked_and_decided_by_keys(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    page.keyboard.press("n")
    expect(page.locator("[data-walk-name]")).to_have_text("Turricephaly")
    page.keyboard.press("Enter")  # as read, and on to the next proposal
    expect(page.locator("[data-walk-name]")).to_have_text("Flat occiput")
    page.keyboard.press("a")
    expect(page.locator("[data-walk-name]")).to_have_text("Bicoronal synostosis")
    page.keyboard.press("x")
    expect(page.locator("[data-walk-name]")).to_have_text("Proptosis")
    page.keyboard.press("u")
    kept(page)
    expect(page.locator("mark[aria-current]")).to_be_focused()  # a new list took nothing away
    page.keyboard.press("Home")
    page.keyboard.press("r")  # a decided mention is changed, and stays under the keys
    expect(page.locator("[data-walk-name]")).to_have_text("Turricephaly")
    kept(page)
    assert statuses(example_case) == {
        "Turricephaly": "family",
        "Flat occiput": "excluded",
        "Proptosis": "uncertain",
    }
    assert [one.quote for one in stored(example_case).dropped] == ["bicoronal synostosis"]


def test_a_dropped_mention_is_not_offered_again_after_a_reload(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    before = page.locator("mark.m-new").count()
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    kept(page)
    open_case(page, example_case)
    assert page.locator("mark.m-new").count() == before - 1
    assert [one.quote for one in stored(example_case).dropped] == ["Turricephaly"]


def test_one_key_accepts_all_that_remains_as_it_was_read(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    page.keyboard.press("n")
    page.keyboard.press("Shift+Enter")
    kept(page)
    found = statuses(example_case)
    assert found["Turricephaly"] == "present"
    assert found["Seizure"] == "excluded"
    assert found["Hearing impairment"] == "uncertain"
    assert found["Craniosynostosis"] == "family"
    expect(page.locator("[data-accept-all]")).to_be_hidden()


def test_a_finding_is_added_from_its_synonym_and_the_list_changes(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("f")
    page.keyboard.type("great big toe")
    page.keyboard.press("Control+a")
    page.keyboard.type("wide-set eyes")
    option = page.locator("#opts [role=option]").first
    expect(option).to_contain_text("Hypertelorism")
    expect(option).to_contain_text("also called")
    expect(page.locator("[data-about]")).to_contain_text("Described in")
    page.keyboard.press("Enter")
    expect(page.locator("[data-moved-words]")).to_contain_text("Hypertelorism added as present")
    kept(page)
    assert statuses(ranked_case)["Hypertelorism"] == "present"
    expect(page.locator("#add")).to_be_focused()
    expect(page.locator("#add")).to_have_value("")


def test_shift_enter_adds_it_as_absent_and_says_when_it_is_there_already(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("f")
    page.keyboard.type("cleft palate")
    expect(page.locator("#opts [role=option]").first).to_contain_text("Cleft palate")
    page.keyboard.press("Shift+Enter")
    kept(page)
    assert statuses(ranked_case)["Cleft palate"] == "excluded"
    page.keyboard.type("cleft palate")
    expect(page.locator("#opts [role=option]").first).to_contain_text("already absent")


def test_words_without_a_term_are_kept_as_an_unmapped_phrase(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("f")
    page.keyboard.type("qxzjw vvkq")
    expect(page.locator("#opts [role=option]")).to_contain_text("Keep")
    page.keyboard.press("Enter")
    kept(page)
    assert "qxzjw vvkq" in stored(ranked_case).unmapped
    expect(page.locator("[data-tray]")).to_contain_text("qxzjw vvkq")


def test_undo_takes_back_the_last_change_and_redo_does_it_again(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.locator("li[data-name=Proptosis] [data-act=remove]").click()
    kept(page)
    assert "Proptosis" not in statuses(ranked_case)
    page.keyboard.press("Control+z")
    kept(page)
    assert statuses(ranked_case)["Proptosis"] == "present"
    page.keyboard.press("Control+Shift+z")
    kept(page)
    assert "Proptosis" not in statuses(ranked_case)


def test_a_candidate_opens_in_place_and_an_unasked_finding_is_answered_there(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    body = page.locator(".cand.opened .body")
    for title in ("Explains", "Does not explain", "Against", "Expected, not yet asked"):
        expect(body).to_contain_text(title)
    assert page.locator(".cand.opened .links a").first.get_attribute("href").startswith("https://omim.org/entry/")
    answer = body.locator("[data-answer=present]").first
    name = answer.get_attribute("data-name")
    answer.click()
    kept(page)
    assert statuses(ranked_case)[name] == "present"
    expect(page.locator(".cand.opened .body")).to_be_visible()  # what was open stays open


def test_every_outside_link_opens_apart_and_tells_nothing_about_where_it_came_from(
    page: Page, ranked_case: Case
) -> None:
    open_case(page, ranked_case)
    page.locator(".cand .open").first.click()
    page.wait_for_selector(".cand.opened .body .quad")
    links = page.locator("main a[href^=http]").evaluate_all("all => all.map(a => [a.href, a.rel, a.target])")
    assert len(links) > 20
    assert all("noopener" in rel and "noreferrer" in rel and target == "_blank" for _href, rel, target in links)


def test_an_age_is_taken_as_people_write_it_and_a_wrong_one_stays_with_its_reason(
    page: Page, ranked_case: Case
) -> None:
    open_case(page, ranked_case)
    page.locator("#age").fill("3y 6m")
    page.locator("#age").press("Tab")
    kept(page)
    assert stored(ranked_case).age == "P3Y6M"
    page.locator("#age").fill("quite old")
    page.locator("#age").press("Tab")
    expect(page.locator("#age-problem")).to_contain_text("This is not an age")
    expect(page.locator("#age")).to_have_value("quite old")
    assert stored(ranked_case).age == "P3Y6M"


def test_the_text_is_edited_and_read_again(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    page.keyboard.press("e")
    expect(page.locator("#note")).to_be_focused()
    page.locator("#note").fill("A boy with ataxia. No seizures.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("mark.m-p")).to_contain_text("ataxia")
    expect(page.locator("mark.m-a")).to_contain_text("seizures")
    kept(page)
    assert stored(example_case).note == "A boy with ataxia. No seizures."


def test_a_control_character_is_explained_while_the_text_stays_in_the_field(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    page.keyboard.press("e")
    page.evaluate(
        """() => { const note = document.getElementById('note'); note.value = 'Ataxia\\u0007 since birth';
        note.dispatchEvent(new Event('input', {bubbles: true})); }"""
    )
    expect(page.locator("#note-problem")).to_contain_text("invisible control character")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert "\u0007" in page.locator("#note").input_value()  # unsent, and still there
    page.locator("#note-problem button").click()
    kept(page)
    assert stored(example_case).note == "Ataxia since birth"


def test_a_hint_is_mended_with_one_click(page: Page, open_as: Callable[..., Page], ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("f")
    page.keyboard.type("HP:0001250")
    expect(page.locator("#opts [role=option]").first).to_contain_text("Seizure")
    page.keyboard.press("Enter")
    row = page.locator("li[data-name=Seizure]")
    expect(row).to_contain_text("Too general")
    remedy = row.locator(".hint button").first
    narrower = remedy.text_content()
    remedy.click()
    kept(page)
    found = statuses(ranked_case)
    assert narrower in found
    assert "Seizure" not in found


def test_the_keyboard_is_never_taken_away_by_a_new_list(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    select = page.locator("li[data-name=Proptosis] select")
    select.focus()
    select.select_option("excluded")
    kept(page)
    expect(page.locator("li[data-name=Proptosis] select")).to_be_focused()


def test_question_mark_shows_the_keys_in_the_page(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    expect(page.locator("#keys dl")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()


def test_after_writing_the_keys_are_on_the_first_mention(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(" Strabismus.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("mark").first).to_be_focused()
    page.keyboard.press("Enter")
    kept(page)
    assert statuses(example_case) == {"Turricephaly": "present"}


def test_answers_are_given_one_after_the_other(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    first = page.locator("[data-answer=excluded]").first
    first.focus()
    term = first.get_attribute("data-term")
    page.keyboard.press("Enter")
    kept(page)
    assert [one.term for one in stored(ranked_case).findings if one.term == term]
    focused = page.evaluate("[document.activeElement.dataset.answer, document.activeElement.dataset.term]")
    assert focused[0] == "excluded" and focused[1] != term


def test_the_first_list_is_named_as_such(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    page.keyboard.press("n")
    page.keyboard.press("Shift+Enter")
    words = page.locator("[data-moved-words]")
    expect(words).to_contain_text("This is the first list: ")
    expect(words).to_contain_text(page.locator(".cand .open").first.inner_text() + " leads")
    page.keyboard.press("Control+z")
    expect(words).to_contain_text("Too little is left for a list.")


def test_the_list_does_not_move_when_it_is_ranked_again(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    expect(page.locator("[data-steady]")).to_contain_text("teady:")
    before = page.locator(".cand").first.bounding_box()
    page.keyboard.press("f")
    page.keyboard.type("cleft palate")
    page.wait_for_selector("#opts [role=option]")
    page.keyboard.press("Shift+Enter")
    kept(page)
    expect(page.locator("[data-moved-words]")).to_contain_text("Cleft palate added as absent")
    after = page.locator(".cand").first.bounding_box()
    assert before is not None and after is not None and before["y"] == after["y"]


def test_the_list_of_keys_is_left_as_it_was_entered(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("d")
    opener = page.locator(".cand .open").first
    expect(opener).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys dl")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_case_without_a_note_says_so(page: Page, actor: Actor, clinic: Clinic, snapshot: object) -> None:
    case = actions.create_case(actor, clinic.team.pk, read_content({"findings": FINDINGS[3:5]}))
    open_case(page, case)
    expect(page.get_by_text("No note. Paste or write one")).to_be_visible()
    expect(page.locator("[data-strip]")).to_be_hidden()


def test_a_line_in_a_script_from_right_to_left_runs_that_way(page: Page, example_case: Case) -> None:
    open_case(page, example_case)
    assert page.locator("[data-walk]").evaluate("(one) => getComputedStyle(one).unicodeBidi") == "plaintext"
    assert page.locator("#note").get_attribute("dir") == "auto"


def test_single_keys_can_be_switched_off(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("?")
    page.get_by_label("Commands by a single key").uncheck()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("e")
    expect(page.locator("#keys dl")).to_be_hidden()
    expect(page.locator("#note")).to_be_hidden()
    page.locator("#keys summary").click()
    page.get_by_label("Commands by a single key").check()
    page.locator("h1").first.click()
    page.keyboard.press("e")
    expect(page.locator("#note")).to_be_visible()
