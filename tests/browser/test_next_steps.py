"""Questions are answered by keyboard under the live list, and two candidates are compared in place."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from diagnosis_app.cases.models import Case
from tests.browser.steps import kept, open_case, stored, until


def leading(page: Page) -> list[tuple[str, str]]:
    """Names and scores of the candidates shown."""
    return [
        (one.locator(".open").inner_text(), one.locator(".standing b").inner_text())
        for one in page.locator(".cand").all()
    ]


def asked(page: Page) -> list[str]:
    return page.locator("[data-question]").evaluate_all("all => all.map(one => one.dataset.question)")


def statuses(case: Case) -> dict[str, str]:
    return {entry.term: str(entry.status) for entry in stored(case).findings}


def test_a_question_is_answered_by_keyboard_the_list_moves_and_undo_takes_it_back(
    page: Page, ranked_case: Case
) -> None:
    open_case(page, ranked_case)
    before, questions = leading(page), asked(page)
    page.keyboard.press("q")
    expect(page.locator(f"[id='next-{questions[0]}-p']")).to_be_focused()
    page.keyboard.press("y")
    kept(page)
    assert statuses(ranked_case)[questions[0]] == "present"
    assert leading(page) != before
    assert questions[0] not in asked(page)
    expect(page.locator("[data-question] [data-reply=present]").first).to_be_focused()  # on to the next question
    page.keyboard.press("Control+z")
    kept(page)
    assert questions[0] not in statuses(ranked_case)
    assert leading(page) == before
    assert asked(page) == questions


def test_no_and_not_examined_have_a_key_too(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    first, second = asked(page)[:2]
    page.keyboard.press("q")
    page.keyboard.press("x")
    until(page, f"() => !document.querySelector('[data-question=\"{first}\"]')")
    assert first not in statuses(ranked_case)
    expect(page.locator("[data-next]")).to_contain_text("1 question was set aside as not examined.")
    page.locator(f"[id='next-{second}-a']").focus()
    page.keyboard.press("n")  # elsewhere N goes to the note
    kept(page)
    assert statuses(ranked_case)[second] == "excluded"
    assert first not in asked(page)  # still set aside after the list was made anew
    page.locator("[data-again]").click()
    expect(page.locator("[data-next]")).not_to_contain_text("set aside")


def test_an_answer_by_mouse_does_what_was_said_of_it(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    question = page.locator("[data-question]").first
    question.locator(".next-all summary").click()
    row = question.locator("tbody tr").first
    name, promised = row.locator("th").inner_text(), row.locator("td").nth(3).inner_text()
    score = dict(leading(page))[name]
    question.locator("[data-reply=excluded]").click()
    kept(page)
    after = dict(leading(page))
    moved = float(after[name].replace("\u2212", "-")) - float(score.replace("\u2212", "-"))
    assert abs(moved - float(promised.replace("\u2212", "-"))) < 0.11  # three rounded numbers


def test_single_keys_switched_off_answer_nothing(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("?")
    page.get_by_label("Commands by a single key").uncheck()
    first = asked(page)[0]
    page.locator(f"[id='next-{first}-p']").focus()
    page.keyboard.press("y")
    page.wait_for_timeout(200)
    assert first not in statuses(ranked_case)
    page.keyboard.press("Enter")
    kept(page)
    assert statuses(ranked_case)[first] == "present"


def test_an_opened_candidate_is_compared_with_another_one_that_stays_chosen(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    section = page.locator(".cand.opened .sep")
    expect(section).to_contain_text("What separates it from")
    choice = section.locator("select")
    third = choice.locator("option").nth(1).get_attribute("value")
    assert third is not None
    choice.focus()
    choice.select_option(third)
    expect(section.locator("select")).to_have_value(third)
    expect(section.locator("select")).to_be_focused()
    page.keyboard.press("Control+Home")
    page.locator("[data-question] [data-reply=excluded]").first.click()
    kept(page)
    expect(page.locator(".cand.opened .sep select")).to_have_value(third)
