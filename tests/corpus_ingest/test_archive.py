"""A zip that somebody brought in is read without believing what it says of itself."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from corpus_ingest import archive
from corpus_ingest.archive import Bounds, UnsafeArchive
from tests.corpus_ingest.small_sources import packed, unpacked

FILES = {"a/two.txt": b"2" * 2000, "a/one.txt": b"1", "readme": b"r"}


def wanted(path: PurePosixPath) -> bool:
    return path.suffix == ".txt"


def test_wanted_entries_come_in_order_of_name(tmp_path: Path) -> None:
    found = list(archive.read(packed(tmp_path / "x.zip", FILES), wanted))
    assert found == [("a/one.txt", b"1"), ("a/two.txt", b"2" * 2000)]


def test_a_directory_is_read_as_its_zip_is_and_links_in_it_are_passed_over(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "folder", FILES)
    (folder / "a" / "link.txt").symlink_to("/etc/passwd")
    assert list(archive.read(folder, wanted)) == list(archive.read(packed(tmp_path / "x.zip", FILES), wanted))


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt", "/etc/cron.txt", "a\\..\\up.txt", "C:/up.txt"])
def test_a_name_that_leads_outside_refuses_the_whole_archive(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "x.zip", {"good.txt": b"x", name: b"x"})
    with pytest.raises(UnsafeArchive, match="leads outside the archive"):
        next(archive.read(path, wanted))


def test_a_link_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("link.txt")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr(entry, "/etc/passwd")
    with pytest.raises(UnsafeArchive, match="is a link"):
        list(archive.read(tmp_path / "x.zip"))


def test_a_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "bomb.zip", {"bomb.txt": b"\0" * (8 * 1024**2)})
    with pytest.raises(UnsafeArchive, match="are allowed"):
        list(archive.read(path, bounds=Bounds(entry_bytes=1024**2)))
    with pytest.raises(UnsafeArchive, match="packed more tightly"):
        list(archive.read(path, bounds=Bounds(ratio=100)))
    many = packed(tmp_path / "many.zip", {f"{n}.txt": b"x" * 600 for n in range(20)})
    with pytest.raises(UnsafeArchive, match="it has 20 entries"):
        list(archive.read(many, bounds=Bounds(entries=19)))
    with pytest.raises(UnsafeArchive, match="together exceed"):
        list(archive.read(many, bounds=Bounds(total_bytes=11_999)))
    with pytest.raises(UnsafeArchive, match="together exceed"):
        list(
            archive.read(unpacked(tmp_path / "f", {"1": b"x" * 600, "2": b"x" * 600}), bounds=Bounds(total_bytes=1000))
        )


def test_what_comes_out_is_counted_not_what_the_zip_declares(tmp_path: Path) -> None:
    """An entry that declares 10 bytes and holds 300,000 never gives more than it declared."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("liar.txt", b"x" * 300_000)
    content = buffer.getvalue().replace(struct.pack("<L", 300_000), struct.pack("<L", 10))
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(UnsafeArchive, match="cannot be read as a zip"):
        list(archive.read(tmp_path / "x.zip", bounds=Bounds(entry_bytes=1000)))


def test_encrypted_doubled_or_oddly_packed_entries_are_refused(tmp_path: Path) -> None:
    plain = packed(tmp_path / "plain.zip", {"a.txt": b"x"}).read_bytes()
    at = plain.index(b"PK\x01\x02") + 8
    (tmp_path / "locked.zip").write_bytes(plain[:at] + b"\x01" + plain[at + 1 :])
    with pytest.raises(UnsafeArchive, match="is encrypted"):
        list(archive.read(tmp_path / "locked.zip"))
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as made:
        made.writestr("a.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a.txt", b"2")
    with pytest.raises(UnsafeArchive, match="occurs twice"):
        list(archive.read(tmp_path / "twice.zip"))
    with zipfile.ZipFile(tmp_path / "odd.zip", "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.txt", b"x" * 100)
    with pytest.raises(UnsafeArchive, match="packed in a way"):
        list(archive.read(tmp_path / "odd.zip"))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 60])
def test_what_is_no_zip_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(UnsafeArchive, match=r"x\.zip is refused: it cannot be read as a zip"):
        list(archive.read(tmp_path / "x.zip"))


def test_every_cut_of_a_zip_is_refused_or_reads_the_same(tmp_path: Path) -> None:
    whole = packed(tmp_path / "x.zip", FILES).read_bytes()
    for end in range(0, len(whole), 7):
        (tmp_path / "cut.zip").write_bytes(whole[:end])
        with pytest.raises(UnsafeArchive):
            list(archive.read(tmp_path / "cut.zip"))


def test_a_damaged_entry_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed(tmp_path / "x.zip", {"a.txt": bytes(range(256)) * 40}).read_bytes())
    content[60] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(UnsafeArchive):
        list(archive.read(tmp_path / "x.zip"))


def test_packing_gives_the_same_bytes_again(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "folder", FILES)
    first = archive.pack(folder, wanted)
    (folder / "a" / "one.txt").touch()
    assert archive.pack(folder, wanted) == first
    (tmp_path / "x.zip").write_bytes(first)
    assert [name for name, _ in archive.read(tmp_path / "x.zip")] == ["a/one.txt", "a/two.txt"]
