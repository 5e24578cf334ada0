"""Which knowledge is measured: the one in use, another by its id, or one that has what the data folder offers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus_ingest import library, pipeline, publish
from corpus_ingest.source import Parsed, Source
from corpus_ingest.sources import mondo
from diagnosis_app.errors import Invalid
from diagnosis_app.evaluation import reading, worlds
from retrieval.model import Finding, Profile, PublishedCase
from retrieval.snapshot import Snapshot
from tests import evaluation_world
from tests.corpus_ingest import tiny
from tests.evaluation_world import FOCAL, SEIZURE


@pytest.fixture
def offered(in_use: Snapshot, settings, tmp_path: Path, monkeypatch):
    """A data folder with one file of a kind that the snapshot in use lacks."""
    hpo = tiny.write(tmp_path / "raw", rows=evaluation_world.ROWS)

    def extra(path: Path) -> Source:
        assert path.name == "extra.zip"
        return Source("extra", hpo.fetch, lambda files: replace(hpo.describe(files), name="extra"), lambda _: Parsed())

    (tmp_path / "data" / "knowledge").mkdir(parents=True)
    (tmp_path / "data" / "knowledge" / "extra.zip").write_bytes(b"")
    settings.BENCHMARK_DATA = tmp_path / "data"
    monkeypatch.setattr(worlds, "FILES", {"extra": "extra.zip"})
    monkeypatch.setattr(worlds, "kinds", lambda: (replace(mondo.KIND, name="extra", source=extra),))
    monkeypatch.setattr(worlds, "on_hand", lambda: (hpo,))
    return in_use


def test_the_snapshot_in_use_is_measured(in_use):
    said: list[str] = []
    assert worlds.choose(None, said.append).id == in_use.id and said == []


def test_what_the_data_offer_and_the_snapshot_lacks_is_built_once_beside_it(offered, settings):
    said: list[str] = []
    found = worlds.choose(None, said.append)
    assert [source.name for source in found.manifest.sources] == ["hpo", "extra"]
    assert found.directory.is_relative_to(settings.VAR_DIR / "evaluation")
    assert len(said) == 2 and "is being built" in said[0]
    assert (
        found.id in said[1] and "built in" in said[1] and f"extra of the benchmark data, which {offered.id}" in said[1]
    )
    assert publish.in_use(settings.KNOWLEDGE_DIR) == offered.id
    said.clear()
    assert worlds.choose(None, said.append).id == found.id
    assert len(said) == 1 and "built" not in said[0]


def test_a_snapshot_asked_for_by_its_id_is_the_one_that_is_measured(offered):
    said: list[str] = []
    assert worlds.choose(offered.id[:6], said.append).id == offered.id and said == []


def test_a_file_that_is_not_there_is_not_missed(offered, settings):
    (settings.BENCHMARK_DATA / "knowledge" / "extra.zip").unlink()
    assert worlds.choose(None, lambda _: None).id == offered.id


@pytest.mark.parametrize("wanted", ["0123", "../../etc", "x" * 500])
def test_an_id_that_nothing_has_is_refused(in_use, wanted):
    with pytest.raises(Invalid, match="no snapshot"):
        worlds.choose(wanted, lambda _: None)


# --- the published cases that were named are the only ones --------------------

ONLY_A_CASE = {"id": "n", "observed": [SEIZURE, FOCAL], "diagnoses": ["OMIM:700001"], "pmids": ["PMID:70"],
               "genes": ["AARS1"]}  # fmt: skip


def cases(path: Path, *added: dict) -> tuple[PublishedCase, ...]:
    return reading.read_bank(evaluation_world.write_cases(path, [*evaluation_world.CASES, *added]))


def nothing(_line: str) -> None: ...


def test_a_disease_that_only_a_named_case_knows_is_ranked_with_its_name_and_gene(in_use, tmp_path):
    found = worlds.choose(None, nothing, cases(tmp_path / "bank.json", ONLY_A_CASE))
    ranked = {found.diseases.ids[i] for i in found.diseases.ranked.tolist()}
    assert "OMIM:700001" in ranked and found.cases.size == 6  # one case has no finding that is known
    assert in_use.diseases.index("OMIM:700001") is None
    index = found.diseases.index("OMIM:700001")
    assert list(found.genes.seen_in(index)) == ["AARS1"]
    leading = found.ranker.rank(Profile((Finding(SEIZURE), Finding(FOCAL)))).candidates[0]
    assert leading.id == "OMIM:700001"
    assert found.ranker.version.startswith("with_cases-")


def test_the_same_cases_under_another_name_are_the_same_knowledge_and_nothing_is_built_again(in_use, tmp_path):
    one = worlds.choose(None, nothing, cases(tmp_path / "one.json"))
    said: list[str] = []
    assert worlds.choose(None, said.append, cases(tmp_path / "other.json")).id == one.id
    assert len(said) == 1 and "named" in said[0] and "built" not in said[0]


def test_what_the_snapshot_in_use_holds_is_no_part_of_a_named_bank(in_use, settings, tmp_path, monkeypatch):
    own = with_cases(tmp_path, settings, monkeypatch)
    assert worlds.choose(None, nothing).id == own.id  # with neither option: its own
    only = worlds.choose(None, nothing, cases(tmp_path / "bank.json"))
    assert only.id != own.id and only.cases.size == own.cases.size - 1
    assert only.diseases.index("OMIM:700001") is None


def test_without_a_bank_the_snapshot_in_use_serves_if_it_has_no_cases_and_else_one_is_made(
    in_use, settings, tmp_path, monkeypatch
):
    assert worlds.choose(None, nothing, ()).id == in_use.id
    own = with_cases(tmp_path, settings, monkeypatch)
    bare = worlds.choose(None, nothing, ())
    assert bare.id != own.id and bare.cases.size == 0
    assert bare.ranker.version.startswith("annotations_only-")


def test_a_snapshot_by_its_id_comes_with_its_own_cases_and_not_with_others(in_use, tmp_path):
    assert worlds.choose(in_use.id, nothing, ()).id == in_use.id
    with pytest.raises(Invalid, match="its own published cases") as refused:
        worlds.choose(in_use.id, nothing, cases(tmp_path / "bank.json"))
    assert refused.value.field == "knowledge" and refused.value.hint


def test_only_the_last_used_ones_are_kept(in_use, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(worlds, "KEPT", 2)
    made = []
    for n in range(3):
        made.append(
            worlds.choose(None, nothing, cases(tmp_path / "bank.json", {**ONLY_A_CASE, "pmids": [f"{n + 500}"]})).id
        )
    assert set(publish.finished(settings.VAR_DIR / "evaluation" / "knowledge")) == set(made[1:])


def with_cases(tmp_path: Path, settings, monkeypatch) -> Snapshot:
    """Another snapshot in use, with cases of its own that are on the shelf."""
    shelved = worlds.source_of(cases(tmp_path / "own.json", ONLY_A_CASE))
    here = (*worlds.on_hand(), shelved)
    monkeypatch.setattr(worlds, "on_hand", lambda: here)
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    pipeline.build(settings.KNOWLEDGE_DIR, sources=here)
    library.close_all()
    return library.current()
