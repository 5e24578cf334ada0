"""What each voice of the reasoning model says of itself in the thread: what it was asked for, what was kept of its
answer, what was set aside. Steps store facts; these are the sentences, in the reader's language.

None of them repeats the model's own words: those are shown apart, as words that nobody checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.runs.joining import joined
from frontend.tags import thousands

Facts = Mapping[str, Any]
NAMED = 4  # things of a kind that a sentence names; the rest are counted


def titles() -> dict[str, tuple[str, str]]:
    """What is done, and to what."""
    return {
        "reader": (_("Model reads"), _("the note once more")),
        "proposer": (_("Model proposes"), _("diseases beyond the list")),
        "policy": (_("Model chooses"), _("what to do next")),
        "weigher": (_("Model weighs"), _("one passage")),
        "archivist": (_("Model weighs"), _("what is documented and published")),
        "sceptic": (_("Model objects"), _("to a leader")),
        "planner": (_("Model plans"), _("what to look at next")),
        "second": (_("Model reads again"), _("quoted words")),
        "writer": (_("Model sums up"), _("what stands")),
    }


def about(action: str, why: Facts) -> str:
    """What the step is about where its own title does not say it."""
    name = str(why.get("name", ""))
    if action == "weigher" and name:
        return _("%(name)s, by one passage") % {"name": name}
    if action == "archivist" and name:
        return _("%(name)s, by what is documented and published") % {"name": name}
    return name if action == "sceptic" else ""


def asked_for(action: str, why: Facts) -> str:
    said = _asked_for(action)
    unread = int(why.get("unread") or 0)
    if action != "reader" or not unread:
        return said
    rest = ngettext(
        "The note is long: %(n)s character after this part is not read by the model.",
        "The note is long: %(n)s characters after this part are not read by the model.",
        unread,
    )
    return f"{said} {rest % {'n': thousands(unread)}}"


def _asked_for(action: str) -> str:
    return {
        "reader": _("Looks for what the note names and the case does not hold. None enters the case by itself."),
        "proposer": _("Names diseases that the ranking may have missed. Where they stand is arithmetic."),
        "policy": _("Chooses among the actions that are open. What it may move by that is bounded."),
        "weigher": _("Says where one text speaks of a finding. Whether it does is looked up, not believed."),
        "archivist": _("Says which record speaks of a finding. The sum counts all of it already: it moves nothing."),
        "sceptic": _("Tries to break it. An objection counts only where its ground holds."),
        "planner": _("Chooses among the questions that were computed, or stops. It adds none and takes none away."),
        "second": _("Reads quoted words once more. It can doubt a statement; it removes none and brings none back."),
        "writer": _("Sums up statements that stand, in their words. What goes beyond them is left out."),
    }.get(action, "")  # fmt: skip


def chosen(action: str, why: Facts) -> str:
    """Why an action was taken that the model chose."""
    said = {
        "much": _("The model chose this: it expects to learn much."),
        "some": _("The model chose this: it expects to learn something."),
        "little": _("The model chose this, and expects to learn little."),
    }.get(str(why.get("gain")), _("The model chose this."))
    wider = int(why.get("wider") or 0)
    if action == "match" and wider:
        more = ngettext(
            "Asked with %(n)s finding more; likeness is still to this patient alone.",
            "Asked with %(n)s findings more; likeness is still to this patient alone.",
            wider,
        )
        return f"{said} {more % {'n': wider}}"
    return said


def stopped_by_model(why: Facts) -> str:
    name, gap = str(why.get("name", "")), why.get("gap")
    if not name or gap is None:
        return _("The model expects no further step to change the order.")
    return _("The model expects no further step to change the order; %(name)s is %(gap)s ahead.") % {
        "name": name,
        "gap": f"{float(gap):.1f}",
    }


def kept(action: str, got: Facts) -> str:
    """What stands of the answer."""
    tell = _KEPT.get(action)
    return tell(got) if tell and not got.get("failed") and not got.get("withheld") else ""


def set_aside(got: Facts) -> str:
    """What of the answer stood on nothing; empty where all of it stood."""
    refused = int(got.get("refused") or 0)
    told = []
    if refused:
        told.append(
            ngettext(
                "%(n)s thing it said stood on nothing and was set aside.",
                "%(n)s of what it said stood on nothing and was set aside.",
                refused,
            )
            % {"n": refused}
        )
    return " ".join([*told, *_names_set_aside(got)])


def _names_set_aside(got: Facts) -> Iterator[str]:
    """Of names that stand for no one disease: the result shows them as the model wrote them, where they may be."""
    several = sum(bool(one["of"]) for one in got.get("named", ()))
    unknown, unshown = int(got.get("ungrounded") or 0) - several, int(got.get("unshown") or 0)
    if unknown > 0:
        yield ngettext(
            "%(n)s name stands for no disease that is known here and was set aside.",
            "%(n)s names stand for no disease that is known here and were set aside.",
            unknown,
        ) % {"n": unknown}
    if several:
        yield ngettext(
            "%(n)s name stands for several diseases and was set aside.",
            "%(n)s names stand for several diseases and were set aside.",
            several,
        ) % {"n": several}
    if got.get("named"):
        yield _("What was named stands in the result, apart from the list.")
    if unshown:
        yield ngettext(
            "%(n)s name is not shown: names here are not made of such words.",
            "%(n)s names are not shown: names here are not made of such words.",
            unshown,
        ) % {"n": unshown}


def withheld(action: str, got: Facts) -> str:
    """That a text was not shown to the model, as the attempt that it is; empty where all were."""
    what = str(got.get("withheld") or "")
    if not what:
        return ""
    how = {
        "invisible": _("it holds characters that no reader sees"),
        "direction": _("it turns the direction of reading around"),
        "script": _("it holds a script"),
    }.get(what)
    if how is None:
        disguise = what.removeprefix("instruction").strip()
        how = (
            _("it gives it an instruction, in disguise (%(how)s)") % {"how": disguise}
            if disguise
            else _("it gives it an instruction")
        )
    said = {
        "reader": _("A part of the note that speaks to a machine was not shown to the model: %(how)s."),
        "second": _("Quoted words that speak to a machine were not shown to the model: %(how)s."),
    }.get(action, _("A passage that speaks to a machine was not shown to the model: %(how)s."))
    return said % {"how": how}


def failed(got: Facts) -> str:
    """That no answer came that could be used, and what happens in its place."""
    code = str(got.get("failed") or "")
    if not code:
        return ""
    kinds = {
        "model.timeout": _("The model took too long."),
        "model.budget": _("The tokens or the time of this run are used up."),
        "model.invalid": _("The answer could not be used: it was not in the form that was asked for."),
        "model.length": _("The answer could not be used: it was cut off."),
        "model.refused": _("The server of the model does not take the request."),
        "model.missing": _("The server does not serve the model that this run began with."),
        "model.another": _another(str(got.get("answered") or "")),
        "model.egress": _("The address of the model is outside of what this deployment allows."),
    }
    alone = code in ("model.invalid", "model.length")
    on = _("Done by rules.") if alone else _("From here on by rules.")
    return f"{kinds.get(code, _('The model is away.'))} {on}"


def _another(name: str) -> str:
    if not name:
        return _("The server answers as another model than the one that this run began with.")
    return _("The server answers as another model than the one that this run began with: “%(name)s”.") % {"name": name}


# --- what was kept ---------------------------------------------------------------------


def _kept_reader(got: Facts) -> str:
    found = list(got.get("found", ()))
    if not found:
        return _("Nothing in it that the case does not hold.")
    return ngettext(
        "%(n)s finding in the note, not in the case.", "%(n)s findings in the note, not in the case.", len(found)
    ) % {"n": len(found)}


def _kept_proposer(got: Facts) -> str:
    found = [str(one["name"]) for one in got.get("grounded", ())]
    return _("Proposed: %(names)s.") % {"names": joined(found)} if found else _("No disease beyond the list.")


def _kept_policy(got: Facts) -> str:
    told = [words for one in got.get("chosen", ()) if (words := _action(one))]
    repeated = int(got.get("repeated") or 0)
    said = _("No choice that can be done: the rules decide.")
    if told:
        said = _("Chosen: %(actions)s.") % {"actions": "; ".join(told)}
    if repeated:
        again = ngettext("%(n)s had been done already.", "%(n)s had been done already.", repeated)
        said = f"{said} {again % {'n': repeated}}"
    return said


def _action(one: Facts) -> str:
    facts = one.get("facts", {})
    match one.get("verb"):
        case "lookup":
            return _("look up %(name)s") % {"name": facts.get("name", "")}
        case "match":
            return _("match published cases")
        case "search":
            names = [str(name) for name in (facts.get("one"), facts.get("other")) if name]
            return _("search passages on %(names)s") % {"names": joined(names)}
        case "ask":
            return _("ask a question")
        case "conclude":
            return _("stop here")
    return ""


def _kept_weigher(got: Facts) -> str:
    told = []
    for name, words in (("supports", _("For: %(names)s.")), ("against", _("Against: %(names)s."))):
        found = [_weighed(one) for one in got.get(name, ())]
        if found:
            told.append(words % {"names": _some(found)})
    missing = [str(one["label"]) for one in got.get("missing", ())]
    if missing:
        told.append(_("Named, not recorded here: %(names)s.") % {"names": _some(missing)})
    return " ".join(told) or _("Nothing in it counts for or against.")


def _weighed(one: Facts) -> str:
    return weighed_words(str(one["label"]), new=bool(one.get("new")), absent=bool(one.get("absent")))


def weighed_words(label: str, *, new: bool, absent: bool) -> str:
    said = _("%(name)s, absent here") % {"name": label} if absent else label
    return _("%(name)s (new to the sum)") % {"name": said} if new else said


def _kept_sceptic(got: Facts) -> str:
    found = [objected(one) for one in got.get("objections", ())]
    return f"{'; '.join(found)}." if found else _("No objection stands.")


def objected(one: Facts) -> str:
    """An objection, and whether the sum counted it already."""
    said = {
        "contradicted_sign": _("%(name)s speaks against it"),
        "unexplained_sign": _("%(name)s is not explained"),
        "mimic": _("%(name)s explains what it does, and more"),
    }.get(str(one.get("type")), "%(name)s") % {"name": one.get("label", "")}
    return said if one.get("new") else _("%(said)s (the sum counts it already)") % {"said": said}


def _kept_planner(got: Facts) -> str:
    found = [str(one["label"]) for one in got.get("next", ())]
    if found:
        return _("First: %(names)s.") % {"names": _some(found)}
    return stopped(got) or _("It chose none of them.")


def stopped(got: Facts) -> str:
    """That the model would look at nothing more, and what arithmetic holds against it; empty where it goes on."""
    if not got.get("stop") or not got.get("best"):
        return ""
    best = _("By arithmetic the best, %(name)s, is worth %(bits)s bits.") % {
        "name": got["best"]["label"],
        "bits": f"{float(got['best']['gain']):.2f}",
    }
    return f"{_('The model sees no further question worth its burden.')} {best}"


def _kept_second(got: Facts) -> str:
    counts = Counter(str(one) for one in dict(got.get("opinions") or {}).values())
    kinds = (
        ("supports", _("%(n)s supported")),
        ("partly", _("%(n)s only in part")),
        ("not", _("%(n)s not supported, as it reads them")),
    )
    told = [words % {"n": counts[name]} for name, words in kinds if counts[name]]
    return f"{', '.join(told)}." if told else _("It gave no opinion.")


def _kept_writer(got: Facts) -> str:
    n = len(got.get("sentences", ()))
    return ngettext("%(n)s sentence kept.", "%(n)s sentences kept.", n) % {"n": n} if n else _("No sentence was kept.")


def _some(names: list[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - NAMED
    return _("%(names)s and %(n)s more") % {"names": ", ".join(names[:NAMED]), "n": more} if more > 0 else joined(names)


_KEPT: Mapping[str, Callable[[Facts], str]] = {
    "reader": _kept_reader,
    "proposer": _kept_proposer,
    "policy": _kept_policy,
    "weigher": _kept_weigher,
    "archivist": _kept_weigher,
    "sceptic": _kept_sceptic,
    "planner": _kept_planner,
    "second": _kept_second,
    "writer": _kept_writer,
}
