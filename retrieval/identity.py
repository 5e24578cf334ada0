"""Decides which entries of OMIM, Orphanet and Mondo are one disease. Never by name.

Two sources speak. Mondo says which entries match a class of its own exactly; Orphanet says of each
of its entries how it relates to entries of OMIM. What merges is one-to-one: a Mondo class with its
only entry of OMIM (or of Orphanet), where that entry matches no other class; an entry of Orphanet
with its only relation `E`, where that entry of OMIM has no other. What never merges:

* one-to-many matches;
* what Orphanet calls broader (`BTNT`, a group) or narrower (`NTBT`), even where Mondo calls it a match;
* an entry of Orphanet that is a group (it is broader than listed entries, or of the type Category or
  Clinical group) with an entry of OMIM that Orphanet does not call the same;
* a group of Orphanet with what Orphanet calls the same, unless Mondo says so too: Orphanet gives many a
  group the relation `E` to the first member of its series (Fanconi anemia and complementation group A),
  and it is then a heading of that member as well;
* whatever would put two entries of OMIM, or two of Orphanet, into one disease. There both sources are
  heard and neither is believed: the entries of Orphanet in dispute stay by themselves. The Mondo class
  keeps its entry of OMIM, of which Orphanet says nothing.

Pure and deterministic: sets are sorted before anything depends on their order. Wrong merges are a
clinical error, missed ones a nuisance; in doubt two entries stay two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from retrieval.vocabularies import CATEGORY, CLINICAL_GROUP, SUBTYPES, MondoTerm, OrphanetEntry, Relation

Edge = tuple[str, str]
ORDER = {"OMIM": 0, "ORPHA": 1, "DECIPHER": 2, "MONDO": 3}  # which member names the disease


@dataclass(frozen=True)
class Identity:
    """Which ids are one disease, and which stand over which."""

    members: Mapping[str, tuple[str, ...]]  # canonical id -> all ids, canonical first; only merged diseases
    groups: Mapping[str, tuple[str, ...]]  # an entry of Orphanet -> the entries of OMIM it is broader than
    headings_only: frozenset[str]  # entries of Orphanet that are a Category or a Clinical group
    parents: Mapping[str, tuple[str, ...]]  # entry of Orphanet -> what it stands under, the nearest kind first
    counts: dict[str, int] = field(default_factory=dict)


def decide(orphanet: Sequence[OrphanetEntry], mondo: Sequence[MondoTerm]) -> Identity:
    """The whole decision; the order of what is given does not matter."""
    entries = {entry.id: entry for entry in orphanet}
    counts: Counter[str] = Counter()
    classes = _Classes(mondo)
    exact, above = _heed_mondo(_orphanet_exact(entries, counts), entries, classes, counts)
    edges = _mondo_matches(mondo, "OMIM", counts)
    matches = _heed_orphanet(edges, _mondo_matches(mondo, "ORPHA", counts), entries, counts)
    allowed = sorted({*exact, *_without_nested(matches, exact, classes)})
    kept, conflicts = _without_conflicts(edges, allowed)
    members = _members(_components([*edges, *kept]))
    counts |= _merges(members) | {f"conflict: {why}": n for why, n in conflicts.items()}
    return Identity(
        members=members,
        groups=_groups(entries.values(), above),
        headings_only=frozenset(entry.id for entry in entries.values() if entry.heading_only),
        parents=_parents(entries),
        counts={name: counts[name] for name in sorted(counts)},
    )


def order(disease_id: str) -> tuple[int, str, int, str]:
    """OMIM before Orphanet before Mondo, then by number: the first of a disease's ids names it."""
    prefix, _, local = disease_id.partition(":")
    number = int(local) if local.isascii() and local.isdigit() else 0
    return ORDER.get(prefix, len(ORDER)), prefix, number, local


# --- what each source says -------------------------------------------------


def one_to_one(pairs: Iterable[Edge]) -> list[Edge]:
    """The pairs of which neither side occurs in another pair."""
    distinct = sorted(set(pairs))
    left, right = Counter(a for a, _ in distinct), Counter(b for _, b in distinct)
    return [(a, b) for a, b in distinct if left[a] == right[b] == 1]


def _mondo_matches(mondo: Iterable[MondoTerm], vocabulary: str, counts: Counter[str]) -> list[Edge]:
    stated = {(term.id, target) for term in mondo for target, _ in term.exact if target.partition(":")[0] == vocabulary}
    single = one_to_one(stated)
    counts[f"mondo {vocabulary}: one-to-one"] = len(single)
    counts[f"mondo {vocabulary}: one-to-many, not used"] = len(stated) - len(single)
    return single


def _orphanet_exact(entries: Mapping[str, OrphanetEntry], counts: Counter[str]) -> list[Edge]:
    """(OMIM, ORPHA) of the relation E."""
    relations = Counter(relation for entry in entries.values() for _, relation in set(entry.omim))
    stated = {
        (omim, entry.id) for entry in entries.values() for omim, relation in entry.omim if relation is Relation.EXACT
    }
    single = one_to_one(stated)
    counts |= {f"orphanet {relation}": relations[relation] for relation in sorted(Relation)}
    counts["orphanet E: one-to-many, not used"] = len(stated) - len(single)
    return single


def _heed_orphanet(
    mondo_omim: Iterable[Edge], edges: Sequence[Edge], entries: Mapping[str, OrphanetEntry], counts: Counter[str]
) -> list[Edge]:
    """Without the matches of Mondo that Orphanet itself speaks against."""
    omim_of = dict(mondo_omim)
    kept = []
    for one, orpha in edges:
        why = _against(entries.get(orpha), omim_of.get(one)) if one in omim_of else ""
        if why:
            counts[f"conflict: {why}"] += 1
        else:
            kept.append((one, orpha))
    return kept


def _against(entry: OrphanetEntry | None, omim: str | None) -> str:
    """Why an entry of Orphanet is not the entry of OMIM that Mondo takes it for; empty if nothing speaks against."""
    if entry is None:
        return ""
    said = {relation for target, relation in entry.omim if target == omim}
    if Relation.EXACT in said:
        return ""
    if Relation.BROADER in said:
        return "a match of Mondo that Orphanet calls broader"
    if Relation.NARROWER in said:
        return "a match of Mondo that Orphanet calls narrower"
    if entry.heading_only or any(relation is Relation.BROADER for _, relation in entry.omim):
        return "a match of Mondo with a group of Orphanet"
    return ""


class _Classes:
    """Which classes of Mondo match an id, and which stand above others."""

    def __init__(self, mondo: Sequence[MondoTerm]) -> None:
        self._of: dict[str, set[str]] = defaultdict(set)
        for term in mondo:
            for target, _ in term.exact:
                self._of[target].add(term.id)
        self._parents = {term.id: term.parents for term in mondo}

    def of(self, disease_id: str) -> set[str]:
        return self._of.get(disease_id, set())

    def above(self, classes: Iterable[str]) -> set[str]:
        """Every class above these, at any distance."""
        found: set[str] = set()
        waiting = list(classes)
        while waiting:
            for parent in self._parents.get(waiting.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    def nested(self, one: str, other: str) -> bool:
        return one in self.above([other]) or other in self.above([one])


def _heed_mondo(
    exact: Iterable[Edge], entries: Mapping[str, OrphanetEntry], classes: _Classes, counts: Counter[str]
) -> tuple[list[Edge], list[Edge]]:
    """The relations E that hold, and those of a group that Mondo does not confirm: there the group is a heading."""
    kept, above = [], []
    for omim, orpha in exact:
        entry = entries[orpha]
        group = entry.heading_only or any(relation is Relation.BROADER for _, relation in entry.omim)
        if group and not classes.of(omim) & classes.of(orpha):
            counts["conflict: E of a group of Orphanet that Mondo does not confirm"] += 1
            above.append((omim, orpha))
        else:
            kept.append((omim, orpha))
    return kept, above


def _without_nested(matches: Iterable[Edge], exact: Iterable[Edge], classes: _Classes) -> list[Edge]:
    """Leaves out the class of an entry of Orphanet that is above or below the class of its entry of OMIM.

    The entries are one disease by the relation E; the outer or inner class is another one.
    """
    omim_of = {orpha: omim for omim, orpha in exact}
    return [
        (mondo, orpha)
        for mondo, orpha in matches
        if not any(classes.nested(mondo, own) for own in classes.of(omim_of.get(orpha, "")))
    ]


# --- putting them together ---------------------------------------------------


def _without_conflicts(certain: Sequence[Edge], disputable: Sequence[Edge]) -> tuple[list[Edge], Counter[str]]:
    """Leaves out every disputable edge of a component that would hold two entries of OMIM or of Orphanet."""
    crowded: set[str] = set()
    why: Counter[str] = Counter()
    for component in _components([*certain, *disputable]):
        vocabularies = Counter(one.partition(":")[0] for one in component)
        double = [name for name in ("OMIM", "ORPHA") if vocabularies[name] > 1]
        if double:
            why[f"two entries of {' and of '.join(double)} would be one disease"] += 1
            crowded.update(component)
    return [edge for edge in disputable if edge[0] not in crowded], why


def _components(edges: Iterable[Edge]) -> list[list[str]]:
    """The connected sets of ids, each sorted, in the order of their first id."""
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    found, seen = [], set()
    for start in sorted(near, key=order):
        if start in seen:
            continue
        component, waiting = {start}, [start]
        while waiting:
            for other in near[waiting.pop()] - component:
                component.add(other)
                waiting.append(other)
        seen |= component
        found.append(sorted(component, key=order))
    return found


def _members(components: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {component[0]: tuple(component) for component in components}


def _merges(members: Mapping[str, tuple[str, ...]]) -> Counter[str]:
    """How many diseases have entries of which vocabularies."""
    return Counter("merged: " + " + ".join(one.partition(":")[0] for one in ids) for ids in members.values())


def _groups(entries: Iterable[OrphanetEntry], above: Iterable[Edge]) -> dict[str, tuple[str, ...]]:
    """What Orphanet calls broader, and what is above according to Mondo."""
    below: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        below[entry.id].update(omim for omim, relation in entry.omim if relation is Relation.BROADER)
    for omim, orpha in above:
        below[orpha].add(omim)
    return {name: tuple(sorted(below[name], key=order)) for name in sorted(below, key=order) if below[name]}


def _parents(entries: Mapping[str, OrphanetEntry]) -> dict[str, tuple[str, ...]]:
    """What an entry stands under: a disorder over its subtypes, then clinical groups, then categories."""

    def nearness(child: OrphanetEntry, parent: str) -> tuple[int, tuple[int, str, int, str]]:
        type_ = entries[parent].type if parent in entries else CATEGORY
        kind = {CATEGORY: 2, CLINICAL_GROUP: 1}.get(type_, 0 if child.type in SUBTYPES else 1)
        return kind, order(parent)

    return {
        name: tuple(sorted(set(entry.parents), key=lambda one, child=entry: nearness(child, one)))  # type: ignore[misc]
        for name, entry in sorted(entries.items())
        if entry.parents
    }
