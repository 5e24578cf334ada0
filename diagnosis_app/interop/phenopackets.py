"""Phenopackets v2, in and out. The names that the rest of the clinic uses."""

from __future__ import annotations

from diagnosis_app.interop.reading import read_phenopacket
from diagnosis_app.interop.report import Imported, Level, Note
from diagnosis_app.interop.writing import export_report, write_phenopacket

__all__ = ["Imported", "Level", "Note", "export_report", "read_phenopacket", "write_phenopacket"]
