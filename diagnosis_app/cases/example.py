"""The example case of the empty worklist. Invented; no patient."""

from __future__ import annotations

EXAMPLE: dict[str, object] = {
    "note": (
        "14-month-old girl, referred for an unusual head shape noticed at birth. Turricephaly with a flat occiput; "
        "CT at five months showed bicoronal synostosis. Proptosis with shallow orbits and hypertelorism. "
        "Midface retrusion with a depressed nasal bridge.\n\n"
        "Broad thumbs deviate outwards; broad great toes, with 2-3 toe syndactyly. No finger syndactyly. "
        "No cleft palate. No seizures, and no developmental delay.\n\n"
        "Possible hearing impairment: the newborn screen was failed on both sides, formal testing is pending. "
        "Snoring, and she sleeps with her neck stretched back. Stormy first weeks in another hospital, records "
        "requested. Her father had craniosynostosis as an infant; her older brother is well."
    ),
    "sex": "female",
    "age": "P14M",
    "onset": "HP:0003577",
    "unmapped": ["sleeps with her neck stretched back"],
    "findings": [],
}
