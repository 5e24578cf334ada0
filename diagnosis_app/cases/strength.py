"""How strong a candidate is, in five words with a band, and how often each word held.

The word comes from a calibrated probability; neither it nor any percentage is shown. Every word
names the population in which it was measured.
"""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from retrieval.model import Strength
from retrieval.ranking.ranker import Ranker

STEPS = (Strength.UNLIKELY, Strength.LESS_LIKELY, Strength.POSSIBLE, Strength.LIKELY, Strength.VERY_LIKELY)
_WIDTH = 12  # of one step


def word(strength: str) -> str:
    """Likely; empty for what is no strength, as in results from before there were any."""
    words: dict[str, str] = {
        Strength.VERY_LIKELY: _("Very likely"),
        Strength.LIKELY: _("Likely"),
        Strength.POSSIBLE: _("Possible"),
        Strength.LESS_LIKELY: _("Less likely"),
        Strength.UNLIKELY: _("Unlikely"),
    }
    return words.get(strength, "")


def band(strength: str | None) -> SafeString:
    """Five steps from unlikely to very likely with the one that holds filled, and its word beside it."""
    if strength not in STEPS:
        return SafeString("")
    place = STEPS.index(Strength(strength))
    steps = "".join(
        f'<rect class="bs" x="{_WIDTH * i + 0.5}" y="3.5" width="11" height="3"/>' for i in range(len(STEPS))
    )
    said = escape(_("Step %(n)s of 5, from unlikely to very likely") % {"n": place + 1})
    return mark_safe(  # noqa: S308  the words are escaped above
        f'<span class="band"><svg viewBox="0 0 60 10" role="img" aria-label="{said}">{steps}'
        f'<rect class="bh" x="{_WIDTH * place}" y="1" width="{_WIDTH}" height="8" rx="1"/></svg>'
        f'<span class="band-w">{escape(word(strength))}</span></span>'
    )


def held_words(strength: str | None, ranker: Ranker) -> str:
    """How often a first candidate of this word was right, and in whom; empty where that was not measured."""
    if strength not in STEPS:
        return ""
    right, of, _population = ranker.fitted.calibration.hit_rate(Strength(strength))
    if not of:
        return ""
    return _(
        "“%(word)s”: of published patients with a known genetic disease and a case like this whose first candidate "
        "was given this word, %(share)s had that disease."
    ) % {"word": word(strength), "share": _share(right / of)}


def measured(ranker: Ranker) -> tuple[str, ...]:
    """The sentence of every word that was measured, the strongest first."""
    return tuple(said for one in reversed(STEPS) if (said := held_words(one, ranker)))


def _share(rate: float) -> str:
    tenths = round(10 * rate)
    if tenths == 0:
        return _("fewer than 1 in 10")
    return _("more than 9 in 10") if tenths == 10 else _("about %(n)s in 10") % {"n": tenths}
