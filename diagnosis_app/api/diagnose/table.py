"""A ranking as lines for a terminal: rank, id, name, score, why.

On a terminal the columns fit its width; into a pipe or a file nothing is cut and nothing coloured.
Made from the same JSON that `--json` prints, so the two cannot differ.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

WIDE = 120  # columns; below that a candidate takes two lines
NARROWEST = 60  # columns; below that lines wrap
_NAME_SHARE = 0.38  # of what rank, id and score leave
_ID, _SCORE = 14, 7
LEFT_OUT = "left out"
_BRIEFLY = {"note", LEFT_OUT}  # named in one line, or only in the JSON


def lines(result: Mapping[str, Any], width: int | None) -> Iterator[str]:
    """What was read, then the candidates. `width` None: as wide as it needs."""
    yield from _read(result["case"], result["input"], width)
    for hint in result["hints"]:
        near = f" ({', '.join(one['label'] for one in hint['suggestions'])})" if hint["code"] == "too_general" else ""
        yield from _wrapped(f"{hint['code'].replace('_', ' ')}: {hint['message']}{near}", width, "  ", "    ")
    if result["outcome"] != "ranked":
        yield from _wrapped(f"Not enough for a differential: {_why_not(result)}", width, "  ", "    ")
        return
    candidates = result["candidates"]
    if not candidates:
        yield "  No disease of this knowledge documents these findings."
        return
    yield ""
    yield from _narrow(candidates, width) if width is not None and width < WIDE else _wide(candidates, width)


def _wide(candidates: list[Mapping[str, Any]], width: int | None) -> Iterator[str]:
    """One line a candidate."""
    rank_width = _rank_width(candidates)
    name_width, why_width = _widths(candidates, rank_width, width)
    yield f"{'rank':>{rank_width}}  {'id':<{_ID}}{_cell('name', name_width)}  {'score':>{_SCORE}}  why"
    for one in candidates:
        yield (
            f"{one['rank']:>{rank_width}}  {one['id']:<{_ID}}{_cell(one['name'], name_width)}  "
            f"{one['score']:>{_SCORE}.2f}  {why(one['contributions'], why_width)}"
        )


def _narrow(candidates: list[Mapping[str, Any]], width: int) -> Iterator[str]:
    """Two lines a candidate: a name and its reasons need more than half a narrow line each."""
    rank_width, width = _rank_width(candidates), max(width, NARROWEST)
    indent = rank_width + 2 + _ID
    name_width = width - indent - 2 - _SCORE
    yield f"{'rank':>{rank_width}}  {'id':<{_ID}}{_cell('name, and why', name_width)}  {'score':>{_SCORE}}"
    for one in candidates:
        name = _cell(one["name"], name_width)
        yield f"{one['rank']:>{rank_width}}  {one['id']:<{_ID}}{name}  {one['score']:>{_SCORE}.2f}"
        yield " " * indent + why(one["contributions"], width - indent)


def foot(result: Mapping[str, Any], width: int | None) -> Iterator[str]:
    """What holds for every file of the call: the knowledge, what it leaves out, the intended use."""
    yield ""
    for part in (f"Knowledge {result['snapshot']}. {result['note']}", result["intended_use"], result["citation"]):
        yield from _wrapped(part, width, "", "")


def why(contributions: list[Mapping[str, Any]], width: int | None) -> str:
    """The largest terms of the sum that fit, and how many did not."""
    told = sorted((one for one in contributions if abs(one["value"]) >= 0.05), key=lambda one: -abs(one["value"]))
    words = [f"{one['value']:+.1f} {_cause(one)}" for one in told]
    if width is None:
        return ", ".join(words)
    for count in range(len(words), 0, -1):
        more = f", {len(words) - count} more" if count < len(words) else ""
        text = ", ".join(words[:count]) + more
        if _columns(text) <= width or count == 1:
            return _cut(text, width)
    return ""


def _cause(one: Mapping[str, Any]) -> str:
    if one["kind"] == "gene":
        return f"gene {one['gene']}" if one.get("gene") else "known genes not listed"
    label = one.get("label") or one.get("finding") or one["kind"]
    frequency = one.get("frequency") or {}
    counted = f" {frequency['n']}/{frequency['m']}" if frequency.get("n") is not None else ""
    if one["kind"] == "onset":
        return f"onset of {label}" if one.get("finding") else "onset"
    return ("no " if one["kind"] == "excluded" else "") + str(label) + counted


def _read(name: str, case: Mapping[str, Any], width: int | None) -> Iterator[str]:
    read, person = case["counts"], [case["sex"]] if case["sex"] != "unknown" else []
    if case["age"]:
        person.append(f"age {case['age']}")
    if case["onset"]:
        person.append(f"onset {case['onset']}")
    counts = f"{read['present']} present, {read['excluded']} excluded"
    for status, word in (("uncertain", "uncertain"), ("family", "in relatives")):
        if read[status]:
            counts += f", {read[status]} {word} (not ranked)"
    if case.get("genes"):
        known = sum(gene["known"] for gene in case["genes"])
        person.append(f"{len(case['genes'])} genes, {known} of them with a known disease")
    yield from _wrapped(f"{name}: {case['kind']}; {counts}{'; ' if person else ''}{', '.join(person)}", width)
    for remark in case["remarks"]:
        if remark["level"] not in _BRIEFLY:
            where = f"{remark['field']}: " if remark["field"] else ""
            yield from _wrapped(f"{remark['level']}: {where}{remark['message']}", width, "  ", "    ")
    parts = [remark["field"] for remark in case["remarks"] if remark["level"] == LEFT_OUT]
    if parts:
        yield from _wrapped(f"{LEFT_OUT}: {', '.join(parts)} (--json says why)", width, "  ", "    ")


_REASONS = {
    "no_findings": "it holds no finding that is present.",
    "too_few_findings": "it holds fewer than three findings that are present.",
    "too_few_specific_findings": "fewer than three of its findings are specific.",
}


def _why_not(result: Mapping[str, Any]) -> str:
    why = " ".join(_REASONS.get(reason, reason) for reason in result["reasons"])
    return f"{why} Add specific findings. (--json lists the scores all the same.)"


def _rank_width(candidates: list[Mapping[str, Any]]) -> int:
    return max(len("rank"), len(str(candidates[-1]["rank"])))


def _widths(candidates: list[Mapping[str, Any]], rank_width: int, width: int | None) -> tuple[int, int | None]:
    longest = max(len("name"), *(_columns(one["name"]) for one in candidates))
    if width is None:
        return longest, None
    free = width - rank_width - _ID - _SCORE - 6  # the gaps between columns
    name = min(longest, max(16, int(free * _NAME_SHARE)))
    return name, max(12, free - name)


def _wrapped(text: str, width: int | None, first: str = "", rest: str = "  ") -> Iterator[str]:
    if width is None:
        yield first + text
        return
    line, indent = first, first
    for word in text.split():
        gap = "" if line == indent else " "
        if _columns(line) + len(gap) + _columns(word) > max(width, NARROWEST) and line != indent:
            yield line
            line, indent, gap = rest, rest, ""
        line += gap + word
    yield line


def _cell(text: str, width: int) -> str:
    text = _cut(text, width)
    return text + " " * (width - _columns(text))


def _cut(text: str, width: int) -> str:
    if _columns(text) <= width:
        return text
    while text and _columns(text) > width - 1:
        text = text[:-1]
    return text.rstrip(", ") + "…"


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
        for char in text
    )
