"""Ages and onsets: ISO 8601 durations and HPO onset terms, as years.

The windows follow the definitions of HPO's onset classes (release 2025-01-16), in years.
"""

from __future__ import annotations

import re

from retrieval.errors import MalformedAge

_DURATION = re.compile(
    r"P(?=\d)(?:(?P<years>\d{1,3}(?:\.\d+)?)Y)?(?:(?P<months>\d{1,4}(?:\.\d+)?)M)?"
    r"(?:(?P<weeks>\d{1,5}(?:\.\d+)?)W)?(?:(?P<days>\d{1,6}(?:\.\d+)?)D)?(?:T[\dHMS.]*)?\Z",
    re.ASCII,  # other scripts' digits are no ISO 8601
)
OLDEST = 130.0  # years

DAY = 1 / 365.25
WEEK = 7 * DAY
MONTH = 1 / 12
BEFORE_BIRTH = -40 * WEEK

# onset term -> first and last possible year of life
ONSET_YEARS: dict[str, tuple[float, float]] = {
    "HP:0030674": (BEFORE_BIRTH, 0.0),  # Antenatal onset
    "HP:0011460": (BEFORE_BIRTH, -30 * WEEK),  # Embryonal onset
    "HP:0011461": (-30 * WEEK, 0.0),  # Fetal onset
    "HP:0034199": (-30 * WEEK, -26 * WEEK),  # Late first trimester onset
    "HP:0034198": (-26 * WEEK, -12 * WEEK),  # Second trimester onset
    "HP:0034197": (-12 * WEEK, 0.0),  # Third trimester onset
    "HP:0003577": (0.0, 0.0),  # Congenital onset
    "HP:0003623": (0.0, 28 * DAY),  # Neonatal onset
    "HP:0410280": (0.0, 16.0),  # Pediatric onset
    "HP:0003593": (28 * DAY, 1.0),  # Infantile onset
    "HP:0011463": (1.0, 5.0),  # Childhood onset
    "HP:0003621": (5.0, 15.0),  # Juvenile onset
    "HP:0003581": (16.0, OLDEST),  # Adult onset
    "HP:0011462": (16.0, 40.0),  # Young adult onset
    "HP:0025708": (16.0, 19.0),  # Early young adult onset
    "HP:0025709": (19.0, 25.0),  # Intermediate young adult onset
    "HP:0025710": (25.0, 40.0),  # Late young adult onset
    "HP:0003596": (40.0, 60.0),  # Middle age onset
    "HP:0003584": (60.0, OLDEST),  # Late onset
}


def parse_age(text: str) -> float:
    """Years of an ISO 8601 duration such as P14M or P3Y6M."""
    match = _DURATION.match(text)
    if match is None:
        raise MalformedAge("is not an age", hint="Write it as P3Y for 3 years, P14M for 14 months, P10D for 10 days")
    parts = {name: float(value or 0) for name, value in match.groupdict().items()}
    years = parts["years"] + parts["months"] * MONTH + parts["weeks"] * WEEK + parts["days"] * DAY
    if years > OLDEST:
        raise MalformedAge(
            f"is more than {OLDEST:.0f} years", hint="Check the unit: Y years, M months, W weeks, D days"
        )
    return years


def parse_onset(text: str) -> tuple[float, float]:
    """First and last year that an onset term or an age of onset stands for."""
    if text in ONSET_YEARS:
        return ONSET_YEARS[text]
    if text.startswith("HP:"):
        raise MalformedAge(
            "is not an onset term of HPO", hint="Use a term under Onset (HP:0003674), or an age such as P2Y"
        )
    years = parse_age(text)
    return years, years
