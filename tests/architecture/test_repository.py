"""What the repository may contain, and what it must say."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.environment import ROOT

SKIPPED = {".git", ".venv", ".venv-milvus", ".venv-training", ".venv-vllm", "var", "node_modules", "__pycache__",
           ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", ".langgraph_api",
           "secrets"}  # fmt: skip
# Written apart, so that this file does not find itself.
FOREIGN = [
    "/wo" + "rk/", "/opt/" + "wheels", "/opt/" + "pypi", "file://" + "/opt", "pypi" + ".org", "python" + "hosted.org",
    "--index" + "-url ", "--extra" + "-index-url", "/ro" + "ot/", "/ho" + "me/",
]  # fmt: skip
LINES_OF_A_PAGE = 60


def files() -> Iterator[Path]:
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT).parts
        if path.is_file() and not SKIPPED & set(inside) and inside[:2] != ("tests", "vendor"):
            yield path


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def test_no_file_speaks_of_the_place_where_it_was_written():
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in files()
        if (text := text_of(path)) is not None
        for word in FOREIGN
        if word in text
    ]
    assert found == []


def test_every_locked_package_carries_its_hash():
    for name in ("base", "test", "install", "search", "training"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        pins = re.findall(r"^[A-Za-z0-9][\w.\[\],-]*==.*(?:\n    .*)*", text, re.MULTILINE)
        assert pins
        assert all("--hash=sha256:" in pin for pin in pins)


def test_the_tests_run_on_what_the_clinic_runs_on():
    def pins(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        for package, version in re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[.*\])?==(\S+)", text, re.MULTILINE):
            found.setdefault(package, set()).add(version)
        return found

    base, test, search = pins("base"), pins("test"), pins("search")
    assert {name: test.get(name) for name in base} == base
    shared = search.keys() & test.keys()
    assert {name: search[name] for name in shared} == {name: test[name] for name in shared}
    assert "torch" not in search, "its build depends on the machine: torch.in"
    assert not [name for name in search if name.startswith(("nvidia-", "cuda-", "triton"))]


@pytest.mark.parametrize("name", ["run", "test", ".ci/run", "manage.py"])
def test_scripts_can_be_started(name):
    assert (ROOT / name).stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_a_decision_is_a_page_at_most(path):
    assert re.match(r"\d{4}-[a-z0-9-]+\.md$", path.name)
    assert len(path.read_text().splitlines()) <= LINES_OF_A_PAGE


def test_every_package_that_runs_in_the_clinic_has_its_reason():
    reasons = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    lists = [(ROOT / "requirements" / name).read_text() for name in ("base.in", "search.in")]
    for line in "\n".join(lists).splitlines():
        name = re.match(r"[A-Za-z0-9-]+", line)
        if name:
            assert f"`{name[0]}`" in reasons, f"{name[0]} has no line in docs/decisions/0002-dependencies.md"


def our_commands() -> set[str]:
    return {
        name
        for name, app in get_commands().items()
        if isinstance(app, str) and app.partition(".")[0] in {"diagnosis_app", "corpus_ingest"}
    }


def test_every_command_is_documented_and_none_is_invented():
    named = set(re.findall(r"^## `manage\.py ([\w-]+)", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE))
    assert named == our_commands()


def test_the_licence_is_whole_and_the_sources_are_credited():
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    for page in ("NOTICE", "README.md"):
        text = (ROOT / page).read_text()
        assert "Human Phenotype Ontology" in text
        assert "10.1093/nar/gkad1005" in text


def test_links_between_pages_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
