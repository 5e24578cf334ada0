"""How a run came out, and what was answered, in the words of its report."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.runs.models import Outcome, Run, State
from diagnosis_app.runs.narration import reason
from frontend.tags import exactly


def outcome_words(run: Run) -> str:
    """Ranked, Partial, Not enough to rank; of a run under way, where it is."""
    if run.state != State.ENDED:
        return {
            State.QUEUED: _("Not started yet"),
            State.WAITING: _("Under way, waiting for an answer"),
        }.get(State(run.state), _("Under way"))
    count = run.candidates.count()
    listed = ngettext("%(n)s candidate kept", "%(n)s candidates kept", count) % {"n": count}
    words = {
        Outcome.RANKED: _("Ranked, %(listed)s") % {"listed": listed},
        Outcome.PARTIAL: _("Partial, %(listed)s") % {"listed": listed},
        Outcome.INSUFFICIENT: _("Not enough to rank"),
        Outcome.FAILED: _("Failed"),
        Outcome.CANCELLED: _("Cancelled, %(listed)s") % {"listed": listed} if count else _("Cancelled"),
    }
    return words.get(Outcome(run.outcome), run.outcome) if run.outcome else _("Ended")


def reasons_of(run: Run) -> Iterator[str]:
    """Why it came out so, and what is not here for that reason."""
    if run.state != State.ENDED:
        yield _("The investigation has not ended. There is no list yet, and no earlier one is shown in its place.")
        return
    if run.outcome == Outcome.FAILED:
        yield str(run.error.get("message") or _("The investigation could not be finished."))
        if run.error.get("hint"):
            yield str(run.error["hint"])
        yield _("No list is shown, and no earlier one in its place. Code: %(code)s.") % {
            "code": run.error.get("code") or _("none")
        }
    if run.outcome == Outcome.CANCELLED:
        yield (
            _("Cancelled at %(at)s.") % {"at": exactly(run.ended_at)}
            + " "
            + (
                _("What was ranked until then is listed. Statements that had not been checked are not shown.")
                if run.candidates.exists()
                else _("Nothing had been ranked.")
            )
        )
    yield from (reason(str(code)) for code in run.reasons)
