from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.diagnosis_app.mcp.speaking import Speaking
    from tests.people import Clinic


@pytest.fixture
def speak(clinic: Clinic) -> Speaking:
    """A clinician's assistant."""
    from tests.diagnosis_app.mcp.speaking import Speaking

    return Speaking(clinic.person())
