"""The shelf: kept once by content, whole or not at all, noticed when altered."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from corpus_ingest import shelf


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: object) -> Path:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    return tmp_path / "var"


def test_a_file_is_kept_under_its_content_and_its_name(tmp_path: Path, var: Path) -> None:
    (tmp_path / "my cases.zip").write_bytes(b"content")
    kept = shelf.put("cases", tmp_path / "my cases.zip", "my cases.zip")
    digest = hashlib.sha256(b"content").hexdigest()
    assert kept.path == var / "sources" / "cases" / f"{digest}--my_cases.zip"
    assert (kept.sha256, kept.bytes, shelf.checked(kept).read_bytes()) == (digest, 7, b"content")
    assert shelf.files("cases") == (kept,)
    assert shelf.kinds() == ("cases",)


def test_the_same_content_is_kept_once_and_made_whole_again() -> None:
    kept = shelf.put("cases", b"content", "one.zip")
    kept.path.write_bytes(b"damaged")
    with pytest.raises(shelf.ShelfProblem, match=r"one\.zip \(cases\) on the shelf was altered"):
        shelf.checked(kept)
    assert shelf.put("cases", b"content", "other.zip") == kept
    assert shelf.checked(kept).read_bytes() == b"content"


def test_several_files_of_a_kind_stand_in_order_of_content() -> None:
    for content in (b"1", b"2", b"3"):
        shelf.put("cases", content, "x.zip")
    digests = [one.sha256 for one in shelf.files("cases")]
    assert digests == sorted(digests)
    assert len(digests) == 3


def test_replacing_leaves_only_the_new_one() -> None:
    shelf.put("mondo", b"old", "m.zip", replace=True)
    new = shelf.put("mondo", b"new", "m.zip", replace=True)
    assert shelf.files("mondo") == (new,)


def test_removing_takes_one_or_all_and_says_how_many() -> None:
    one = shelf.put("cases", b"1", "x")
    shelf.put("cases", b"2", "x")
    assert shelf.remove("cases", one.sha256) == 1
    assert shelf.remove("cases") == 1
    assert shelf.remove("cases") == 0
    assert shelf.kinds() == ()


def test_a_copy_that_fails_leaves_the_shelf_as_it_was(tmp_path: Path, var: Path) -> None:
    kept = shelf.put("mondo", b"old", "m.zip")
    with pytest.raises(FileNotFoundError):
        shelf.put("mondo", tmp_path / "gone.zip", "gone.zip", replace=True)
    assert shelf.files("mondo") == (kept,)
    assert [path.name for path in (var / "sources" / "mondo").iterdir()] == [kept.path.name]


def test_what_a_killed_process_left_is_no_file_of_the_shelf_and_goes_after_a_day(var: Path) -> None:
    shelf.put("mondo", b"old", "m.zip")
    folder = var / "sources" / "mondo"
    for name, age in (("old", 2 * 24 * 3600), ("young", 60)):
        (folder / f".unfinished-{name}").write_bytes(b"half")
        os.utime(folder / f".unfinished-{name}", (time.time() - age,) * 2)
    shelf.put("mondo", b"new", "m.zip")
    assert len(shelf.files("mondo")) == 2
    assert [path.name for path in folder.glob(".unfinished-*")] == [".unfinished-young"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", ".hidden", "", "Ä" * 300, "a\nb"])
def test_no_name_leads_outside(var: Path, name: str) -> None:
    kept = shelf.put("cases", name.encode(), name)
    assert kept.path.parent == var / "sources" / "cases"
    assert kept in shelf.files("cases")


@pytest.mark.parametrize("kind", ["../x", "", "A", "x/y", "."])
def test_a_kind_is_one_plain_word(kind: str) -> None:
    with pytest.raises(shelf.ShelfProblem):
        shelf.files(kind)


def test_links_and_strangers_are_no_files_of_the_shelf(var: Path) -> None:
    shelf.put("cases", b"1", "x")
    folder = var / "sources" / "cases"
    (folder / f"{'0' * 64}--link").symlink_to("/etc/passwd")
    (folder / "stranger.zip").write_bytes(b"x")
    assert len(shelf.files("cases")) == 1
