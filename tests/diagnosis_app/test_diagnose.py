"""`manage.py diagnose`: any file gets an answer or a remedy, and the exit code says which."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.environment import ROOT

MARFAN = "HP:0001083\nHP:0002616 Aortic root aneurysm\n# a remark\nHP:0100775\nHP:0001519, HP:0001166\n- HP:0001250\n"
PACKET: dict[str, Any] = {
    "id": "p1",
    "subject": {"id": "x", "sex": "MALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P14Y"}}},
    "phenotypicFeatures": [
        {"type": {"id": "HP:0001083", "label": "Ectopia lentis"}},
        {"type": {"id": "HP:0002616", "label": "Aortic root aneurysm"}},
        {"type": {"id": "HP:0001519", "label": "Disproportionate tall stature"}},
        {"type": {"id": "HP:0100775", "label": "Dural ectasia"}},
        {"type": {"id": "HP:0001250", "label": "Seizure"}, "excluded": True},
    ],
    "metaData": {"phenopacketSchemaVersion": "2.0"},
}
NOTE = """\
Disproportionate tall stature with ectopia lentis, arachnodactyly, dural ectasia and aortic root dilatation.
No seizures. Possible scoliosis. Mother: migraine.
"""

pytestmark = pytest.mark.usefixtures("knowledge_directory")


class Told:
    """What one call of the command said, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line, parse_constant=pytest.fail) for line in self.out.splitlines()]


@pytest.fixture
def diagnose(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Calls the command in this process; a database is never allowed to it."""

    def call(*arguments: object, stdin: bytes | None = None) -> Told:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = 0
        try:
            call_command("diagnose", *map(str, arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Told(code, captured.out, captured.err)

    return call


def by_hand(*arguments: object, stdin: bytes = b"", **changes: str) -> Told:
    """The command as somebody types it: a process, without a database file and without a queue."""
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", **changes}
    done = subprocess.run(
        [sys.executable, "manage.py", "diagnose", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Told(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes, str], Path]:
    def write(content: str | bytes, name: str = "case.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


# ---- the three kinds of file


@pytest.mark.parametrize(
    ("content", "kind"), [(MARFAN, "terms"), (json.dumps(PACKET), "phenopacket"), (NOTE, "note")], ids=str
)
def test_each_kind_of_file_is_recognised_and_ranked(diagnose: Any, file: Any, content: str, kind: str) -> None:
    (result,) = diagnose(file(content), "--json").json
    assert result["input"]["kind"] == kind
    assert result["outcome"] == "ranked"
    assert result["candidates"][0]["id"] == "OMIM:154700"
    assert {"term": "HP:0001250", "label": "Seizure", "status": "excluded", "onset": None} in result["input"][
        "findings"
    ]


def test_every_score_is_its_prior_and_its_contributions(diagnose: Any, file: Any) -> None:
    (result,) = diagnose(file(MARFAN), "--json", "--limit", 200).json
    assert len(result["candidates"]) == 200
    for one in result["candidates"]:
        total = one["prior"] + math.fsum(part["value"] for part in one["contributions"])
        assert total == pytest.approx(one["score"], abs=1e-9)
        assert one["ids"][0] == one["id"]


def test_the_json_says_which_knowledge_it_came_from(diagnose: Any, file: Any, snapshot: Any) -> None:
    (result,) = diagnose(file(MARFAN), "--json").json
    assert result["snapshot"] == snapshot.id
    assert "2025-01-16" in result["citation"]
    assert "not for emergencies" in result["intended_use"]


def test_sex_and_age_of_a_phenopacket_are_read(diagnose: Any, file: Any) -> None:
    (result,) = diagnose(file(json.dumps(PACKET)), "--json").json
    assert (result["input"]["sex"], result["input"]["age"]) == ("male", "P14Y")


def test_of_a_note_the_uncertain_and_a_relatives_are_told_and_not_ranked(diagnose: Any, file: Any) -> None:
    (result,) = diagnose(file(NOTE), "--json").json
    assert result["input"]["counts"] == {"present": 5, "excluded": 1, "uncertain": 1, "family": 1}
    assert {one["reason"] for one in result["not_used"]} == {"uncertain", "family"}
    told = " ".join(remark["message"] for remark in result["input"]["remarks"])
    assert "Scoliosis, uncertain, not ranked, because of “Possible”" in told
    assert "Migraine, in a relative, not ranked, because of “Mother”" in told


def test_a_kind_can_be_forced(diagnose: Any, file: Any) -> None:
    told = diagnose(file(NOTE), "--as", "terms")
    assert told.code == 1
    assert "line 1" in told.err
    assert diagnose(file(MARFAN), "--as", "phenopacket").code == 1


def test_standard_input_is_a_file_too(diagnose: Any) -> None:
    (result,) = diagnose("-", "--json", stdin=MARFAN.encode()).json
    assert result["case"] == "standard input"
    assert result["candidates"][0]["id"] == "OMIM:154700"


def test_an_obsolete_or_alternative_id_is_replaced_and_told(diagnose: Any, file: Any) -> None:
    told = diagnose(file(MARFAN.replace("HP:0001166", "HP:0001505")))
    assert told.code == 0
    assert "HP:0001505 is an alternative id; the current one is HP:0001166" in told.out


def test_a_contradiction_is_told(diagnose: Any, file: Any) -> None:
    told = diagnose(file(MARFAN + "HP:0001250\n"))
    assert told.code == 0
    assert "both present and excluded" in told.out


# ---- the table


def test_the_table_says_what_was_read_what_it_leaves_out_and_what_it_is_for(diagnose: Any, file: Any) -> None:
    told = diagnose(file(MARFAN), "--limit", 3)
    assert "terms; 5 present, 1 excluded" in told.out
    assert "Marfan syndrome" in told.out
    assert "nothing is merged by name" in told.out
    assert "Supports a clinician's own judgement" in told.out
    assert "Human Phenotype Ontology 2025-01-16" in told.out
    assert "\x1b" not in told.out
    assert len([line for line in told.out.splitlines() if "OMIM:" in line]) == 3


def test_several_files_are_ranked_one_after_the_other_and_a_bad_one_stops_none(diagnose: Any, file: Any) -> None:
    told = diagnose(file(MARFAN, "a"), file("{", "b"), file(NOTE, "c"), "--json")
    assert told.code == 1
    assert [result["outcome"] for result in told.json] == ["ranked", "failed", "ranked"]
    assert told.json[1]["error"]["code"] == "phenopacket.json"
    assert told.json[1]["error"]["hint"]
    assert f"{file('{', 'b')}: The JSON breaks at line 1" in told.err


# ---- exit codes, as a script sees them


def test_a_ranked_file_ends_with_0_and_needs_neither_database_nor_queue(file: Any) -> None:
    told = by_hand(file(MARFAN), "--json", REDIS_URL="redis://127.0.0.1:9")
    assert (told.code, told.err) == (0, "")
    assert told.json[0]["candidates"][0]["id"] == "OMIM:154700"


def test_an_unreadable_file_ends_with_1_and_only_json_stands_on_standard_output(file: Any) -> None:
    told = by_hand(file(MARFAN), "/does/not/exist", "--json")
    assert told.code == 1
    assert len(told.json) == 2
    assert "/does/not/exist: does not exist. Check the name. [input.unreadable]" in told.err


@pytest.mark.parametrize("arguments", [[], ["--limit", "0", "x"], ["--as", "letter", "x"], ["-", "-"], ["x", "--jsn"]])
def test_a_command_that_is_not_understood_ends_with_2(arguments: list[str]) -> None:
    told = by_hand(*arguments)
    assert told.code == 2
    assert told.err and not told.out


def test_too_few_findings_end_with_3_and_are_still_in_the_json(file: Any) -> None:
    told = by_hand(file("HP:0001250\n"), "--json")
    assert told.code == 3
    assert told.json[0]["outcome"] == "insufficient"
    assert told.json[0]["candidates"]
    table = by_hand(file("HP:0001250\n"))
    assert table.code == 3
    assert "Not enough for a differential" in table.out
    assert "OMIM:" not in table.out


def test_without_knowledge_it_ends_with_4_and_says_how_to_get_it(file: Any, tmp_path: Path) -> None:
    told = by_hand(file(MARFAN), CLEW_KNOWLEDGE=str(tmp_path / "none"))
    assert told.code == 4
    assert "manage.py knowledge build" in told.err


def test_damaged_knowledge_ends_with_4_and_names_the_file(file: Any, tmp_path: Path, knowledge_directory: Path) -> None:
    import shutil

    copy = tmp_path / "knowledge"
    name = (knowledge_directory / "current").read_text().strip()
    shutil.copytree(knowledge_directory / name, copy / name)
    (copy / "current").write_text(name)
    (copy / name / "ontology" / "parent.npy").chmod(0o644)
    (copy / name / "ontology" / "parent.npy").write_bytes(b"short")
    told = by_hand(file(MARFAN), CLEW_KNOWLEDGE=str(copy))
    assert told.code == 4
    assert "ontology/parent.npy" in told.err


def test_a_reader_that_stops_early_is_no_failure(file: Any) -> None:
    command = (
        f"{sys.executable} manage.py diagnose {file(MARFAN)} --limit 2000 --json | head -c 10; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert done.stderr == b""
    assert done.returncode == 0


# ---- bad input: a name, a remedy, never a stack trace


def changed(**fields: Any) -> str:
    return json.dumps({**PACKET, **fields})


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("HP:0001250\nHP:12\n", "ontology.malformed_id", "line 2"),
        ("HP:0001250\nHP:9999999\n", "ontology.unknown_term", "line 2"),
        ("HP:0000006\n", "ontology.not_a_finding", "line 1"),
        ("HP:0001250\n\x00\n", "input.binary", "line 2"),
        ("", "input.empty", "empty"),
        (b"\xff\xfeH\x00P\x00", "input.encoding", "UTF-16"),
        ("HP:0001250 Krämpfe\n".encode("latin1"), "input.encoding", "line 1"),
        (b"%PDF-1.4", "input.binary", "PDF"),
        (bytes(range(1, 256)), "input.encoding", "line"),
        ("{", "phenopacket.json", "line 1"),
        ("[]", "phenopacket.not_object", "object"),
        ("{}", "phenopacket.unknown", "not a phenopacket"),
        ('{"resourceType": "Patient"}', "phenopacket.fhir", "FHIR"),
        (changed(metaData={"phenopacketSchemaVersion": "1.0.0"}), "phenopacket.version", "version 1"),
        ("[" * 100_000, "phenopacket", "deep"),
        ("发作三年", "note.nothing_recognised", "No finding"),
        ("نوبات صرع منذ الولادة", "note.nothing_recognised", "No finding"),
        ("x " * 1_000_000, "input.too_large", "200,000"),
        (b"x" * 6_000_000, "input.too_large", "5 MB"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_bad_input_is_refused_with_its_place_and_a_remedy(
    diagnose: Any, file: Any, content: str | bytes, code: str, words: str
) -> None:
    told = diagnose(file(content), "--json")
    assert told.code == 1
    (result,) = told.json
    assert result["error"]["code"].startswith(code)
    assert words in result["error"]["message"]
    assert result["error"]["hint"].strip()
    assert len(told.err) < 4000


def test_five_hundred_findings_are_too_many_in_a_list(diagnose: Any, file: Any, snapshot: Any) -> None:
    ontology = snapshot.ontology
    ids = [term.id for term in ontology.terms() if ontology.is_finding(ontology.index(term.id))]
    told = diagnose(file("\n".join(ids[1:501])))
    assert told.code == 1
    assert "500 findings; the limit is 200" in told.err


def test_all_wrong_lines_are_named_but_not_without_end(diagnose: Any, file: Any) -> None:
    told = diagnose(file("HP:1\n" * 100))
    assert len(told.err.splitlines()) == 21
    assert "and 80 more" in told.err


def test_a_phenopacket_with_missing_and_unknown_fields_is_ranked_and_told(diagnose: Any, file: Any) -> None:
    packet = {"phenotypicFeatures": [*PACKET["phenotypicFeatures"], {}, {"type": {"id": "HP:9999999"}}], "new": 1}
    told = diagnose(file(json.dumps(packet)))
    assert told.code == 0
    assert "phenotypicFeatures[5]" in told.out
    assert "HP:9999999" in told.out
    assert "new" in told.out


def test_text_in_two_directions_is_read_around(diagnose: Any, file: Any) -> None:
    told = diagnose(file(f"‮مريض‬ 患者: {NOTE}"))
    assert told.code == 0
    assert "\u202e" not in told.out


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "‮gpj.exe", "患者 1.txt", "-starts", "*", "$(reboot)", "a b"])
def test_a_hostile_file_name_is_harmless(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(MARFAN)
    told = by_hand("--limit", 1, path)
    assert told.code == 0
    assert "\x1b" not in told.out and "\u202e" not in told.out
    path.write_text("{")
    told = by_hand(path)
    assert told.code == 1
    assert "\x1b" not in told.err and len(told.err.splitlines()) == 1


def test_a_name_that_is_not_utf8_is_harmless(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as target:  # noqa: PTH123
        target.write(MARFAN.encode())
    done = subprocess.run(
        [sys.executable, "manage.py", "diagnose", path, "--json"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["case"].endswith("caf\\xe9.txt")


def test_in_a_terminal_without_utf8_it_still_speaks(file: Any) -> None:
    told = by_hand(file(NOTE), PYTHONIOENCODING="ascii", LC_ALL="C")
    assert told.code == 0
    assert "Marfan syndrome" in told.out
    told = by_hand(file(NOTE), "--json", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert "“Possible”" in str(told.json)


@pytest.mark.benchmark_data
def test_published_cases_are_read_without_a_failure(diagnose: Any, benchmark_data: Path, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(benchmark_data / "cases" / "phenopackets-dev.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".json"))[::200]
        files = [tmp_path / f"{number}.json" for number in range(len(names))]
        for path, name in zip(files, names, strict=True):
            path.write_bytes(archive.read(name))
    told = diagnose(*files, "--json", "--limit", 1)
    assert told.code in {0, 3}
    assert len(told.json) == len(files) > 30
    assert not told.err


def test_a_list_of_genes_is_taken_for_every_file(diagnose: Any, tmp_path: Path) -> None:
    case, genes = tmp_path / "case.txt", tmp_path / "genes.txt"
    case.write_text(MARFAN)
    genes.write_text("# exome\nFBN1, het, de novo\nABCD99\n")
    told = diagnose(case, "--genes", genes, "--json")
    assert told.code == 0
    (result,) = told.json
    assert [one["symbol"] for one in result["input"]["genes"]] == ["FBN1", "ABCD99"]
    assert any(part["gene"] == "FBN1" for part in result["candidates"][0]["contributions"])
    told = diagnose(case, "--genes", genes)
    assert "2 genes, 1 of them with a known disease" in told.out
    assert "gene FBN1" in told.out


def test_a_list_with_a_problem_is_refused_whole_and_names_the_line(diagnose: Any, tmp_path: Path) -> None:
    case, genes = tmp_path / "case.txt", tmp_path / "genes.txt"
    case.write_text(MARFAN)
    genes.write_text("FBN1, 7\nhttp://x\n")
    told = diagnose(case, "--genes", genes)
    assert told.code == 1 and not told.out
    assert [line.partition(": ")[2].partition(":")[0] for line in told.err.splitlines()] == ["Line 1", "Line 2"]
    genes.write_text("# nothing\n")
    told = diagnose(case, "--genes", genes)
    assert told.code == 1 and "names no gene" in told.err
    assert diagnose(case, "--genes", tmp_path / "missing").code == 1
    assert diagnose("-", "--genes", "-", stdin=b"").code == 2
