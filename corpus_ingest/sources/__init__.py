"""One folder a kind of source, each with a `KIND` that says what it is and how it is read.

The folders are found by looking; nothing lists them. HPO travels with the product; whatever an administrator
brings in lies on the shelf and takes the place of what travels.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial

from corpus_ingest import shelf
from corpus_ingest.kind import SourceKind
from corpus_ingest.source import Fetched, Source, SourceUnavailable


def kinds() -> tuple[SourceKind, ...]:
    """Every kind, in the order of a build."""
    found: dict[str, SourceKind] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        if not module.ispkg:
            continue
        one = getattr(importlib.import_module(module.name), "KIND", None)
        if not isinstance(one, SourceKind):
            raise TypeError(f"{module.name} has no KIND: see docs/sources.md")
        if one.name in found:
            raise TypeError(f"{module.name}: the kind {one.name} is there already")
        found[one.name] = one
    return tuple(sorted(found.values(), key=lambda one: (one.place, one.name)))


def kind(name: str) -> SourceKind:
    for one in kinds():
        if one.name == name:
            return one
    raise SourceUnavailable(f"There is no kind of source {name[:40]}.", hint="See manage.py knowledge add --help.")


def on_hand() -> tuple[Source, ...]:
    """What is on the shelf, and what travels with the product where nothing is, in a fixed order."""
    return tuple(source for one in kinds() for source in of_kind(one))


def of_kind(one: SourceKind) -> tuple[Source, ...]:
    """What a build takes of one kind: each file on the shelf, else what travels with the product, else nothing."""
    kept = sorted(shelf.files(one.name), key=lambda file: (file.name, file.sha256))
    if not kept and one.packaged:
        return (one.packaged(),)
    return tuple(kept_source(file, one) for file in kept)


def kept_source(kept: shelf.Kept, of: SourceKind | None = None) -> Source:
    """The source that reads a file on the shelf, under the name it was brought in with."""
    plain = (of or kind(kept.kind)).source(kept.path)
    return Source(name=plain.name, fetch=partial(_fetched, kept), describe=plain.describe, parse=plain.parse)


def _fetched(kept: shelf.Kept) -> Fetched:
    return Fetched(files={kept.name: shelf.checked(kept)}, digests={kept.name: kept.sha256})
