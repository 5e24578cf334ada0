from __future__ import annotations

import re

from diagnosis_app import env
from diagnosis_app.operations.checks.configuration import STEERING
from tests.environment import ROOT
from tests.setup.test_doctor import run_doctor

PAGE = ROOT / "docs" / "settings.md"


def test_the_page_is_what_the_settings_make_it(tmp_path):
    made = run_doctor(tmp_path, "--settings").stdout
    assert PAGE.read_text() == made, "run: manage.py doctor --settings > docs/settings.md"


def test_every_setting_is_on_the_page_and_none_is_invented():
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE))
    assert named == {*env.DECLARED, *STEERING}


def test_every_setting_that_code_reads_is_declared():
    pattern = re.compile(r"\b(CLEW_[A-Z_]+)\b")
    known = {*env.DECLARED, *STEERING}
    for file in [*ROOT.glob("diagnosis_app/**/*.py"), *ROOT.glob("corpus_ingest/**/*.py"), ROOT / "run", ROOT / "test"]:
        for name in pattern.findall(file.read_text()):
            assert name.removesuffix("_FILE") in known, f"{file.relative_to(ROOT)} speaks of {name}"
