"""Reload, lost connection, expired session, two people at once: what was typed survives them all."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from diagnosis_app.accounts.models import Role, User
from diagnosis_app.accounts.policy import actor_for
from diagnosis_app.cases import actions
from diagnosis_app.cases.models import Case
from tests.browser.steps import kept, open_case, sign_in, stored
from tests.people import Clinic


def add(page: Page, words: str, label: str) -> None:
    page.locator("#add").fill(words)
    expect(page.locator("#opts [role=option]").first).to_contain_text(label)
    page.keyboard.press("Enter")


def cut(page: Page) -> None:
    """Changes no longer reach the server; the search still does."""
    page.context.route("**/draft/", lambda route: route.abort())


def mend(page: Page) -> None:
    page.context.unroute("**/draft/")


def test_a_lost_connection_is_said_and_the_change_arrives_when_it_returns(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    cut(page)
    add(page, "wide-set eyes", "Hypertelorism")
    expect(page.locator("[data-alarm]")).to_contain_text("Not saved since")
    expect(page.locator("[data-alarm]")).to_contain_text("Next try in")
    assert "Hypertelorism" not in [entry.label for entry in stored(ranked_case).findings]
    mend(page)
    page.locator("#try-now").click()
    kept(page)
    assert "Hypertelorism" in [entry.label for entry in stored(ranked_case).findings]
    expect(page.locator("[data-alarm]")).to_contain_text("Connected again")


def test_what_was_typed_offline_is_replayed_after_a_reload(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    cut(page)
    page.keyboard.press("e")
    page.locator("#note").fill("A new sentence about this girl.")
    expect(page.locator("[data-alarm]")).to_contain_text("Not saved since")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-walk]")).to_contain_text("A new sentence about this girl.")
    mend(page)
    page.locator("#try-now").click()
    kept(page)
    assert stored(ranked_case).note == "A new sentence about this girl."


def test_the_page_itself_closed_and_opened_again_still_has_it(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    cut(page)
    add(page, "wide-set eyes", "Hypertelorism")
    expect(page.locator("[data-alarm]")).to_contain_text("Not saved")
    context = page.context
    page.close()
    context.unroute("**/draft/")
    again = context.new_page()
    open_case(again, ranked_case)
    kept(again)
    assert "Hypertelorism" in [entry.label for entry in stored(ranked_case).findings]


def test_an_answer_that_was_lost_on_the_way_is_no_conflict(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.context.route("**/draft/", lose_the_answer)
    add(page, "wide-set eyes", "Hypertelorism")
    expect(page.locator("[data-alarm]")).to_contain_text("Not saved since")
    mend(page)
    page.locator("#try-now").click()
    kept(page)
    expect(page.locator("[data-alarm]")).not_to_contain_text("changed this case")


def test_an_expired_session_asks_to_sign_in_elsewhere_and_then_goes_on(
    page: Page, ranked_case: Case, user: User, live_server: object
) -> None:
    open_case(page, ranked_case)
    Session.objects.all().delete()
    page.locator("#age").fill("2y")
    page.locator("#age").press("Tab")
    expect(page.locator("[data-alarm]")).to_contain_text("You are signed out")
    link = page.locator("#sign-in-again")
    assert link.get_attribute("target") == "_blank"
    sign_in(page.context, user, live_server.url)  # as the other tab would
    page.locator("#try-now").click()
    kept(page)
    assert stored(ranked_case).age == "P2Y"


def test_signed_out_and_back_through_the_form_the_unsent_text_is_sent(
    page: Page, ranked_case: Case, user: User, live_server: object
) -> None:
    open_case(page, ranked_case)
    Session.objects.all().delete()
    page.keyboard.press("e")
    page.locator("#note").fill("Typed while nobody was signed in.")
    expect(page.locator("[data-alarm]")).to_contain_text("You are signed out")
    page.goto(f"/cases/{ranked_case.pk}/")
    assert "/signin/" in page.url
    sign_in(page.context, user, live_server.url)
    open_case(page, ranked_case)
    kept(page)
    assert stored(ranked_case).note == "Typed while nobody was signed in."


def test_another_person_in_the_same_browser_does_not_send_it_in_their_name(
    page: Page, ranked_case: Case, clinic: Clinic, make_user: Callable[..., User], live_server: object
) -> None:
    open_case(page, ranked_case)
    colleague = make_user("colleague", clinic.team, Role.CLINICIAN)
    sign_in(page.context, colleague, live_server.url)
    page.locator("#age").fill("2y")
    page.locator("#age").press("Tab")
    expect(page.locator("[data-alarm]")).to_contain_text("Somebody else has signed in")
    assert stored(ranked_case).age == "P14M"


def test_two_people_at_once_both_texts_are_kept_until_one_chooses(
    page: Page, ranked_case: Case, clinic: Clinic, make_user: Callable[..., User]
) -> None:
    open_case(page, ranked_case)
    colleague = make_user("second-reader", clinic.team, Role.CLINICIAN)
    theirs = actor_for(colleague, "page")
    case = actions.read_case(theirs, ranked_case.pk)
    content = actions.content_of(case.draft).model_copy(update={"note": "Their note."})
    actions.store_draft(theirs, case, content, case.draft.revision)

    page.locator("#age").fill("5y")
    page.locator("#age").press("Tab")
    alarm = page.locator("[data-alarm]")
    expect(alarm).to_contain_text("Second Reader changed this case")
    expect(alarm).to_contain_text("Age set to 5 years")
    assert stored(ranked_case).note == "Their note."
    page.locator("#keep-mine").click()
    kept(page)
    assert stored(ranked_case).age == "P5Y"
    versions = [actions.content_of(version).note for version in ranked_case.versions.all()]
    assert versions == ["Their note."]  # theirs is in the history


def test_taking_theirs_can_be_undone(
    page: Page, ranked_case: Case, clinic: Clinic, make_user: Callable[..., User]
) -> None:
    open_case(page, ranked_case)
    colleague = make_user("second-reader", clinic.team, Role.CLINICIAN)
    theirs = actor_for(colleague, "page")
    case = actions.read_case(theirs, ranked_case.pk)
    content = actions.content_of(case.draft).model_copy(update={"age": "P9Y"})
    actions.store_draft(theirs, case, content, case.draft.revision)

    page.locator("#sex").select_option("male")
    page.locator("#take-theirs").click()
    kept(page)
    assert (stored(ranked_case).age, stored(ranked_case).sex) == ("P9Y", "female")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    kept(page)
    assert (stored(ranked_case).age, stored(ranked_case).sex) == ("P14M", "male")


def test_signing_out_asks_about_unsent_text_and_then_leaves_nothing_behind(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    cut(page)
    page.locator("#age").fill("2y")
    page.locator("#age").press("Tab")
    expect(page.locator("[data-alarm]")).to_contain_text("Not saved")
    page.locator("[data-sign-out] button").click()
    expect(page.locator("[data-messages]")).to_contain_text("not sent yet")
    page.locator("[data-sign-out] button").click()
    page.wait_for_url("**/signin/**")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('clew:'))") == []


def test_words_in_a_single_field_survive_a_reload_too(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.locator("#add").fill("broad thu")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#add")).to_have_value("broad thu")
