"""A run that ended, carried out by the worker's own code, and its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.diagnosis_app.runs.conftest import case, lease, run, store  # noqa: F401  fixtures

if TYPE_CHECKING:
    from diagnosis_app.reports.content import Report
    from diagnosis_app.runs.models import Run


@pytest.fixture
def ended(run: Run) -> Run:  # noqa: F811
    from diagnosis_app.runs import worker

    worker.investigate(run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def report(ended: Run) -> Report:
    from diagnosis_app.reports.arranging import report_of

    return report_of(ended)
