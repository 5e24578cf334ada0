"""The reasoning model that a run names: what it is called, and where what it was shown went.

A manifest holds None, or a name with the host of the address. Whose host it is is read from the address alone: nothing
is looked up, so a name that is registered publicly is called public, whoever answers there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.cases.record import one_line

# Names that are never registered publicly (RFC 6761, 6762, 8375 and common use).
_WITHIN = (".local", ".internal", ".intranet", ".lan", ".home.arpa", ".localdomain", ".test")


class Place(StrEnum):
    HERE = "this_machine"
    PRIVATE = "private_network"
    PUBLIC = "public"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    address: str  # the host
    place: Place


def model_of(manifest: Mapping[str, Any]) -> Named | None:
    """The model of a run; None where it had none."""
    return named(manifest.get("model"))


def named(pinned: Any) -> Named | None:
    if not pinned:
        return None
    if not isinstance(pinned, Mapping):
        return Named(one_line(str(pinned)), "", Place.UNKNOWN)
    address = one_line(str(pinned.get("address") or ""))
    return Named(one_line(str(pinned.get("name") or "")) or _("without a name"), address, place_of(address))


def place_of(address: str) -> Place:
    host = _host(address)
    if not host:
        return Place.UNKNOWN
    if host == "localhost" or host.endswith(".localhost"):
        return Place.HERE
    try:
        number = ip_address(host)
    except ValueError:
        return Place.PRIVATE if "." not in host or host.endswith(_WITHIN) else Place.PUBLIC
    if number.is_loopback:
        return Place.HERE
    return Place.PUBLIC if number.is_global else Place.PRIVATE


def _host(address: str) -> str:
    """Without a port: host, host:1234, [::1]:1234"""
    if address.startswith("["):
        return address[1:].partition("]")[0].casefold()
    host = address if address.count(":") > 1 else address.partition(":")[0]
    return host.casefold().rstrip(".")


def place_words(place: Place) -> str:
    return {
        Place.HERE: _("on this machine"),
        Place.PRIVATE: _("on a private network"),
        Place.PUBLIC: _("at a public address"),
        Place.UNKNOWN: _("address not recorded"),
    }[place]


def model_words(pinned: Any) -> str:
    """none; qwen3-32b at 10.0.0.4, on a private network"""
    model = named(pinned)
    if model is None:
        return _("none")
    if not model.address:
        return model.name
    return _("%(name)s at %(address)s, %(place)s") % {
        "name": model.name,
        "address": model.address,
        "place": place_words(model.place),
    }


def outside_words(pinned: Any) -> str:
    """What left this machine in the run: the prompts of the model, and nothing else."""
    model = named(pinned)
    if model is None or model.place is Place.HERE:
        return _("none")
    return _("the reasoning model, %(place)s") % {"place": place_words(model.place)}
