"""Search by meaning lives in one process: what pages and workers import to ask it loads no model and no FAISS."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.environment import ROOT

HEAVY = {"torch", "faiss", "sentence_transformers", "transformers"}
DJANGO = "import django; django.setup();"
PLACES = {
    "pages": f"{DJANGO} import diagnosis_app.asgi, diagnosis_app.urls",
    "a worker": f"{DJANGO} import diagnosis_app.celery, diagnosis_app.runs.tasks, agents.runner",
    "similar cases": "import retrieval.search.similar, retrieval.search.client",
    "the doctor": f"{DJANGO} from diagnosis_app.operations.checks import services; list(services.retrieval())",
    "./run": f"{DJANGO} import diagnosis_app.operations.management.commands.serve",
    "the retrieval process, not started": "import retrieval.service, retrieval.search.engine",
}


def loaded(script: str) -> set[str]:
    ask = f"import json, sys; {script}; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("place", PLACES)
def test_it_loads_no_model_and_no_index(place: str) -> None:
    assert not HEAVY & loaded(PLACES[place])


def test_the_check_would_notice() -> None:
    pytest.importorskip("faiss", reason="needs faiss-cpu: ./test installs it")
    built = "import numpy as np; from retrieval.search.vectors import build; build(np.eye(3, dtype=np.float32))"
    assert "faiss" in loaded(built)
