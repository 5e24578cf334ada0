"""Numbers, ages and references as a page says them. Pure functions, no templates."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

ONSETS: dict[str, str] = {
    "HP:0030674": "antenatal",
    "HP:0011460": "embryonal",
    "HP:0011461": "fetal",
    "HP:0034199": "late first trimester",
    "HP:0034198": "second trimester",
    "HP:0034197": "third trimester",
    "HP:0003577": "congenital",
    "HP:0003623": "neonatal",
    "HP:0410280": "paediatric",
    "HP:0003593": "infantile",
    "HP:0011463": "childhood",
    "HP:0003621": "juvenile",
    "HP:0003581": "adult",
    "HP:0011462": "young adult",
    "HP:0025708": "early young adult",
    "HP:0025709": "intermediate young adult",
    "HP:0025710": "late young adult",
    "HP:0003596": "middle age",
    "HP:0003584": "late",
}

_DURATION = re.compile(r"P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?")

_SOURCES: tuple[tuple[str, str], ...] = (
    ("PMID:", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    ("OMIM:", "https://omim.org/entry/{}"),
    ("ORPHA:", "https://www.orpha.net/en/disease/detail/{}"),
    ("MONDO:", "https://monarchinitiative.org/MONDO:{}"),
    ("OMIMPS:", "https://www.omim.org/phenotypicSeries/PS{}"),
    ("MONDO:", "https://monarchinitiative.org/MONDO:{}"),
    ("OMIMPS:", "https://omim.org/phenotypicSeries/PS{}"),
    ("DOI:", "https://doi.org/{}"),
    ("DECIPHER:", "https://www.deciphergenomics.org/syndrome/{}/overview"),
    ("HP:", "https://hpo.jax.org/browse/term/HP:{}"),
    ("NCBIGene:", "https://www.ncbi.nlm.nih.gov/gene/{}"),
    ("HGNC:", "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:{}"),
)


def number(value: float) -> str:
    """A score with one decimal and a true minus sign: 1.2, −0.3."""
    return signed(value).removeprefix("+")


def duration(seconds: float) -> str:
    """How long something took: < 0.1 s, 1.2 s, 2 min 27 s."""
    if seconds < 0.05:
        return _("< 0.1 s")
    if seconds < 99.95:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), 60)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def signed(value: float) -> str:
    text = f"{abs(value):.1f}"
    if text == "0.0":
        return text
    return f"+{text}" if value > 0 else f"\u2212{text}"


def age(value: str | None) -> str:
    """An ISO 8601 duration or an onset term in words; unknown forms come back as they are."""
    if not value:
        return ""
    if value in ONSETS:
        return ONSETS[value]
    match = _DURATION.match(value)
    if match is None or not any(match.groups()):
        return value
    years, months, weeks, days = (float(part) if part else 0 for part in match.groups())
    parts = [
        ngettext("%(n)s year", "%(n)s years", int(years)) % {"n": f"{years:g}"} if years else "",
        ngettext("%(n)s month", "%(n)s months", int(months)) % {"n": f"{months:g}"} if months else "",
        ngettext("%(n)s week", "%(n)s weeks", int(weeks)) % {"n": f"{weeks:g}"} if weeks else "",
        ngettext("%(n)s day", "%(n)s days", int(days)) % {"n": f"{days:g}"} if days else "",
    ]
    return " ".join(part for part in parts if part) or _("newborn")


def source_url(reference: str) -> str:
    for prefix, pattern in _SOURCES:
        if reference.startswith(prefix):
            return pattern.format(quote(reference[len(prefix) :], safe=""))
    return reference if reference.startswith(("https://", "http://")) else ""


def who(sex: str, iso_age: str | None) -> str:
    """Girl, 14 months · Woman, 31 years · empty when neither is known."""
    years = _years(iso_age)
    grown = years is not None and years >= 18
    if years is None:
        noun = {"female": _("Female"), "male": _("Male")}.get(sex, "")
    elif grown:
        noun = {"female": _("Woman"), "male": _("Man")}.get(sex, _("Adult"))
    else:
        noun = {"female": _("Girl"), "male": _("Boy")}.get(sex, _("Child"))
    spoken = age(iso_age)
    return f"{noun}, {spoken}" if noun and spoken else noun or spoken


def _years(iso_age: str | None) -> float | None:
    match = _DURATION.match(iso_age or "")
    if match is None or not any(match.groups()):
        return None
    years, months, weeks, days = (float(part) if part else 0 for part in match.groups())
    return years + months / 12 + weeks / 52.18 + days / 365.25
