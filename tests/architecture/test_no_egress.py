"""Nothing leaves the house: a case is ranked, investigated and served while every way out is refused."""

from __future__ import annotations

import json
import os
import re
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
run = request_run(actor, case, asks=False)
worker.investigate(run.pk)
run.refresh_from_db()
browser = Client(headers={"host": "localhost"})
browser.force_login(clinic.person())
statuses = {path: browser.get(path).status_code for path in
            ("/", f"/cases/{case.pk}/", f"/cases/{case.pk}/differential/", "/terms/?q=seiz", "/knowledge/",
             f"/cases/{case.pk}/papers/", f"/cases/{case.pk}/papers/sent/?asked=1&term={terms[0]}")}
print(json.dumps({"statuses": statuses, "state": run.state, "outcome": run.outcome,
                  "candidates": run.candidates.count(), "refused": refused}))
"""


# The one door (docs/decisions/0027): shut unless an operator names an address, and then only a worker goes
# through it, to that address, after a person confirmed what is sent.
PAPERS = """
import re
from diagnosis_app.literature import worker as librarian
from diagnosis_app.literature.models import Search
page = f"/cases/{case.pk}/papers/"
html = browser.get(f"{page}?asked=1&term={terms[0]}").content.decode()
shown = re.search(r'name="shown" value="([0-9a-f]{64})"', html)
asked = {"term": terms[0], "match": "any", "shown": shown[1] if shown else "x"}
status = browser.post(f"{page}ask/", asked).status_code
before = list(refused)
for search in Search.objects.all():
    librarian.carry_out(search.pk)
print(json.dumps({"status": status, "before": before, "refused": refused,
                  "searches": list(Search.objects.values_list("outcome", flat=True))}))
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


def looked_for_papers(tmp_path, door: str) -> dict:
    variables = {"CLEW_VAR": str(tmp_path), "DATABASE_URL": f"sqlite://{tmp_path / 'x.sqlite3'}"}
    done = run_guarded(CASE + PAPERS, **variables, CLEW_LITERATURE=door)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_while_the_door_is_shut_nobody_can_ask_for_papers(knowledge_directory, tmp_path):
    report = looked_for_papers(tmp_path, "")
    assert report == {"status": 409, "before": [], "refused": [], "searches": []}


def test_an_open_door_leads_to_the_operators_address_alone_and_only_after_a_confirmation(knowledge_directory, tmp_path):
    report = looked_for_papers(tmp_path, "https://papers.example/entrez/eutils")
    assert report["status"] == 302 and report["searches"] == ["failed"]
    assert report["before"] == [], "pages never ask outside"
    (attempt,) = report["refused"]
    assert attempt.startswith("socket.getaddrinfo ('papers.example', 443")


# Modules that can open a connection to another machine. A new one is a decision, not an accident.
DOORS = {
    "agents/llm/line.py",  # the reasoning model, if one is named; inside the house unless an operator says otherwise
    "corpus_ingest/literature/door.py",  # papers on demand, off by default
    "diagnosis_app/operations/management/commands/serve.py",  # asks its own web process whether it answers
    "corpus_ingest/loading.py",  # releases of known sources, when somebody asks for them
    "corpus_ingest/pinned.py",  # the connection that both of them make, to exactly the address that was judged
}
_OUTWARD = re.compile(
    r"^\s*(?:import|from) (?:http\.client|urllib\.request|httpx|requests|aiohttp|ftplib|smtplib|urllib3)\b"
    r"|create_connection\(|open_connection\(",
    re.MULTILINE,
)


def test_connections_to_other_machines_are_opened_in_known_places_only():
    rooms = ("retrieval", "agents", "corpus_ingest", "diagnosis_app", "frontend")
    files = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    found = {path.relative_to(ROOT).as_posix() for path in files if _OUTWARD.search(path.read_text(encoding="utf-8"))}
    assert found == DOORS


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
