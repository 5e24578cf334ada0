"""What every test may ask for. `environment` runs first: settings are read from the environment."""

from __future__ import annotations

from tests import environment

VAR = environment.prepare()

import os  # noqa: E402
from collections import Counter  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

import pytest  # noqa: E402

from tests import knowledge as test_knowledge  # noqa: E402

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import Team, User
    from diagnosis_app.accounts.policy import Actor
    from retrieval.cases import CaseBank
    from retrieval.snapshot import Snapshot
    from tests.ingesting import Deployment
    from tests.people import Clinic

os.environ["CLEW_KNOWLEDGE"] = str(test_knowledge.directory())


def pytest_configure(config: pytest.Config) -> None:
    """Starts Django; neither collected static files, slow password hashes nor files that outlive a power cut are
    needed here."""
    import django
    from django.conf import settings

    django.setup()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    os.fsync = lambda _file: None

    from tests.append_only import let_tests_clear_their_tables

    let_tests_clear_their_tables()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="only tests that touch the database, and none in the browser"
    )


def touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & {"db", "transactional_db"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-only"):
        wanted = [item for item in items if touches_database(item) and not item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = wanted
    needs = [
        ("benchmark_data", environment.benchmark_data(), "needs third-party cases: set CLEW_BENCHMARK_DATA"),
        ("browser", environment.chromium(), "needs Chromium: install it or set CLEW_CHROMIUM"),
    ]
    for mark, found, reason in needs:
        if found is None:
            for item in items:
                if item.get_closest_marker(mark):
                    item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Skipping is loud: what this run did not look at stands at its end."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    if reasons:
        terminalreporter.section("NOT TESTED HERE", yellow=True)
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count} skipped: {reason}")


@pytest.fixture(autouse=True)
def _knowledge_for_pages(request: pytest.FixtureRequest) -> None:
    """Whatever touches the database may reach the knowledge: it is there, whichever test runs first."""
    if touches_database(request.node):
        test_knowledge.attempt()


@pytest.fixture(scope="session")
def knowledge_directory() -> Path:
    """The directory of the test run's knowledge, built once for a state of the code."""
    problem = test_knowledge.attempt()
    if problem:
        raise problem
    return test_knowledge.directory()


@pytest.fixture(scope="session")
def snapshot(knowledge_directory: Path) -> Snapshot:
    """The knowledge in use, opened."""
    from corpus_ingest import library

    return library.current()


@pytest.fixture
def published(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaseBank]:
    """A few published cases in the knowledge in use, and the ranking that reads them."""
    from tests.published import held

    with held(monkeypatch) as bank:
        yield bank


@pytest.fixture(scope="session")
def benchmark_data() -> Path:
    """The folder of third-party data. Tests that use it carry the mark `benchmark_data`."""
    folder = environment.benchmark_data()
    if folder is None:
        pytest.skip("needs third-party cases: set CLEW_BENCHMARK_DATA")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser. Tests that use it carry the mark `browser`."""
    path = environment.chromium()
    if path is None:
        pytest.skip("needs Chromium: install it or set CLEW_CHROMIUM")
    return path


@pytest.fixture(scope="session")
def var() -> Path:
    """The directory to which this run of the tests writes (CLEW_VAR)."""
    return VAR


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as in the clinic: other threads and processes see the same database."""
    from django.db import connections

    settings = connections["default"].settings_dict
    if "sqlite" in settings["ENGINE"]:
        settings["TEST"]["NAME"] = str(VAR / "test.sqlite3")


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """Environment for a process of ours (a worker, a command) that shall see this test's database."""
    from django.db import connection

    variables = dict(os.environ)
    if connection.vendor == "sqlite":
        variables["DATABASE_URL"] = f"sqlite://{connection.settings_dict['NAME']}"
    else:
        base, _, query = os.environ["DATABASE_URL"].partition("?")
        variables["DATABASE_URL"] = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{query}".rstrip("?")
    return variables


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A real Redis at REDIS_URL."""
    from tests.redis_process import running_redis

    with running_redis(VAR / "redis.sock"):
        yield os.environ["REDIS_URL"]


@pytest.fixture(autouse=True)
def _broker_only_where_asked_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker answers only the tests that use `redis_server`, whatever other tests have started."""
    stored = "db" in request.fixturenames or request.node.get_closest_marker("django_db") is not None
    if stored and "redis_server" not in request.fixturenames:
        from diagnosis_app.celery import app

        monkeypatch.setitem(app.conf, "broker_write_url", f"redis+socket://{VAR / 'nobody.sock'}")


@pytest.fixture
def clinic(db: None) -> Clinic:
    """A team with one person in every role."""
    from tests.people import make_clinic

    return make_clinic("Rare Clinic")


@pytest.fixture
def other_clinic(db: None) -> Clinic:
    """A team that must never learn that the first one's cases exist."""
    from tests.people import make_clinic

    return make_clinic("Other Clinic")


@pytest.fixture
def deployment(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, clinic: Clinic) -> Iterator[Deployment]:
    """A tiny deployment with knowledge of its own, that really ingests."""
    from corpus_ingest import library
    from tests.ingesting import deployed

    yield deployed(tmp_path, settings, monkeypatch)
    library.close_all()


@pytest.fixture
def draft(deployment: Deployment, clinic: Clinic) -> str:
    """The id of a draft that the curator's ingestion built and proposed; one of its texts was held back."""
    from diagnosis_app.accounts.models import Role
    from tests.ingesting import drafted

    return drafted(deployment, clinic.person(Role.CURATOR))


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """make_user(username, team, *roles)"""
    from tests import people

    return people.make_user


@pytest.fixture
def team(clinic: Clinic) -> Team:
    return clinic.team


@pytest.fixture
def user(clinic: Clinic) -> User:
    """A clinician of `clinic`."""
    return clinic.person()


@pytest.fixture
def actor(clinic: Clinic) -> Actor:
    """The same clinician as an actor."""
    return clinic.actor()


@pytest.fixture
def signed_in(client: Any, user: User) -> Any:
    """Django's test client with the clinician signed in."""
    client.force_login(user)
    return client
