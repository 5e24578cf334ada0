"""Letters never enter the knowledge: nothing that builds a snapshot can reach them, and none lies in a file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.attachments.models import Attachment
from diagnosis_app.cases.models import Case
from tests.diagnosis_app.attachments import papers
from tests.environment import ROOT

# What a build imports, from its commands down, in an interpreter of its own that knows no Django app of the clinic.
SCRIPT = """
import pkgutil, sys, importlib
import corpus_ingest
for found in pkgutil.walk_packages(corpus_ingest.__path__, "corpus_ingest."):
    if ".management" in found.name or found.name.endswith((".models", ".tasks")) or ".migrations" in found.name:
        continue
    importlib.import_module(found.name)
print(sorted(name for name in sys.modules if name.startswith("diagnosis_app")))
"""


def test_whatever_builds_a_snapshot_never_loads_the_letters_of_a_case() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = ast.literal_eval(done.stdout)
    assert not [name for name in loaded if "attachments" in name or "cases" in name]


def test_no_line_of_the_ingestion_names_the_letters_or_asks_the_database_for_them() -> None:
    found = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "corpus_ingest").rglob("*.py")
        if any(word in file.read_text(encoding="utf-8") for word in ("attachments", "get_model(", "Original.objects"))
    ]
    assert found == []


@pytest.mark.django_db
def test_no_file_of_this_machine_holds_a_letter(letter: Attachment, var: Path) -> None:
    """Neither the file nor its words: the database alone has them, and the knowledge lies elsewhere."""
    needles = (papers.pdf()[:200], papers.PAGE_TWO[0].encode())
    folders = {Path(settings.VAR_DIR), var}
    for folder in folders:
        for path in folder.rglob("*"):
            inside_database = "sqlite3" in path.name
            if path.is_file() and not inside_database and path.stat().st_size < 5_000_000:
                content = path.read_bytes()
                assert not any(needle in content for needle in needles), path
    knowledge = Path(settings.KNOWLEDGE_DIR).resolve()
    database = Path(str(settings.DATABASES["default"]["NAME"])).resolve()
    assert knowledge not in database.parents


@pytest.mark.django_db
def test_a_snapshot_stays_what_it_is_whatever_letters_a_case_has(actor: Actor, case: Case, letter: Attachment) -> None:
    from corpus_ingest import library

    before = library.current().id
    assert letter.letter().text
    library.close_all()
    assert library.current().id == before
