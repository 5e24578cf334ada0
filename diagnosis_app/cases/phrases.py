"""What the scripts of the workspace say, translated here because scripts are not."""

from __future__ import annotations

from django.utils.translation import gettext as _


def phrases() -> dict[str, str]:
    """Keys are used by static/clew/case/*.js; {name} is filled in there."""
    return {
        "present": _("present"),
        "excluded": _("absent"),
        "uncertain": _("uncertain"),
        "family": _("in a relative"),
        "proposed": _("proposed, not yet accepted"),
        "accepted": _("accepted"),
        "dropped": _("dropped"),
        "said": _("{name}: {status}"),
        "place": _("{at} of {all}"),
        "left_one": _("1 proposal to decide"),
        "left": _("{n} proposals to decide"),
        "left_none": _("Every mention is decided"),
        "no_mentions": _("No findings recognised in this text"),
        "accepted_all": _("{n} mentions accepted as read"),
        "saving": _("Keeping …"),
        "not_saved": _("Not saved on the server"),
        "offline": _("Not saved since {at}."),
        "offline_more": _("What you type is kept in this page and sent as soon as the server answers."),
        "offline_unsafe": _("This browser keeps nothing between pages, so leave this page open."),
        "try_now": _("Try now"),
        "next_try": _("Next try in {n} s."),
        "trying": _("Trying …"),
        "sent_again": _("Connected again. Everything is kept on the server."),
        "replayed": _("Text that had not reached the server was kept in this browser and is now sent."),
        "expired": _("You are signed out."),
        "expired_more": _("What you typed is kept. Sign in, and it is sent at once."),
        "sign_in": _("Sign in in a new tab"),
        "other_person": _("Somebody else has signed in with this browser. Sign in as yourself to send what you typed."),
        "refused": _("Not kept:"),
        "conflict": _("{by} changed this case at {at}."),
        "conflict_more": _("Both are kept until you choose. In yours, compared with theirs:"),
        "conflict_same": _("the words differ, the findings do not"),
        "keep_mine": _("Go on with mine"),
        "take_theirs": _("Go on with theirs"),
        "keep_mine_more": _("theirs becomes a version in the history"),
        "take_theirs_more": _("yours comes back with Undo"),
        "nothing_to_undo": _("Nothing to undo on this page."),
        "undone": _("Undone."),
        "redone": _("Done again."),
        "added": _("{name} added as {status}"),
        "removed": _("{name} removed"),
        "already": _("already {status}"),
        "already_note": _("already {status}, from the note"),
        "no_term": _("No term matches. Keep “{text}” as an unmapped phrase"),
        "kept_phrase": _("“{text}” kept as an unmapped phrase"),
        "also_called": _("also called"),
        "name_matches": _("name"),
        "diseases": _("Described in"),
        "diseases_n": _("{n} diseases"),
        "broader": _("Broader"),
        "here": _("Here"),
        "not_here": _("not entered"),
        "no_definition": _("No definition in this release."),
        "terms_away": _("The search does not answer. It tries again as you type."),
        "note_long": _(
            "The note has {n} characters; the limit is {limit}. Shorten it to what describes this patient; "
            "until then the text stays here, unsent."
        ),
        "note_control": _(
            "The text holds {n} invisible control characters, often from a PDF. Remove them to keep it; "
            "until then it stays here, unsent."
        ),
        "remove_control": _("Remove them"),
        "reading": _("Reading the note …"),
        "reading_away": _("The note could not be read for findings just now; the text is kept."),
        "not_an_age": _("This is not an age. Write it as 14 months, 3y 6m, 10 days or P14M."),
        "not_an_onset": _(
            "This is not an onset. Choose one of the list, such as congenital, or write an age such as 3y 6m."
        ),
        "phrase_long": _("A phrase may have {limit} characters. Select fewer words."),
        "keep_phrase": _("Keep “{text}” as unmapped"),
        "find_term": _("Find a term for it"),
        "choose_term": _("choose term"),
        "remove": _("remove"),
        "replace_with": _("{name} taken instead"),
        "copied": _("Copied as text."),
        "not_copied": _("The browser did not allow copying. Open Export and copy it there."),
        "save_wait": _("Saved as soon as the server answers."),
        "too_many": _("A case holds at most {limit} findings. Remove some first."),
        "edit": _("Edit text"),
        "done": _("Done"),
        "answered": _("{name}: {status}"),
    }
