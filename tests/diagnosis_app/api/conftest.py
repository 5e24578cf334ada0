from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.diagnosis_app.api.asking import Asking
    from tests.people import Clinic


@pytest.fixture
def ask(clinic: Clinic) -> Asking:
    """A clinician's script."""
    from tests.diagnosis_app.api.asking import Asking

    return Asking(clinic.person())


@pytest.fixture
def stranger(other_clinic: Clinic) -> Asking:
    """A clinician's script of another team."""
    from tests.diagnosis_app.api.asking import Asking

    return Asking(other_clinic.person())
