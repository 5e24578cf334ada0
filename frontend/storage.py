"""Static files under names that carry their hash, so that browsers may keep them for ever.

Imports between our own ES modules are rewritten too: a new release never runs beside an old module.
"""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Other people's scripts mention imports in their comments; only ours are read.
        patterns: dict[str, Any] = self._patterns  # type: ignore[has-type]
        self._patterns = {"clew/*.js" if glob == "*.js" else glob: rules for glob, rules in patterns.items()}
