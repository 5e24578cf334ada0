"""Measures what a clinician waits for, over HTTP, against the product's own web processes.

    python -m tests.benchmarks.latency [--users 10] [--seconds 10] [--processes 2]

A change of the draft: from the request to the answer with the re-ranked list as HTML, stored in
SQLite. The search for a term: from the request to the suggestions. Everything happens on loopback,
in a directory of its own that goes at the end, with the knowledge that CLEW_KNOWLEDGE names.

Three loads: one user; ten users of whom each changes something every second, which is fast typing;
ten users without any pause, which is more than ten clinicians can do. Figures are for this machine,
which also runs the users; "cpu each" is the processor time of the web processes for a request, which
stays true on a machine that is busy with something else.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BOUND_DRAFT = 150.0  # ms, p95, request to HTML
BOUND_TERMS = 50.0  # ms, p95
WARM = 5  # requests of each user before the clock runs
WORDS = ("seiz", "long fing", "aortic root", "ataxia gait", "epilepsy", "muscle weak", "hearing loss", "cleft", "tall")


@dataclass
class User:
    """One signed-in clinician with a case open."""

    port: int
    cookies: str
    csrf: str
    case: str
    pool: list[str]  # terms to add and take away
    revision: int = 1
    findings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.chance = random.Random(self.case)

    def change_draft(self) -> None:
        """Adds a finding or takes one away: never the same profile twice in a row."""
        if len(self.findings) > 6 and self.chance.random() < 0.5:
            self.findings.remove(self.chance.choice(self.findings))
        else:
            self.findings.append(self.chance.choice([term for term in self.pool if term not in self.findings]))
        content = {"note": "", "findings": [{"term": term} for term in self.findings], "sex": "male", "age": "P6Y"}
        answer = self._ask("POST", f"/cases/{self.case}/draft/", {"base": self.revision, "content": content})
        if "differential" not in answer:
            raise SystemExit("The answer to a change holds no differential: the address or its form has changed.")
        self.revision = answer["revision"]

    def search(self) -> None:
        word = self.chance.choice(WORDS)
        typed = word[: self.chance.randint(2, len(word))].replace(" ", "+")
        self._ask("GET", f"/terms/?q={typed}")

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Cookie": self.cookies, "X-CSRFToken": self.csrf, "X-Clew-Page": "1"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path} answered {answer.status}: {data[:300].decode(errors='replace')}")
        return dict(json.loads(data))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=10, choices=range(1, 51), metavar="1-50")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each load")
    parser.add_argument("--processes", type=int, default=2, choices=range(1, 9), metavar="1-8", help="as ./run starts")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clew-latency-") as var:
        prepare(Path(var))
        people = make_people(asked.users)
        with serving(asked.processes, Path(var)) as (port, children):
            users = [User(port, *person) for person in people]
            load_now = os.getloadavg()[0]
            print(f"{os.cpu_count()} CPUs, {asked.processes} web processes, load before the start {load_now:.1f}")
            print(f"{'what':<50}{'n':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}{'cpu each':>11}   bound (p95)")
            for doing, act, bound in (
                ("change of the draft", User.change_draft, BOUND_DRAFT),
                ("search for a term", User.search, BOUND_TERMS),
            ):
                for each, pause, load in (
                    (users[:1], 0.0, "1 user"),
                    (users, 1.0, f"{len(users)} users, one a second each"),
                    (users, 0.0, f"{len(users)} users without a pause"),
                ):
                    before = processor_time(children)
                    taken = measure(each, act, asked.seconds, pause)
                    work = (processor_time(children) - before) / (len(taken) + WARM * len(each))
                    report(f"{doing}, {load}", taken, work, bound)


def measure(users: list[User], act: Callable[[User], None], seconds: float, pause: float) -> list[float]:
    """Milliseconds of every request that `users` made at the same time."""
    for user in users:
        user.connection.close()  # opened again by the next request: a server closes what was idle for seconds
        for _ in range(WARM):
            act(user)
    taken: list[float] = []
    failed: list[BaseException] = []
    end = time.monotonic() + seconds

    def work(user: User, wait: float) -> None:
        try:
            time.sleep(wait)
            while time.monotonic() < end:
                start = time.perf_counter()
                act(user)
                spent = time.perf_counter() - start
                taken.append(spent * 1000)
                time.sleep(max(0.0, pause * user.chance.uniform(0.5, 1.5) - spent))
        except BaseException as error:
            failed.append(error)

    threads = [
        threading.Thread(target=work, args=(user, pause * number / len(users))) for number, user in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sorted(taken)


def processor_time(pids: list[int]) -> float:
    """Milliseconds of processor time that the web processes have used (Linux; elsewhere 0)."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        ticks += int(fields[11]) + int(fields[12])  # utime, stime: man 5 proc
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def report(what: str, taken: list[float], work: float, bound: float) -> None:
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    verdict = "within" if cuts[94] <= bound else "OVER"
    print(
        f"{what:<50}{len(taken):>7}{cuts[49]:>7.0f}ms{cuts[94]:>7.0f}ms{cuts[98]:>7.0f}ms{taken[-1]:>7.0f}ms"
        f"{work:>9.1f}ms   {bound:.0f} ms {verdict}",
        flush=True,
    )


def prepare(var: Path) -> None:
    """A clinic of its own with a database and static files; the knowledge is the one that is there."""
    knowledge = os.environ.get("CLEW_KNOWLEDGE") or str(ROOT / "var" / "knowledge")
    if not (Path(knowledge) / "current").exists():
        raise SystemExit("There is no knowledge: manage.py knowledge build, or set CLEW_KNOWLEDGE.")
    for name in [name for name in os.environ if name.startswith("CLEW_")]:
        del os.environ[name]
    os.environ.update(
        DJANGO_SETTINGS_MODULE="diagnosis_app.settings",
        CLEW_SECRET_KEY="only-for-this-benchmark-0123456789abcdef",
        CLEW_VAR=str(var),
        CLEW_KNOWLEDGE=knowledge,
        DATABASE_URL=f"sqlite://{var / 'clew.sqlite3'}",
    )
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)


def make_people(count: int) -> list[tuple[str, str, str, list[str]]]:
    """(cookies, CSRF token, case, terms) of each; sessions are made directly, as signing in is not measured."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connections
    from django.middleware.csrf import _get_new_csrf_string

    from corpus_ingest import library
    from diagnosis_app.accounts.models import Membership, Role, Team, User
    from diagnosis_app.accounts.policy import actor_for
    from diagnosis_app.cases.actions import create_case

    knowledge = library.current()
    team = Team.objects.create(name="Benchmark")
    chance = random.Random(7)
    diseases = [knowledge.diseases.disease(knowledge.diseases.ids[int(i)]) for i in knowledge.diseases.ranked[::20]]
    rich = [disease for disease in diseases if len(disease.annotations) > 25]
    people = []
    for number in range(count):
        person = User.objects.create_user(f"user-{number}")
        Membership.objects.create(user=person, team=team, role=Role.CLINICIAN)
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        case = create_case(actor_for(person, "page"), team.pk)
        terms = [one.term for one in chance.choice(rich).annotations if not one.negative][:30]
        csrf = _get_new_csrf_string()
        cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={csrf}"
        people.append((cookies, csrf, str(case.pk), terms))
    connections.close_all()
    return people


@contextmanager
def serving(processes: int, var: Path) -> Iterator[tuple[int, list[int]]]:
    """The web processes that ./run starts, on a socket of their own: its port and their ids."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    port, fd = listener.getsockname()[1], listener.fileno()
    command = [sys.executable, "-m", "diagnosis_app.operations.web", "--fd", str(fd)]
    with (var / "web.log").open("wb") as log:
        children = [
            subprocess.Popen(command, cwd=ROOT, pass_fds=(fd,), stdout=log, stderr=log) for _ in range(processes)
        ]
        try:
            wait_for(port, var)
            yield port, [child.pid for child in children]
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(timeout=20)
            listener.close()


def wait_for(port: int, var: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    shutil.copyfileobj((var / "web.log").open(), sys.stderr)
    raise SystemExit("The server did not become ready within 30 seconds.")


if __name__ == "__main__":
    main()
