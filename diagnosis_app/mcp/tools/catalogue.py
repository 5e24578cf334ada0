"""Every tool that there is. Each reads: there is none that writes, and none that opens a stored case."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from diagnosis_app.mcp.tool import Tool
from diagnosis_app.mcp.tools import knowledge, ranking, terms

TOOLS: Mapping[str, Tool] = MappingProxyType(
    {tool.name: tool for tool in (*terms.TOOLS, *ranking.TOOLS, *knowledge.TOOLS)}
)
