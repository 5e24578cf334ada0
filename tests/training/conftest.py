"""Skips loudly where the packages of training are missing: they have an environment of their own."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

NEEDED = ("trl", "peft", "datasets", "accelerate", "torch")
COMMAND = ".venv-training/bin/python -m pytest --confcutdir=tests/training tests/training"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "training: takes steps of optimisation")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    for item in items:
        if missing and item.get_closest_marker("training"):
            reason = f"training needs {', '.join(missing)}: see docs/training.md, then {COMMAND}"
            item.add_marker(pytest.mark.skip(reason=reason))
