"""The protobuf schema of phenopackets v2 as an independent judge of what we write. Tests only."""

from __future__ import annotations

import sys
import types
from importlib.metadata import version
from typing import Any


def parse_strictly(packet: dict[str, Any]) -> Any:
    """The packet as a protobuf message; raises on any unknown field or wrong type."""
    if "pkg_resources" not in sys.modules:
        # phenopackets 2.0.2 asks pkg_resources for its own version; current setuptools has it no more.
        stand_in = types.ModuleType("pkg_resources")
        stand_in.get_distribution = lambda name: types.SimpleNamespace(version=version(name))  # type: ignore[attr-defined]
        sys.modules["pkg_resources"] = stand_in
    from google.protobuf.json_format import ParseDict
    from phenopackets import Phenopacket

    assert Phenopacket.DESCRIPTOR.full_name == "org.phenopackets.schema.v2.Phenopacket"
    return ParseDict(packet, Phenopacket(), ignore_unknown_fields=False)
