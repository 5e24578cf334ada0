"""The three shares of how an investigation went, in words and with what each means. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True)
class Told:
    name: str
    words: str
    means: str


def told(went: Mapping[str, Any]) -> tuple[Told, ...]:
    """Of a run's row. Empty for a run that checked nothing, or that ended before this was kept."""
    found = ((name, went.get(name), say) for name, say in _SAYS.items())
    return tuple(say(*share) for _name, share, say in found if share and share[1])


def _efficiency(n: int, of: int) -> Told:
    words = ngettext("%(n)s of %(of)s step changed something", "%(n)s of %(of)s steps changed something", of)
    return Told(
        _("Efficiency"),
        words % {"n": n, "of": of},
        _(
            "Of the steps that were chosen, those that brought a source which is cited, or moved a candidate. The "
            "others changed nothing."
        ),
    )


def _factuality(n: int, of: int) -> Told:
    words = ngettext("%(n)s of %(of)s statement stood", "%(n)s of %(of)s statements stood", of)
    return Told(
        _("Factuality"),
        words % {"n": n, "of": of},
        _("Each was held against its source by code. What did not stand is not shown."),
    )


def _completeness(n: int, of: int) -> Told:
    words = ngettext("%(n)s of %(of)s present finding spoken of", "%(n)s of %(of)s present findings spoken of", of)
    return Told(
        _("Completeness"),
        words % {"n": n, "of": of},
        _("By a statement or an objection on the first candidate. Any other is only in its sum."),
    )


_SAYS = {"efficiency": _efficiency, "factuality": _factuality, "completeness": _completeness}
