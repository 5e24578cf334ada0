"""Libraries report to nobody, whatever the surroundings ask for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.environment import ROOT

ASKED = {
    "LANGSMITH_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGCHAIN_TRACING": "true",
    "HF_HUB_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "DO_NOT_TRACK": "0",
    "VLLM_NO_USAGE_STATS": "0",
}


def said_by(script: str) -> str:
    environment = {
        **os.environ,
        **ASKED,
        "LANGSMITH_API_KEY": "key",
        "DJANGO_SETTINGS_MODULE": "diagnosis_app.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", sorted(ASKED))
def test_what_the_surroundings_turned_on_is_off_once_the_settings_are_read(name):
    from diagnosis_app.settings import SILENCED

    script = f"import os; from django.conf import settings; settings.DEBUG; print(os.environ['{name}'])"
    assert said_by(script) == SILENCED[name] != ASKED[name]


def test_langsmith_itself_agrees_in_the_process_that_investigates():
    script = (
        "import django; django.setup(); from agents import runner; from langsmith.utils import tracing_is_enabled;"
        "print(tracing_is_enabled())"
    )
    assert said_by(script) == "False"
