from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article, Unreadable, article_id
from index.formats import archives, tape

TEXT = "The mill was sold.\n"


def zipped(files: Mapping[str, Any]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def tarred(files: Mapping[str, Any]) -> bytes:
    data = io.BytesIO()
    with tarfile.TarFile(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            member = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            body = content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else b""
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return data.getvalue()


def link(name: str, kind: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def read(folder: Path, name: str, data: bytes) -> tuple[list[Article], list[tuple[str, str]]]:
    """The articles, and what cannot be read by the end of its source, of an archive of which nothing is left on the disk."""
    path = folder / name
    path.write_bytes(data)
    items = list(archives.read(path))
    assert [file.name for file in folder.rglob("*")] == [name]
    unreadable = [(item.source.removeprefix(str(path)), item.reason) for item in items if isinstance(item, Unreadable)]
    return [item for item in items if isinstance(item, Article)], unreadable


def test_the_documents_and_tables_of_a_zip(tmp_path: Path) -> None:
    files = {
        "b/mill.txt": TEXT,
        "c.MD": "# Sold\n\nA mill.",
        "t.csv": "id,text\nx,One.\ny,Two.\n",
        "picture.png": b"\x89PNG",
        "d/": "",
    }
    found, unreadable = read(tmp_path, "a.zip", zipped(files))
    path = tmp_path / "a.zip"
    assert not unreadable
    assert [(article.source.removeprefix(str(path)), article.title, article.text) for article in found] == [
        ("#b/mill.txt", "The mill was sold.", TEXT),
        ("#c.MD", "Sold", "# Sold\n\nA mill."),
        ("#t.csv#x", "One.", "One."),
        ("#t.csv#y", "Two.", "Two."),
    ]
    assert {article.file for article in found} == {str(path)}
    assert found[0].id == article_id(f"{path}#b/mill.txt")


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.tar", bytes),
        ("a.tar.gz", gzip.compress),
        ("a.tgz", gzip.compress),
        ("a.tar.bz2", bz2.compress),
        ("a.tar.xz", lzma.compress),
        # As parallel programs write it, with zeros behind.
        ("a.tar.gz", lambda data: gzip.compress(data[:700]) + gzip.compress(data[700:]) + bytes(100_000)),
        ("a.tar.xz", lambda data: lzma.compress(data[:700]) + lzma.compress(data[700:])),
    ],
)
def test_the_documents_and_tables_of_a_tar(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    long = "n" * 120 + "ü.txt"
    files = {
        "./b/mill.txt": TEXT,
        "picture.png": b"\x89PNG" * 50_000,
        "t.jsonl": '{"text": "One."}\n',
        long: "Long.",
        "e.txt": "End.",
    }
    found, unreadable = read(tmp_path, name, pack(tarred(files)))
    assert not unreadable
    assert [(article.source.partition("#")[2], article.text) for article in found] == [
        ("b/mill.txt", TEXT),
        ("t.jsonl#1", "One."),
        (long, "Long."),
        ("e.txt", "End."),
    ]


def test_an_archive_in_an_archive_but_not_without_end(tmp_path: Path) -> None:
    data = zipped({"a.txt": "In four."})
    for number in (3, 2):
        data = zipped({"deeper.zip": data, "a.txt": f"In {number}."})
    found, unreadable = read(tmp_path, "a.tar.gz", gzip.compress(tarred({"deeper.zip": data, "a.txt": "In 1."})))
    assert [article.text for article in found] == ["In 3.", "In 2.", "In 1."]
    assert unreadable == [("#deeper.zip#deeper.zip#deeper.zip", "lies in an archive in an archive in an archive")]


def test_columns_are_handed_to_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"t.csv": "a,b\n1,One.\n"}))
    [article] = archives.read(path, {"text": "b"})
    assert isinstance(article, Article)
    assert article.text == "One."


@pytest.mark.parametrize("name", ["../a.txt", "b/../../a.txt", "/etc/a.txt", "C:\\a.txt", "..\\a.txt"])
def test_names_that_lead_out_are_named(tmp_path: Path, name: str) -> None:
    for archive, data in [("a.zip", zipped({name: TEXT, "b.txt": TEXT})), ("a.tar", tarred({name: TEXT, "b.txt": TEXT}))]:
        (tmp_path / archive).unlink(missing_ok=True)
        found, [(_, reason)] = read(tmp_path, archive, data)
        assert [article.source.partition("#")[2] for article in found] == ["b.txt"]
        assert reason == "has a name that leads out of the archive"
        (tmp_path / archive).unlink()


def test_links_and_devices_are_named_and_not_followed(tmp_path: Path) -> None:
    members = {
        "a.txt": link("a.txt", tarfile.SYMTYPE),
        "b.txt": link("b.txt", tarfile.LNKTYPE),
        "c.txt": link("c.txt", tarfile.CHRTYPE),
    }
    found, unreadable = read(tmp_path, "a.tar", tarred({**members, "d.txt": link("d.txt", tarfile.FIFOTYPE), "e.txt": TEXT}))
    assert [article.text for article in found] == [TEXT]
    assert unreadable == [
        ("#a.txt", "is a link"),
        ("#b.txt", "is a link"),
        ("#c.txt", "is not a regular file"),
        ("#d.txt", "is not a regular file"),
    ]


def test_links_encrypted_and_strangely_packed_members_of_a_zip_are_named(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        member = zipfile.ZipInfo("link.txt")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
        archive.writestr("packed.txt", TEXT, compress_type=zipfile.ZIP_LZMA)
        archive.writestr("secret.txt", TEXT)
        archive.writestr("open.txt", TEXT)
    content = bytearray(data.getvalue())
    # The bit of the list of members that says so.
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"secret.txt"))
    content[place + 8] |= 1
    found, unreadable = read(tmp_path, "a.zip", bytes(content))
    assert [article.source.partition("#")[2] for article in found] == ["open.txt"]
    assert unreadable == [
        ("#link.txt", "is a link"),
        ("#packed.txt", "is packed by another method than deflation"),
        ("#secret.txt", "is encrypted"),
    ]


def test_hidden_members_are_passed_over_and_a_second_of_a_name_is_named(tmp_path: Path) -> None:
    files = {"__MACOSX/._a.txt": TEXT, ".git/a.txt": TEXT, "a.txt": TEXT, "./a.txt": "Another."}
    found, unreadable = read(tmp_path, "a.tar", tarred(files))
    assert [article.text for article in found] == [TEXT]
    assert unreadable == [("#a.txt", "has the same name as one of the files before it")]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar.bz2", "a.tar.xz"])
def test_no_more_is_unpacked_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(archives, "LEAST_MEBIBYTES", 3)
    files = {"first.txt": TEXT, **{f"{number}.txt": " " * 2**20 for number in range(9)}}
    packs: dict[str, Callable[[bytes], bytes]] = {"z2": bz2.compress, "gz": gzip.compress, "xz": lzma.compress}
    found, unreadable = read(tmp_path, name, zipped(files) if name == "a.zip" else packs[name[-2:]](tarred(files)))
    assert [article.text for article in found] == [TEXT]
    assert unreadable[-1] == ("", "unpacks to more than 3 MiB; the rest is not read")


def test_a_bomb_inside_stops_what_is_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LEAST_MEBIBYTES", 3)
    bomb = zipped({f"{number}.csv": "text\n" + ("x" * 2**15 + "\n") * 32 for number in range(3)})
    data = zipped({f"{number}.zip": bomb for number in range(5)})
    _, unreadable = read(tmp_path, "a.zip", data)
    assert ("", "unpacks to more than 3 MiB; the rest is not read") in unreadable


def test_members_that_share_their_bytes_are_counted_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LEAST_MEBIBYTES", 3)
    data = bytearray(zipped({f"{number}.txt": " " * 2**20 for number in range(9)}))
    # All of the list leads to the same local header, whose name differs: that is damage, and no way around the limit.
    place = data.index(b"PK\x01\x02")
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        data[place + 42 : place + 46] = struct.pack("<L", 0)
        place += 4
    _, unreadable = read(tmp_path, "a.zip", bytes(data))
    assert ("#1.txt", "is damaged (BadZipFile)") in unreadable


def test_large_and_many_members_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER_MEBIBYTES", 1)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    monkeypatch.setattr(archives, "BYTES_TO_A_MEMBER", 10**6)
    files = {"a.txt": " " * (2**20 + 1), "b.png": "x", "c.txt": TEXT, "d.txt": TEXT}
    found, unreadable = read(tmp_path, "a.zip", zipped(files))
    assert [article.text for article in found] == [TEXT]
    assert unreadable == [
        ("#a.txt", "is larger than 1 MiB"),
        ("", "holds too many files and rows for its size; the rest is not read"),
    ]


def test_rows_are_counted_as_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    bomb = "text\n" + "x\n" * 2000
    found, unreadable = read(tmp_path, "a.zip", zipped({"a.zip": zipped({"a.csv": bomb}), "b.csv": bomb}))
    # The archive has about 300 bytes, and so no more than 300 / 20 rows.
    assert len(found) < 20
    assert unreadable == [("", "holds too many files and rows for its size; the rest is not read")]


def test_what_describes_the_members_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 100_000)
    _, unreadable = read(tmp_path, "a.zip", zipped({f"{'n' * 200}{number}.txt": "" for number in range(1000)}))
    assert unreadable == [("", "lists its files in more than 0 MiB")]
    (tmp_path / "a.zip").unlink()

    member = tarfile.TarInfo("a.txt")
    member.pax_headers = {"comment": "x" * 10**6}
    _, unreadable = read(tmp_path, "a.tar.gz", gzip.compress(tarred({"a.txt": member})))
    assert unreadable == [("", "describes a file in more than 32 KiB")]
    (tmp_path / "a.tar.gz").unlink()

    # A header of digits takes some versions of tarfile quadratic time.
    member = tarfile.TarInfo("././@PaxHeader")
    member.type, member.size = tarfile.XHDTYPE, 2**12
    block = member.tobuf(tarfile.USTAR_FORMAT) + b"1" * 2**12
    monkeypatch.setattr(archives, "MAX_HEADER_SECONDS", 0.0)
    found, unreadable = read(tmp_path, "a.tar", block + tarred({"a.txt": TEXT}))
    assert not found
    assert unreadable == [("", "takes longer than 0 s to list")]


def test_a_tar_that_leads_back_is_left(tmp_path: Path) -> None:
    member = tarfile.TarInfo("a.txt")
    header = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    # A size below zero in base 256, and the checksum that goes with it.
    header[124:136] = b"\xff" * 10 + b"\xf0\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    _, unreadable = read(tmp_path, "a.tar", bytes(header) + tarred({"b.txt": TEXT}))
    assert unreadable
    assert unreadable[-1][0] == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", b""),
        ("a.zip", b"PK\x03\x04 and no more"),
        ("a.tar.gz", b"\x1f\x8b\x08 and no more"),
        ("a.tar.gz", gzip.compress(tarred({"a.txt": TEXT * 9000}))[:-20]),
        ("a.tar.xz", b"\xfd7zXZ and no more"),
        ("a.tar", b"x" * 5000),
    ],
)
def test_what_is_no_archive_is_said_once(tmp_path: Path, name: str, data: bytes) -> None:
    found, unreadable = read(tmp_path, name, data)
    assert not found
    part, reason = unreadable[-1]
    assert (part, reason.partition(" (")[0]) == ("", "is damaged")


def test_an_empty_archive_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "a.zip", zipped({})) == ([], [])


class FailingDisk(io.BytesIO):
    """Gives what comes before a bad sector."""

    def readinto(self, buffer: Any, /) -> int:
        if self.tell() + len(buffer) > 100:
            raise OSError(errno.EIO, "Input/output error")
        return super().readinto(buffer)

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() + (size or 0) > 100:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize(("name", "data"), [("/a.zip", zipped({"a.txt": TEXT})), ("/a.tar", tarred({"a.txt": TEXT}))])
def test_a_disk_that_fails_is_not_damage(name: str, data: bytes) -> None:
    budget = archives._Budget(2**20, 2**20, 10)
    with pytest.raises(OSError, match="Input/output error"):
        list(archives._articles(name, FailingDisk(data), name, None, budget, 0))


def test_a_table_cut_within_a_character_costs_no_file_behind_it(tmp_path: Path) -> None:
    table = "text,title\nhello,x\n".encode("utf-16")[:-1]
    found, unreadable = read(tmp_path, "a.zip", zipped({"a.txt": TEXT, "b.csv": table, "c.txt": TEXT}))
    assert [article.source.rpartition("#")[2] for article in found] == ["a.txt", "c.txt"]
    assert unreadable == [("#b.csv", "is not UTF-16 text to its end")]


@given(data=st.binary(max_size=3000), size=st.integers(1, 700))
@settings(max_examples=60, deadline=None)
def test_what_is_packed_is_unpacked_as_it_was(data: bytes, size: int) -> None:
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        packed = b"".join(map(pack, parts)) or pack(b"")
        assert b"".join(tape.unpacked(io.BytesIO(packed))) == data


def test_a_piece_of_much_is_no_larger_than_others() -> None:
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        pieces = [len(piece) for piece in tape.unpacked(io.BytesIO(pack(bytes(10**7))))]
        assert sum(pieces) == 10**7
        assert max(pieces) <= 2**16


def test_damaged_archives_do_no_harm(tmp_path: Path) -> None:
    files = {"b/mill.txt": TEXT, "t.csv": "id,text\nx,One.\ny,Two.\n", "in.zip": zipped({"a.txt": TEXT})}
    generator = random.Random(7)
    for name, data in [("a.zip", zipped(files)), ("a.tar", tarred(files)), ("a.tar.gz", gzip.compress(tarred(files)))]:
        for _ in range(60):
            damaged = bytearray(data)
            for place in generator.sample(range(len(data)), generator.choice((1, 3, 20))):
                damaged[place] = generator.randrange(256)
            (tmp_path / name).write_bytes(damaged)
            assert len(list(archives.read(tmp_path / name))) < 50
        (tmp_path / name).unlink()
    assert not list(tmp_path.iterdir())
