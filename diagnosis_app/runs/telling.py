"""What each kind of step says of itself: why it was done, and what came back. One function a verb.

Steps store facts; these are the sentences, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.runs.joining import joined
from diagnosis_app.runs.panel_telling import chosen, stopped_by_model
from frontend.tags import thousands

Facts = Mapping[str, Any]


def why_of(action: str, why: Facts) -> str:
    if why.get("because") == "model":
        return chosen(action, why)
    tell = _WHY.get(action)
    return tell(why) if tell else ""


def got_of(action: str, got: Facts) -> str:
    tell = _GOT.get(action)
    return tell(got) if tell else ""


def about_of(action: str, why: Facts, got: Facts) -> str:
    """What the step is about, beside its verb; empty where the verb's own words do."""
    match action:
        case "lookup":
            return str(got.get("name") or why.get("name", ""))
        case "search":
            return _("passages on %(names)s") % {"names": joined([why.get("one", ""), why.get("other", "")])}
        case "ask":
            return str(got.get("label") or why.get("label", ""))
        case "challenge":
            return _("sent back") if got.get("sent_back") else ""
    return ""


def stopped(why: Facts) -> str:
    """Why nothing more was looked for."""
    gap = f"{float(why.get('gap') or 0):.1f}"
    name = str(why.get("name", ""))
    match why.get("because"):
        case "nothing_would_change":
            return _("%(name)s is %(gap)s ahead: no further answer or passage is expected to change the order.") % {
                "name": name,
                "gap": gap,
            }
        case "objections":
            return _("The objections leave the first two %(gap)s apart.") % {"gap": gap}
        case "no_telling_question":
            return _("The first two are %(gap)s apart, and no single question would tell them apart.") % {"gap": gap}
        case "asked_enough":
            return ngettext(
                "%(n)s question was asked, which is enough for one investigation.",
                "%(n)s questions were asked, which is enough for one investigation.",
                int(why.get("asked", 0)),
            ) % {"n": why.get("asked", 0)}
        case "nobody_to_ask":
            return _("The first two are %(gap)s apart. Nobody is there to be asked.") % {"gap": gap}
        case "no_steps_left":
            return _("The steps allowed are nearly used up.")
        case "repeated":
            return _("The same would have been done again.")
        case "model_stops":
            return stopped_by_model(why)
    return ""


# --- why -----------------------------------------------------------------------------


def _why_rank(why: Facts) -> str:
    present = int(why.get("present", 0))
    absent = int(why.get("excluded", 0))
    said = ngettext("%(n)s finding present", "%(n)s findings present", present) % {"n": present}
    if absent:
        said = _("%(present)s, %(absent)s looked for and absent") % {"present": said, "absent": absent}
    return _("%(findings)s, compared with every disease.") % {"findings": said}


def _why_lookup(why: Facts) -> str:
    if why.get("because") == "leader":
        return _("It leads: what is documented of it is read in full.")
    if why.get("because") == "sent_back":
        return _("An objection moved it, or what stands beside it: what is documented of it is read.")
    said = (
        _("It stands close behind %(other)s. What is documented of the sign that tells them apart?")
        if why.get("close", True)
        else _("It stands %(behind)s behind %(other)s. What is documented of the sign that tells them apart?")
    )
    return said % {"other": why.get("other", ""), "behind": f"{float(why.get('behind') or 0):.1f}"}


def _why_match(why: Facts) -> str:
    if why.get("because") == "weak_match":
        return _(
            "The nearest was only %(best)s %% alike. Asked again with what %(names)s would lead one to expect; "
            "likeness is still to this patient alone."
        ) % {"best": round(100 * float(why.get("best", 0))), "names": joined(why.get("leaders", ()))}
    return _("Published patients are compared with this one, finding by finding.")


def _why_search(why: Facts) -> str:
    if why.get("because") == "sent_back":
        return _("Looked for what is written about the sign that was held against it.")
    return _("Looked for what separates the two.")


def _why_ask(why: Facts) -> str:
    if why.get("because") == "sent_back_ask":
        return _("An objection moved the leaders. This answer tells most about what stands now.")
    if why.get("gap") is None:
        return ""
    return _("The first two are %(gap)s apart; of all questions this one is expected to tell most.") % {
        "gap": f"{float(why['gap']):.1f}"
    }


def _why_weigh(why: Facts) -> str:
    said = _("What is documented is read against the patient, for and against, for each of the first %(n)s.")
    return said % {"n": why.get("candidates", 0)}


# --- what came back --------------------------------------------------------------------


def _got_intake(got: Facts) -> str:
    used = int(got.get("present", 0)) + int(got.get("excluded", 0))
    aside = int(got.get("uncertain", 0)) + int(got.get("family", 0))
    said = ngettext("%(n)s finding is used.", "%(n)s findings are used.", used) % {"n": used}
    if aside:
        more = ngettext(
            "%(n)s uncertain or of a relative is listed only.",
            "%(n)s uncertain or of relatives are listed only.",
            aside,
        )
        said = f"{said} {more % {'n': aside}}"
    lost = {"cases": _("the published cases"), "passages": _("the passages")}
    names = [lost[one] for one in got.get("lost", ()) if one in lost]
    if names:
        said = f"{said} {_('Cannot be read: %(names)s.') % {'names': joined(names)}}"
    return said


def _got_rank(got: Facts) -> str:
    total = thousands(int(got.get("total", 0)))
    leaders = [one["name"] for one in got.get("leaders", [])[:2]]
    if got.get("outcome") != "ranked" or not leaders:
        return _("%(total)s diseases compared; not enough to tell them apart.") % {"total": total}
    if len(leaders) == 1 or got.get("apart") is None:
        return _("%(total)s diseases compared. %(first)s leads.") % {"total": total, "first": leaders[0]}
    return _("%(total)s diseases compared. %(first)s leads, %(apart)s ahead of %(second)s.") % {
        "total": total,
        "first": leaders[0],
        "second": leaders[1],
        "apart": f"{got['apart']:.1f}",
    }


def _got_match(got: Facts) -> str:
    said = _("No published case shares a finding.")
    if got.get("cases"):
        named = ", ".join(f"{one['cases']} {one['name']}" for one in got.get("diagnoses", ()))
        said = _("The %(n)s nearest: %(named)s. The nearest is %(best)s %% alike.") % {
            "n": got["cases"],
            "named": named,
            "best": round(100 * float(got.get("best", 0))),
        }
    local = int(got.get("local", 0))
    if local:
        own = ngettext("%(n)s of the team’s own is alike.", "%(n)s of the team’s own are alike.", local)
        said = f"{said} {own % {'n': local}}"
    return said


def _got_lookup(got: Facts) -> str:
    n = int(got.get("documented", 0))
    said = ngettext("%(n)s finding documented.", "%(n)s findings documented.", n) % {"n": thousands(n)}
    if not got.get("about"):
        return said
    how = got.get("how_often") or ()
    if not how:
        return _("%(n)s %(about)s is not among them.") % {"n": said, "about": got["about"]}
    words = _("described as absent") if how[0]["negative"] else how[0]["words"]
    return _("%(n)s %(about)s: %(words)s.") % {"n": said, "about": got["about"], "words": words}


def _got_search(got: Facts) -> str:
    found, kept, off = (int(got.get(name, 0)) for name in ("found", "kept", "off"))
    if not found:
        return _("No passage was found.")
    said = ngettext("%(n)s passage", "%(n)s passages", found) % {"n": found}
    told = _("%(found)s, %(kept)s kept, %(off)s off the subject.") % {"found": said, "kept": kept, "off": off}
    if str(got.get("note", "")) in ("search.away", "search.loading"):
        told = f"{told} {_('The search by meaning did not answer: found by words and findings.')}"
    behind = int(got.get("set_back") or 0)
    if behind:
        stood = ngettext(
            "%(n)s stood behind the others: colleagues marked it as wrong.",
            "%(n)s stood behind the others: colleagues marked them as wrong.",
            behind,
        )
        told = f"{told} {stood % {'n': behind}}"
    return told


def _got_ask(got: Facts) -> str:
    said = {
        "present": _("Answered: present."),
        "excluded": _("Answered: absent."),
        "uncertain": _("Answered: uncertain. Nothing moves."),
        "unknown": _("Not known. Goes on without it."),
    }.get(str(got.get("answer")), "")
    leaders = got.get("leaders") or ()
    if not leaders:
        return said
    if not got.get("moved"):
        return f"{said} {_('The first five stay as they were.')}"
    return f"{said} {_('%(name)s leads now.') % {'name': leaders[0]['name']}}"


def _got_weigh(got: Facts) -> str:
    return _("%(statements)s statements; %(sources)s sources read.") % {
        "statements": thousands(int(got.get("statements", 0))),
        "sources": thousands(int(got.get("sources", 0))),
    }


def _got_challenge(got: Facts) -> str:
    held = list(got.get("held", ()))
    if not held:
        return _("No objection to a leader stands.")
    said = " ".join(objection(one) for one in held[:2])
    if got.get("felled"):
        fell = ngettext("%(names)s loses its place.", "%(names)s lose their places.", len(got["felled"]))
        said = f"{said} {fell % {'names': joined(got['felled'])}}"
    if got.get("caught"):
        first, second = got["caught"]
        near = _("%(first)s keeps its place; %(second)s is close behind it now.") % {"first": first, "second": second}
        said = f"{said} {near}"
    if got.get("sent_back"):
        said = f"{said} {_('Back to what stands now.')}"
    return said


def objection(one: Facts) -> str:
    """An objection in a sentence."""
    match one.get("type"):
        case "contradicted_sign":
            return _("%(name)s: %(label)s is absent here, and nearly every patient has it.") % {
                "name": one["name"],
                "label": one["label"],
            }
        case "age":
            return _("%(name)s: it is described to begin long after this patient fell ill.") % {"name": one["name"]}
        case "mimic":
            return _("%(name)s: %(other)s explains all that it explains, and more.") % {
                "name": one["name"],
                "other": one["other"],
            }
    return ""


def _got_conclude(got: Facts) -> str:
    leaders = list(got.get("leaders", ()))
    if not leaders:
        return ""
    said = _("%(name)s leads, as at the beginning.") if got.get("same_first") else _("%(name)s leads now.")
    told = said % {"name": leaders[0]["name"]}
    apart = got.get("divided")
    if apart:
        told = f"{told} {two_diseases(apart)}"
    return told


def two_diseases(apart: Facts) -> str:
    said = _(
        "The findings may be those of two diseases: %(first)s explains %(n)s of them, and %(other)s %(m)s of the "
        "%(left)s it leaves over."
    )
    first, other = apart["first"], apart["other"]
    return said % {
        "first": first["name"],
        "n": first["explains"],
        "other": other["name"],
        "m": other["explains"],
        "left": apart["left"],
    }


def _got_verify(got: Facts) -> str:
    checked, removed = int(got.get("checked", 0)), int(got.get("removed", 0))
    if not removed:
        return _("%(checked)s checked, all of them stand.") % {"checked": thousands(checked)}
    return ngettext(
        "%(checked)s checked, %(removed)s had no support and is not shown.",
        "%(checked)s checked, %(removed)s had no support and are not shown.",
        removed,
    ) % {"checked": thousands(checked), "removed": thousands(removed)}


_WHY: Mapping[str, Callable[[Facts], str]] = {
    "rank": _why_rank,
    "lookup": _why_lookup,
    "match": _why_match,
    "search": _why_search,
    "ask": _why_ask,
    "weigh": _why_weigh,
    "challenge": lambda _why: _("Each leader is tried: a missing cardinal sign, an age that does not fit, a mimic."),
    "conclude": stopped,
    "verify": lambda _why: _("Each statement is held against its source by code, not by a model."),
}
_GOT: Mapping[str, Callable[[Facts], str]] = {
    "intake": _got_intake,
    "rank": _got_rank,
    "lookup": _got_lookup,
    "match": _got_match,
    "search": _got_search,
    "ask": _got_ask,
    "weigh": _got_weigh,
    "challenge": _got_challenge,
    "conclude": _got_conclude,
    "verify": _got_verify,
}
