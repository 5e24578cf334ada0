"""What the knowledge pages say: names of stages, states, reasons and sources. Only words, no decisions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frontend.tags import thousands


def stage_name(name: str) -> str:
    return {
        "fetch": _("Fetch"),
        "verify": _("Verify"),
        "parse": _("Parse"),
        "screen": _("Screen"),
        "chunk": _("Chunk"),
        "embed": _("Embed"),
        "build": _("Build"),
        "check": _("Check"),
        "publish": _("Publish"),
    }.get(name, name)


def stage_doing(name: str) -> str:
    """What happens now, for the line beside the progress bar."""
    return {
        "fetch": _("Fetching"),
        "verify": _("Verifying"),
        "parse": _("Parsing"),
        "screen": _("Screening"),
        "chunk": _("Cutting into passages"),
        "embed": _("Embedding"),
        "build": _("Building"),
        "check": _("Checking"),
        "publish": _("Handing over"),
    }.get(name, name)


def stage_what(name: str, n: int) -> str:
    """What a stage counts, after its number."""
    if name in {"fetch", "verify"}:
        return ngettext("file", "files", n)
    if name in {"parse", "screen", "embed"}:  # names of findings are embedded too
        return ngettext("text", "texts", n)
    if name == "chunk":
        return ngettext("passage", "passages", n)
    return ngettext("step", "steps", n)


def time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 45:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(n)s hour left", "about %(n)s hours left", hours) % {"n": hours}


def took(seconds: float) -> str:
    if seconds < 1:
        return _("under 1 s")
    if seconds < 90:
        return _("%(n)s s") % {"n": round(seconds)}
    return _("%(n)s min") % {"n": round(seconds / 60)}


def age_in_days(moment: datetime | None) -> str:
    """41 d; today."""
    if moment is None:
        return "–"
    days = (timezone.now() - moment).days
    return _("today") if days <= 0 else _("%(n)s d") % {"n": thousands(days)}


_DANGER, _UNSURE = "danger", "unsure"
REASONS: Mapping[str, tuple[str, str]] = {
    "instruction": (_DANGER, "stop"),
    "hidden_instruction": (_DANGER, "stop"),
    "hidden": (_DANGER, "stop"),
    "invisible": (_DANGER, "stop"),
    "direction": (_DANGER, "stop"),
    "script": (_DANGER, "stop"),
    "personal": (_DANGER, "lock"),
    "lookalike": (_UNSURE, "warn"),
}
GRAVE = frozenset(reason for reason, (look, _icon) in REASONS.items() if look == _DANGER)


def reason_name(reason: str) -> str:
    return {
        "instruction": _("Instruction in text"),
        "hidden_instruction": _("Hidden instruction"),
        "hidden": _("Hidden text"),
        "invisible": _("Invisible characters"),
        "direction": _("Direction of reading turned"),
        "script": _("Script or markup"),
        "personal": _("Personal data"),
        "lookalike": _("Letters that look like others"),
    }.get(reason, reason.replace("_", " ").capitalize())


def reason_words(reason: str) -> str:
    return {
        "instruction": _("A passage tells its reader, or a machine that reads it, what to do or to say."),
        "hidden_instruction": _("Text that nobody sees tells a machine what to do. Held back with its whole document."),
        "hidden": _("Text that nobody sees who reads the document: white, tiny, outside the page, or switched off."),
        "invisible": _(
            "Characters that draw nothing stand between the letters: it may say something else than it shows."
        ),
        "direction": _("Characters turn the direction of reading, so that what is shown differs from what is stored."),
        "script": _("Program text or markup stands where prose is expected."),
        "personal": _("A name with a date of birth, a number or an address that may belong to a person."),
        "lookalike": _(
            "Letters of another script stand among those of a word, so that it is another word than it seems."
        ),
    }.get(reason, _("Screening held it back."))


def reason_look(reason: str) -> tuple[str, str]:
    """(class of the tag, icon)"""
    return REASONS.get(reason, ("unsure", "warn"))


def difference_name(part: str) -> str:
    return {
        "diseases": _("Diseases"),
        "annotations": _("Annotations"),
        "cases": _("Published cases"),
        "passages": _("Passages"),
        "documents": _("Documents"),
        "terms": _("Terms"),
        "genes": _("Links from gene to disease"),
    }.get(part, part.replace("_", " ").capitalize())


_CREATIVE = re.compile(r"https?://creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)")


def licence_name(licence: str) -> str:
    """CC BY 4.0 for its address; another address without its scheme; everything else as it is."""
    match = _CREATIVE.match(licence)
    if not match:
        return licence.removeprefix("https://").rstrip("/")
    if match[1] == "publicdomain":
        return f"CC0 {match[3]}" if match[2] == "zero" else f"Public domain {match[3]}"
    return f"CC {match[2].upper()} {match[3]}"


def wanted_words(wanted: Mapping[str, Any]) -> str:
    """What an ingestion brings: the names of its feeds and files."""
    files, feeds = list(wanted.get("files") or ()), list(wanted.get("feeds") or ())
    names = [feed_name(str(feed.get("kind", ""))) for feed in feeds if isinstance(feed, dict)]
    files = [one for one in files if isinstance(one, dict) and "feed" not in one]  # what a feed brought is named by it
    if len(files) == 1:
        names.append(str((files[0].get("about") or {}).get("title") or files[0].get("name") or files[0].get("kind")))
    elif files:
        names.append(ngettext("%(n)s file", "%(n)s files", len(files)) % {"n": len(files)})
    if not names:
        return _("Everything on this machine")
    return ", ".join(names[:4]) + (f" +{len(names) - 4}" if len(names) > 4 else "")


def feed_name(name: str) -> str:
    return {
        "orphanet": "Orphanet",
        "mondo": "Mondo",
        "medquad": "MedQuAD",
        "phenopackets": _("Published cases"),
        "cases": _("Published cases"),
        "hpo": "Human Phenotype Ontology",
        "pubmed": "PubMed",
        "pmc": _("Open-access literature"),
        "documents": _("Uploaded documents"),
    }.get(name, name)
