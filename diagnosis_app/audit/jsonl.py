"""A row of the trail as one line of JSON, complete enough to recompute its digest."""

from __future__ import annotations

import json
from datetime import UTC

from diagnosis_app.audit.models import Entry


def line(entry: Entry) -> str:
    body = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "via": entry.via,
        "team_id": entry.team_id,
        "verb": entry.verb,
        "object": entry.object,
        "detail": entry.detail,
        "previous": entry.previous,
        "digest": entry.digest,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
