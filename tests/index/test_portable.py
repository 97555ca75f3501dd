"""An exported index comes back as it was; what does not verify, is of a later format or names other files changes nothing."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import build, open_or_create, sync
from index.catalog import FILE_NAME, Catalog
from index.doctor import examine
from index.errors import QuothError
from index.portable import MANIFEST_NAME, export_index, import_index
from index.search import Index
from tests.conftest import HashingEmbedder
from tests.index.samples import OVERLAP_TOKENS, PASSAGE_TOKENS, dump, make_article, make_catalog, run_sql
from tests.index.test_catalog import make_format_1

TEXTS = ("The miller sold the mill to his niece.", "The ferry sinks at noon.", "Nobody rings the bell on Monday.")


@pytest.fixture
def catalog(tmp_path: Path, embedder: HashingEmbedder) -> Catalog:
    articles = [make_article(f"/there/{number}.txt", text) for number, text in enumerate(TEXTS)]
    return make_catalog(tmp_path / "live", articles, embedder)


@pytest.fixture
def exported(tmp_path: Path, catalog: Catalog) -> Path:
    export_index(catalog, tmp_path / "moved.quoth")
    return tmp_path / "moved.quoth"


def test_an_exported_index_comes_back_as_it_was(
    tmp_path: Path, catalog: Catalog, exported: Path, embedder: HashingEmbedder
) -> None:
    assert import_index(exported, tmp_path / "new").binding() == catalog.binding()
    assert contents(tmp_path / "new") == contents(catalog.folder)
    assert examine(Catalog.open(tmp_path / "new")) == []
    [hits] = Index.open(tmp_path / "new", embedder).search(["Who sold the mill?"], 1)
    assert hits[0].passage.text == TEXTS[0]
    # It is changed like any other.
    Catalog.open(tmp_path / "new").remove(["/there/0.txt"])
    assert len(Catalog.open(tmp_path / "new").summaries()) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live", "moved.quoth", "new"]


def test_a_catalog_of_the_first_format_can_be_moved_too(tmp_path: Path, embedder: HashingEmbedder) -> None:
    (tmp_path / "old").mkdir()
    make_format_1(tmp_path / "old", make_article("/a", "The mill is old."), embedder)
    export_index(Catalog.open(tmp_path / "old"), tmp_path / "old.quoth")
    assert list(import_index(tmp_path / "old.quoth", tmp_path / "new").hashes()) == ["/a"]


def contents(folder: Path) -> list[tuple[object, ...]]:
    return [*run_sql(folder, "SELECT * FROM articles ORDER BY id"), *run_sql(folder, "SELECT * FROM passages ORDER BY id")]


def test_a_removed_article_leaves_no_trace_in_an_exported_file(tmp_path: Path, catalog: Catalog) -> None:
    catalog.remove(["/there/1.txt"])
    export_index(catalog, tmp_path / "moved.quoth")
    assert b"ferry" not in (tmp_path / "moved.quoth").read_bytes()
    assert b"miller" in (tmp_path / "moved.quoth").read_bytes()


def test_an_existing_file_or_index_is_kept_unless_told(tmp_path: Path, catalog: Catalog, exported: Path) -> None:
    before = exported.read_bytes()
    with pytest.raises(QuothError, match=r"moved\.quoth already"):
        export_index(catalog, exported)
    assert exported.read_bytes() == before
    other = make_catalog(tmp_path / "other", [make_article("/mine.txt", "Mine alone.")], HashingEmbedder())
    state = dump(other.folder)
    with pytest.raises(QuothError, match=r"index in .*other already.*--replace"):
        import_index(exported, other.folder)
    assert dump(other.folder) == state

    with other.reading() as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        import_index(exported, other.folder, replace=True)
        # Who reads while it is replaced reads on in the former.
        assert reader.execute("SELECT source FROM articles").fetchall() == [("/mine.txt",)]
    assert contents(other.folder) == contents(catalog.folder)
    assert examine(other) == []


def test_a_running_search_sees_the_index_that_replaced_its_own(
    tmp_path: Path, exported: Path, embedder: HashingEmbedder
) -> None:
    make_catalog(tmp_path / "other", [make_article("/mine.txt", "Mine alone.")], embedder)
    index = Index.open(tmp_path / "other", embedder)
    assert index.search(["mill niece"], 1)[0][0].source == "/mine.txt"
    import_index(exported, tmp_path / "other", replace=True)
    assert index.search(["mill niece"], 1)[0][0].source == "/there/0.txt"


def test_a_damaged_index_can_be_replaced(tmp_path: Path, exported: Path, catalog: Catalog) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / FILE_NAME).write_bytes(b"no database at all" * 99)
    import_index(exported, tmp_path / "other", replace=True)
    assert contents(tmp_path / "other") == contents(catalog.folder)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, files: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def with_manifest(**changed: Any) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: files | {MANIFEST_NAME: json.dumps(json.loads(files[MANIFEST_NAME]) | changed).encode()}


def with_catalog(statement: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """A catalog changed behind Quoth's back and a manifest that fits it."""

    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.deserialize(files[FILE_NAME])
            connection.executescript(statement)
            data = connection.serialize()
        return with_manifest(sha256=hashlib.sha256(data).hexdigest())(files | {FILE_NAME: data})

    return change


REFUSED: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "another catalog": (lambda files: files | {FILE_NAME: files[FILE_NAME][:-1] + b"\1"}, "does not match its SHA-256"),
    "a file outside": (lambda files: files | {"../outside.txt": b"x"}, "holds other files"),
    "an absolute name": (lambda files: files | {"/outside.txt": b"x"}, "holds other files"),
    "its name in other words": (lambda files: files | {f"./{FILE_NAME}": b"x"}, "holds other files"),
    "no catalog": (lambda files: {MANIFEST_NAME: files[MANIFEST_NAME]}, "holds other files"),
    "no manifest": (lambda files: {FILE_NAME: files[FILE_NAME]}, "was not made by"),
    "a manifest of nothing": (lambda files: files | {MANIFEST_NAME: b"[]"}, "was not made by"),
    "a manifest too deep": (lambda files: files | {MANIFEST_NAME: b"[" * 50_000}, "was not made by"),
    "a manifest without end": (lambda files: files | {MANIFEST_NAME: b" " * 100_000 + files[MANIFEST_NAME]}, "was not made by"),
    "a later format": (with_manifest(format=2, news=1), "has format 2 and this Quoth reads 1"),
    "a later catalog": (with_manifest(catalog_format=999), "catalog of format 999"),
    "a later catalog that denies it": (with_catalog("PRAGMA user_version = 999"), "format 999"),
    "another program's file": (with_catalog("PRAGMA application_id = 7"), "no Quoth index"),
    "a damaged article": (with_catalog("UPDATE articles SET text = 'x' WHERE source = '/there/0.txt'"), "/there/0.txt"),
    "a trigger": (
        with_catalog("CREATE TRIGGER t AFTER DELETE ON articles BEGIN DELETE FROM passages; END"),
        "other tables",
    ),
    "tables that hold anything": (
        with_catalog(
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(replace(sql, 'published TEXT', 'published'), 'STRICT', '');"
            "PRAGMA writable_schema = RESET; UPDATE articles SET published = 5"
        ),
        "other tables",
    ),
    "no tables": (with_catalog("DROP TABLE facts"), "damaged|cannot be read|other tables"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("into", ["new", "live"])
def test_what_does_not_verify_changes_nothing(tmp_path: Path, catalog: Catalog, exported: Path, name: str, into: str) -> None:
    change, reason = REFUSED[name]
    pack(tmp_path / "bad.quoth", change(members(exported)))
    state = dump(catalog.folder)
    with pytest.raises(QuothError, match=reason) as raised:
        import_index(tmp_path / "bad.quoth", tmp_path / into, replace=True)
    assert str(raised.value).startswith(str(tmp_path / "bad.quoth"))
    assert dump(catalog.folder) == state
    assert not (tmp_path / "new" / FILE_NAME).exists()
    assert not any("outside" in path.name or path.name == "incoming" for path in tmp_path.rglob("*"))


def test_what_is_compressed_or_no_file_is_refused(tmp_path: Path, exported: Path) -> None:
    pack(tmp_path / "bomb.quoth", members(exported) | {FILE_NAME: b"\0" * 10_000_000}, zipfile.ZIP_DEFLATED)
    with pytest.raises(QuothError, match="is compressed"):
        import_index(tmp_path / "bomb.quoth", tmp_path / "new")
    for nothing in (tmp_path, tmp_path / "nowhere.quoth"):
        with pytest.raises(QuothError, match="There is no file"):
            import_index(nothing, tmp_path / "new")


@given(st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_damaged_anywhere_is_refused_or_is_the_same(
    tmp_path: Path, catalog: Catalog, exported: Path, data: st.DataObject
) -> None:
    original = exported.read_bytes()
    # Often in the ZIP's own bytes, of which there are few.
    end = len(original) - 1
    at = data.draw(st.one_of(st.integers(0, end), st.integers(0, 500), st.integers(end - 200, end)))
    damaged = bytearray(original)
    damaged[at] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        del damaged[at:]
    (tmp_path / "bad.quoth").write_bytes(damaged)
    before = dump(catalog.folder)
    # What differs in nothing but a ZIP's dates is imported, and is the same.
    with suppress(QuothError):
        import_index(tmp_path / "bad.quoth", catalog.folder, replace=True)
    assert dump(catalog.folder) == before
    assert all(finding.harmless for finding in examine(catalog))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, exported: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(QuothError, match=r"no index in .*taken/index .*--index"):
        import_index(exported, tmp_path / "taken" / "index")
    with pytest.raises(QuothError, match="could not be written"):
        export_index(Catalog(tmp_path / "live"), tmp_path / "no folder" / "x.quoth")


def test_where_the_files_lie_elsewhere_a_build_takes_them_for_renamed(tmp_path: Path, embedder: HashingEmbedder) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    for number, text in enumerate(TEXTS):
        (here / f"{number}.txt").write_text(text)
    first = open_or_create(tmp_path / "first", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    build(first, [here], embedder)
    export_index(first, tmp_path / "moved.quoth")
    second = import_index(tmp_path / "moved.quoth", tmp_path / "second")
    here.rename(there)
    kept = sync(second, embedder)
    assert (kept.removed, [unreadable.source for unreadable in kept.failed]) == ([], [str(here)])
    moved = build(second, [there], embedder)
    assert (len(moved.moved), moved.passages, moved.added, moved.removed) == (3, 0, [], [])
    assert sorted(second.hashes()) == [str(there / f"{number}.txt") for number in range(3)]
    assert sync(second, embedder).failed == []
