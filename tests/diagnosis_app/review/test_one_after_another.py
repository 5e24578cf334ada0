"""What is given, asked, committed and kept of one case comes one after another, and finds the case as it is then."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import ClinicError, Hidden
from diagnosis_app.review import citations, keeping, second, verdicts
from diagnosis_app.review.models import SecondReading, Verdict
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.review.judging import CROUZON, MARFAN, PFEIFFER, acting, asked_second, source_of

KEY = source_of(PFEIFFER)
Write = Callable[[Actor, Run], object]
WRITES: dict[str, Write] = {
    "give": lambda actor, run: verdicts.give(actor, run, CROUZON, "plausible"),
    "give another": lambda actor, run: verdicts.give_another(actor, run, MARFAN, "plausible"),
    "take back": lambda actor, run: verdicts.take_back(actor, run, PFEIFFER),
    "mark": lambda actor, run: citations.mark(actor, run, PFEIFFER, KEY, "other"),
    "unmark": lambda actor, run: citations.unmark(actor, run, PFEIFFER, KEY),
    "ask": lambda actor, run: second.ask(actor, run, "bo-second"),
    "recall": lambda actor, run: second.recall(actor, run, "bo-second"),
    "decline": lambda actor, run: second.decline(actor, run),
    "commit": lambda actor, run: second.commit(actor, run),
    "keep": lambda actor, run: keeping.keep(
        actor, run, PFEIFFER, gene="", consent="patient", reference="form 7", shown=""
    ),
}
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


@pytest.mark.django_db
@every_write
@pytest.mark.parametrize("purged", [False, True], ids=["binned", "purged"])
def test_a_case_that_went_meanwhile_is_not_found(
    actor: Actor, run: Run, case: Case, bo: User, write: Write, purged: bool
) -> None:
    asked_second(actor, run, bo)
    citations.mark(actor, run, PFEIFFER, KEY, "other")
    as_it_was = Run.objects.select_related("case", "version").get(pk=run.pk)
    Case.objects.filter(pk=case.pk).update(deleted_at=timezone.now())
    if purged:
        binned = Case.objects.get(pk=case.pk)
        cases.purge_case(actor, binned, confirmed=binned.reference)
    with pytest.raises(Hidden):
        write(actor, as_it_was)


@pytest.mark.django_db(transaction=True)
@every_write
def test_each_waits_until_the_one_before_is_done(actor: Actor, run: Run, bo: User, write: Write) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer anyway: CLEW_TEST_DATABASE=postgres")
    done = threading.Event()

    def second_one() -> None:
        try:
            write(actor, Run.objects.select_related("case", "version").get(pk=run.pk))
        except ClinicError:
            pass
        finally:
            done.set()
            connection.close()

    verdicts.give(actor, run, PFEIFFER, "confirmed")
    thread = threading.Thread(target=second_one)
    with transaction.atomic():
        verdicts.hold(run)
        thread.start()
        assert not done.wait(0.4), "it does not go on beside the one that holds the case"
    assert done.wait(10)
    thread.join()


@pytest.mark.django_db
def test_only_the_rows_themselves_are_locked(actor: Actor, run: Run, bo: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks no rows: CLEW_TEST_DATABASE=postgres")
    asked_second(actor, run, bo)
    citations.mark(actor, run, PFEIFFER, KEY, "other")
    with CaptureQueriesContext(connection) as asked:
        citations.unmark(actor, run, PFEIFFER, KEY)
        second.recall(actor, run, bo.username)
    locks = [one["sql"] for one in asked.captured_queries if " FOR " in one["sql"] and "UPDATE" in one["sql"]]
    assert len(locks) == 4 and all("FOR NO KEY UPDATE" in sql for sql in locks)
    joined = [sql.split("FOR NO KEY UPDATE")[1] for sql in locks if " JOIN " in sql]
    assert joined == [' OF "review_wrongcitation"', ' OF "review_secondreading"']


@pytest.mark.django_db
def test_what_a_declined_reading_is_given_late_is_not_given(actor: Actor, run: Run, bo: User) -> None:
    """The tab of a reader who declined in another one: what it holds would be open at once."""
    asked_second(actor, run, bo)
    reading = str(SecondReading.objects.get().pk)
    verdicts.give(acting(bo), run, CROUZON, "plausible", reading=reading)
    second.decline(acting(bo), run)
    for late in (
        lambda: verdicts.give(acting(bo), run, CROUZON, "plausible", reading=reading),
        lambda: verdicts.give_another(acting(bo), run, MARFAN, "plausible", reading=reading),
        lambda: verdicts.take_back(acting(bo), run, CROUZON, reading=reading),
        lambda: citations.mark(acting(bo), run, PFEIFFER, KEY, "other", reading=reading),
    ):
        with pytest.raises(ClinicError) as refused:
            late()
        assert (refused.value.code, refused.value.status) == ("review.no_longer_open", 409) and refused.value.hint
    assert [one.reader_id for one in Verdict.objects.all()] == [actor.user_id]
    verdicts.give(acting(bo), run, CROUZON, "plausible")


@pytest.mark.django_db
def test_returning_to_a_version_locks_the_case_before_the_trail(actor: Actor, run: Run) -> None:
    """As whoever gives a verdict does: in the other order the two could wait for each other."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks no rows: CLEW_TEST_DATABASE=postgres")
    case = cases.find(actor, Verb.CASE_SAVE, run.case_id)
    cases.store_draft(actor, case, cases.content_of(case.draft).model_copy(update={"note": "More."}), 1)
    with CaptureQueriesContext(connection) as asked:
        cases.return_to(actor, case, 1)
    told = [one["sql"] for one in asked.captured_queries]
    locked = next(i for i, sql in enumerate(told) if 'FROM "cases_case"' in sql and "FOR NO KEY UPDATE" in sql)
    assert locked < next(i for i, sql in enumerate(told) if "pg_advisory_xact_lock" in sql)
