"""Nothing leaves the house: a case is ranked, investigated and served while every way out is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.environment import ROOT

# An audit hook hears of every socket that Python opens, whichever library asks, and cannot be taken off again.
GUARD = """
import sys
refused = []
def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        outward = isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost"))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        outward = arguments[0] not in (None, "", "localhost", "127.0.0.1", "::1", b"localhost")
    else:
        return
    if outward:
        refused.append(f"{event} {arguments[:2]}")
        raise PermissionError(f"outgoing connection refused: {event}")
sys.addaudithook(guard)
"""
CASE = """
import json
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from diagnosis_app.accounts.models import Role
from diagnosis_app.cases.actions import create_case, read_case
from diagnosis_app.cases.content import Content
from diagnosis_app.runs import worker
from diagnosis_app.runs.actions import request_run
from tests.people import make_clinic

clinic = make_clinic("Rare Clinic")
actor = clinic.actor()
terms = ("HP:0010055", "HP:0011304", "HP:0011318", "HP:0000520")
content = Content(findings=[{"term": term} for term in terms], note="Broad thumbs and proptosis; no seizures.")
case = create_case(actor, clinic.team.pk, content)
run = request_run(actor, case)
worker.investigate(run.pk)
run.refresh_from_db()
browser = Client(headers={"host": "localhost"})
browser.force_login(clinic.person())
statuses = {path: browser.get(path).status_code for path in
            ("/", f"/cases/{case.pk}/", f"/cases/{case.pk}/differential/", "/terms/?q=seiz", "/knowledge/")}
print(json.dumps({"statuses": statuses, "state": run.state, "outcome": run.outcome,
                  "candidates": run.candidates.count(), "refused": refused}))
"""


def run_guarded(script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "-c", GUARD + script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_a_case_is_ranked_investigated_and_served_without_a_connection(knowledge_directory, tmp_path):
    done = run_guarded(CASE, CLEW_VAR=str(tmp_path), DATABASE_URL=f"sqlite://{tmp_path / 'x.sqlite3'}")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["refused"] == [], "something tried to leave"
    assert set(report["statuses"].values()) == {200}
    assert report["state"] == "ended"
    assert report["outcome"] in {"ranked", "partial"}
    assert report["candidates"] > 0


@pytest.mark.parametrize(
    "attempt",
    [
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
        "import socket; socket.create_connection(('example.org', 80), timeout=1)",
        "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
        "import httpx; httpx.get('https://192.0.2.1/', timeout=1)",
    ],
)
def test_the_guard_itself_refuses(attempt):
    done = run_guarded(attempt)
    assert done.returncode != 0
    assert "outgoing connection refused" in done.stderr
