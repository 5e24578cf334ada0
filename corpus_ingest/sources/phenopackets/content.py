"""The id of a published case: a hash of what it says of the patient.

Order, titles, names of diseases and the collection it came with do not matter, so the same patient
read again from another archive is the same case.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

from retrieval.model import PublishedCase


def with_id(case: PublishedCase) -> PublishedCase:
    return replace(case, id=content_id(case))


def content_id(case: PublishedCase) -> str:
    """Sixteen hexadecimal digits."""
    content = {
        "findings": sorted((one.term, one.status.value, one.onset or "") for one in case.findings),
        "diagnoses": sorted(case.diagnoses),
        "label": case.label,
        "sex": case.sex.value,
        "age": case.age or "",
        "onset": case.onset or "",
        "genes": sorted(json.dumps(asdict(gene), sort_keys=True) for gene in case.genes),
        "publications": sorted(one.id for one in case.publications),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
