"""A sync brings the index to what its files are, whatever was done to them, and opens only those that may have changed."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import index.update
from index import files
from index.articles import Unreadable, read_articles
from index.build import build, open_or_create, remove, sync
from index.catalog import Catalog
from index.doctor import examine
from index.embedder import Floats
from index.errors import QuothError
from index.formats import worker
from index.update import Summary
from index.versions import KEPT, Version
from tests.conftest import HashingEmbedder
from tests.index.formats.samples import RTF, pack
from tests.index.samples import OVERLAP_TOKENS, PASSAGE_TOKENS, change, run_sql

_watched: list[Path] = []
_opened: list[str] = []


def _note_open(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _watched and isinstance(arguments[0], str | bytes | os.PathLike):
        path = os.fsdecode(arguments[0])
        if Path(path).is_relative_to(_watched[0]):
            _opened.append(path)


sys.addaudithook(_note_open)


@contextmanager
def opens_under(folder: Path) -> Iterator[list[str]]:
    """The files in a folder that are opened meanwhile, as the interpreter itself sees it."""
    _opened.clear()
    _watched.append(folder)
    try:
        yield _opened
    finally:
        _watched.clear()


def wait_for_tick(folder: Path) -> None:
    """Until the file system's clock has another time than any file so far, which takes some milliseconds."""
    probe = folder / "probe"
    probe.write_text("")
    first = probe.stat().st_ctime_ns
    while probe.stat().st_ctime_ns == first:
        probe.write_text("")
    probe.unlink()


def texts(catalog: Catalog) -> dict[str, str]:
    return {str(source): str(text) for source, text in run_sql(catalog.folder, "SELECT source, text FROM articles")}


class Failing(HashingEmbedder):
    """Fails at a chosen call of encode."""

    def __init__(self) -> None:
        self.calls_left = -1
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Floats:
        self.calls_left -= 1
        if self.calls_left == 0:
            raise RuntimeError("the power went")
        self.encoded += len(texts)
        return super().encode(texts)


SENTENCES = [
    f"The {thing} of {place} is {age}." for thing, place, age in itertools.product(("mill", "dam"), "ABC", ("old", "new"))
]
contents = st.one_of(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6).map(" ".join), st.sampled_from(["", " \n"]))
picks = st.integers(0, 1000)


class Files(RuleBasedStateMachine):
    """Does to a folder what users do, and compares the index with it after each sync."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp())
        self.folder = self.base / "articles"
        (self.folder / "inner").mkdir(parents=True)
        self.embedder = Failing()
        self.catalog = open_or_create(self.base / "index", self.embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(index.update, "COMMIT_PASSAGES", 3)
        # As if each sync came long after the last change, so that times count and not only bytes.
        self.patch.setattr(files, "now_ns", lambda: 2**62)
        build(self.catalog, [self.folder], self.embedder)
        self.only_moved = True
        self.names = (f"{number}.txt" for number in itertools.count())

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.base)

    def some_file(self, pick: int) -> Path | None:
        found = sorted(path for path in self.folder.rglob("*.txt"))
        return found[pick % len(found)] if found else None

    def some_folder(self, pick: int) -> Path:
        found = sorted(path for path in [self.folder, *self.folder.rglob("*")] if path.is_dir())
        return found[pick % len(found)]

    @rule(where=picks, content=contents)
    def add(self, where: int, content: str) -> None:
        (self.some_folder(where) / next(self.names)).write_text(content)
        self.only_moved = False

    @rule(which=picks, content=contents)
    def edit(self, which: int, content: str) -> None:
        if path := self.some_file(which):
            path.write_text(content)
            self.only_moved = False

    @rule(which=picks)
    def edit_to_the_same_size_and_time(self, which: int) -> None:
        if path := self.some_file(which):
            before = path.stat()
            text = path.read_text()
            path.write_text(text.replace("old", "new") if "old" in text else text.replace("new", "old"))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            self.only_moved = False

    @rule(which=picks, seconds=st.sampled_from([0, 1, 10**9, 10**10]))
    def touch(self, which: int, seconds: int) -> None:
        if path := self.some_file(which):
            os.utime(path, (seconds, seconds))

    @rule(which=picks, where=picks)
    def move(self, which: int, where: int) -> None:
        if path := self.some_file(which):
            path.rename(self.some_folder(where) / next(self.names))

    @rule(which=picks, other=picks)
    def move_onto_another(self, which: int, other: int) -> None:
        path, target = self.some_file(which), self.some_file(other)
        if path and target:
            path.replace(target)
            self.only_moved = False

    @rule(which=picks)
    def rename_folder(self, which: int) -> None:
        folder = self.some_folder(which)
        if folder != self.folder:
            folder.rename(folder.with_name(f"renamed {next(self.names)} folder"))

    @rule(which=picks)
    def delete(self, which: int) -> None:
        if path := self.some_file(which):
            path.unlink()

    @rule(call=st.integers(1, 4), after_commit=st.booleans())
    def crash(self, call: int, after_commit: bool) -> None:
        """In an embedding, or just after a transaction was committed."""
        before = texts(self.catalog)
        put, left = Catalog.put, itertools.count(1)

        def dies(*arguments: object) -> None:
            put(*arguments)  # type: ignore[arg-type]
            if next(left) == call:
                raise RuntimeError("the power went")

        with pytest.MonkeyPatch.context() as patch:
            if after_commit:
                patch.setattr(Catalog, "put", dies)
            else:
                self.embedder.calls_left = call
            try:
                sync(self.catalog, self.embedder)
            except RuntimeError:
                self.only_moved = False
            self.embedder.calls_left = -1
        there = self.wanted(before)
        for source, text in texts(self.catalog).items():
            assert text in (before.get(source), there.get(source)) or text in before.values()
        wait_for_tick(self.base)

    @rule()
    def sync_twice(self) -> None:
        wanted = self.wanted(texts(self.catalog))
        self.embedder.encoded = 0
        summary = sync(self.catalog, self.embedder)
        assert texts(self.catalog) == wanted
        assert summary.passages == self.embedder.encoded
        if self.only_moved:
            assert summary.passages == 0
        with opens_under(self.folder) as opened:
            again = sync(self.catalog, self.embedder)
        assert opened == []
        assert did_nothing(again)
        assert again.unchanged + len(again.skipped) == len(list(self.folder.rglob("*.txt")))
        self.only_moved = True
        wait_for_tick(self.base)

    def wanted(self, before: dict[str, str]) -> dict[str, str]:
        """What a sync has to come to; a file that cannot be read keeps the article that it had."""
        wanted = {}
        for path in self.folder.rglob("*.txt"):
            text = path.read_text()
            if text.strip():
                wanted[str(path)] = text
            elif str(path) in before:
                wanted[str(path)] = before[str(path)]
        return wanted

    @invariant()
    def the_index_is_sound(self) -> None:
        assert [finding for finding in examine(self.catalog) if not finding.harmless] == []


def did_nothing(summary: Summary) -> bool:
    return not (summary.added or summary.changed or summary.moved or summary.removed or summary.failed or summary.passages)


TestFiles = Files.TestCase
TestFiles.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    (made / "mill.txt").write_text("The mill is old. It stands by the river.")
    (made / "dam.txt").write_text("The dam is new. It holds the lake.")
    return made


@pytest.fixture
def catalog(tmp_path: Path, folder: Path, embedder: HashingEmbedder) -> Catalog:
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    build(catalog, [folder], embedder)
    return catalog


def passages(catalog: Catalog) -> list[tuple[object, ...]]:
    return run_sql(catalog.folder, "SELECT id, vector FROM passages ORDER BY id")


def test_a_move_changes_sources_and_nothing_else(catalog: Catalog, folder: Path, embedder: HashingEmbedder) -> None:
    before = passages(catalog)
    (folder / "deep").mkdir()
    (folder / "mill.txt").rename(folder / "deep" / "water mill.txt")
    summary = sync(catalog, embedder)
    assert summary.moved == [(str(folder / "mill.txt"), str(folder / "deep" / "water mill.txt"))]
    assert (summary.added, summary.removed, summary.passages, summary.unchanged) == ([], [], 0, 1)
    assert passages(catalog) == before
    moved = catalog.article(str(folder / "deep" / "water mill.txt"))
    assert moved is not None
    assert moved.file == moved.source
    assert examine(catalog) == []


def test_the_followed_folder_itself_can_move(catalog: Catalog, folder: Path, embedder: HashingEmbedder) -> None:
    before = passages(catalog)
    new = folder.rename(folder.with_name("archive"))
    summary = sync(catalog, embedder)
    assert [unreadable.source for unreadable in summary.failed] == [str(folder)]
    assert set(texts(catalog)) == {str(folder / "mill.txt"), str(folder / "dam.txt")}
    summary = sync(catalog, embedder, [new])
    assert len(summary.moved) == 2
    assert passages(catalog) == before
    assert did_nothing(sync(catalog, embedder))


def test_an_unplugged_folder_keeps_its_articles_until_it_is_named(
    catalog: Catalog, folder: Path, embedder: HashingEmbedder
) -> None:
    shutil.rmtree(folder)
    summary = sync(catalog, embedder)
    assert [unreadable.reason for unreadable in summary.failed] == [index.build.NOT_THERE]
    assert len(texts(catalog)) == 2
    assert len(sync(catalog, embedder, [folder]).removed) == 2
    assert texts(catalog) == {}
    with pytest.raises(FileNotFoundError, match="nothing from there"):
        sync(catalog, embedder, [folder / "never"])


def test_a_single_file_that_goes_is_gone_and_comes_back(tmp_path: Path, catalog: Catalog, embedder: HashingEmbedder) -> None:
    single = tmp_path / "single.txt"
    single.write_text("One file.")
    build(catalog, [single], embedder, only_add=True)
    single.unlink()
    assert sync(catalog, embedder).removed == [str(single)]
    single.write_text("One file again.")
    assert sync(catalog, embedder).added == [str(single)]


def test_a_sync_of_one_path_leaves_the_rest(catalog: Catalog, folder: Path, embedder: HashingEmbedder) -> None:
    (folder / "mill.txt").write_text("The mill burned down.")
    (folder / "dam.txt").unlink()
    (folder / "lock.txt").write_text("The lock is narrow.")
    summary = sync(catalog, embedder, [folder / "mill.txt"])
    assert (summary.changed, summary.added, summary.removed) == ([str(folder / "mill.txt")], [], [])
    assert str(folder / "dam.txt") in texts(catalog)
    summary = sync(catalog, embedder)
    assert (summary.changed, summary.added, summary.removed) == ([], [str(folder / "lock.txt")], [str(folder / "dam.txt")])


def test_an_index_that_follows_nothing_says_so(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = open_or_create(tmp_path, embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    with pytest.raises(QuothError, match="python -m index sync FOLDER"):
        sync(catalog, embedder)


def test_what_a_user_took_out_stays_out_until_it_is_added(catalog: Catalog, folder: Path, embedder: HashingEmbedder) -> None:
    mill = str(folder / "mill.txt")
    remove(catalog, [mill])
    summary = sync(catalog, embedder)
    assert did_nothing(summary)
    assert [(unreadable.source, unreadable.reason) for unreadable in summary.skipped] == [(mill, index.update.TAKEN_OUT)]
    assert examine(catalog) == []
    assert build(catalog, [Path(mill)], embedder, only_add=True).added == [mill]
    assert sync(catalog, embedder).skipped == []


def test_what_cannot_be_read_is_tried_again_when_it_changes_or_by_build(
    catalog: Catalog, folder: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "now_ns", lambda: 2**62)
    (folder / "bad.txt").write_text(" \n")
    assert [unreadable.source for unreadable in sync(catalog, embedder).failed] == [str(folder / "bad.txt")]
    with opens_under(folder) as opened:
        summary = sync(catalog, embedder)
    assert (opened, summary.failed, len(summary.skipped)) == ([], [], 1)
    assert "empty" in summary.skipped[0].reason
    assert len(build(catalog, [folder], embedder).failed) == 1
    wait_for_tick(folder)
    (folder / "bad.txt").write_text("Ok")
    assert sync(catalog, embedder).added == [str(folder / "bad.txt")]


def test_a_file_changed_just_now_is_hashed_and_an_old_one_is_not(
    catalog: Catalog, folder: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are recorded by a clock that says that they were written just now, so their times tell nothing."""
    before = change(catalog.folder)
    for path in folder.iterdir():
        path.write_text(path.read_text())
    oldest = min(path.stat().st_mtime_ns for path in folder.iterdir())
    monkeypatch.setattr(files, "now_ns", lambda: oldest + files.SAFE_NS)
    sync(catalog, embedder)
    with opens_under(folder) as opened:
        assert sync(catalog, embedder).unchanged == 2
    assert sorted(opened) == [str(folder / "dam.txt"), str(folder / "mill.txt")]
    monkeypatch.setattr(files, "now_ns", lambda: 2**62)
    sync(catalog, embedder)
    with opens_under(folder) as opened:
        assert sync(catalog, embedder).unchanged == 2
    assert opened == []
    assert change(catalog.folder) == before


def test_times_in_the_future_or_the_past_hide_nothing(catalog: Catalog, folder: Path, embedder: HashingEmbedder) -> None:
    mill = folder / "mill.txt"
    for year in (10**10, 10**5):
        os.utime(mill, (year, year))
        sync(catalog, embedder)
        text = mill.read_text().translate(str.maketrans("aeiou", "eioua"))
        mill.write_text(text)
        os.utime(mill, (year, year))
        assert sync(catalog, embedder).changed == [str(mill)]
        assert texts(catalog)[str(mill)] == text


def test_a_file_dated_long_hence_is_not_opened_by_every_sync(
    catalog: Catalog, folder: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(folder / "mill.txt", (10**10, 10**10))
    monkeypatch.setattr(files, "now_ns", lambda: (folder / "mill.txt").stat().st_ctime_ns + 2 * files.SAFE_NS)
    sync(catalog, embedder)
    with opens_under(folder) as opened:
        assert sync(catalog, embedder).unchanged == 2
    assert opened == []


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_of_a_table_only_rows_that_changed_are_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.update, "COMMIT_PASSAGES", 3)
    monkeypatch.setattr(index.update, "_COMPARED", 4)
    embedder = Failing()
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    table = tmp_path / "table.jsonl"
    rows = [{"id": f"r{number}", "text": f"Row {number} is here."} for number in range(10)]
    write_rows(table, rows)
    embedder.calls_left = 3
    with pytest.raises(RuntimeError):
        build(catalog, [table], embedder)
    assert 0 < len(texts(catalog)) < 10
    embedder.encoded = 0
    done = len(texts(catalog))
    summary = sync(catalog, embedder)
    assert embedder.encoded == 10 - done
    assert len(texts(catalog)) == 10
    assert summary.changed == [str(table)]

    rows[3]["text"] = "Row 3 is another."
    del rows[7]
    rows.insert(0, {"id": "new", "text": "A new row."})
    write_rows(table, rows)
    embedder.encoded = 0
    assert sync(catalog, embedder).changed == [str(table)]
    assert embedder.encoded == 2
    assert sorted(texts(catalog).values()) == sorted(row["text"] for row in rows)

    remove(catalog, [next(source for source, text in texts(catalog).items() if text == "A new row.")])
    assert len(texts(catalog)) == 9
    assert did_nothing(sync(catalog, embedder))
    assert len(texts(catalog)) == 9
    moved = table.rename(tmp_path / "renamed.jsonl")
    embedder.encoded = 0
    summary = sync(catalog, embedder, [moved])
    assert (summary.moved, embedder.encoded) == ([(str(table), str(moved))], 0)
    assert all(source.startswith(str(moved)) for source in texts(catalog))
    assert len(texts(catalog)) == 9
    table.write_text("")
    assert examine(catalog) == []


def test_rows_that_vanish_go_while_a_row_of_a_number_like_theirs_cannot_be_read(
    tmp_path: Path, embedder: HashingEmbedder
) -> None:
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    table = tmp_path / "table.jsonl"
    rows = [{"text": f"Row {number} is here."} for number in range(1, 13)]
    write_rows(table, rows)
    build(catalog, [table], embedder)
    write_rows(table, [{"text": " "}, *rows[1:9]])
    assert sync(catalog, embedder).failed == [Unreadable(f"{table}#1", "holds no text")]
    # The row that cannot be read keeps the article that it had.
    assert sorted(texts(catalog)) == sorted(f"{table}#{number}" for number in range(1, 10))


def test_of_an_archive_that_cannot_be_read_in_an_archive_the_articles_stay(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    archive = tmp_path / "a.zip"
    inner = {"b.txt": "The mill is old."}
    archive.write_bytes(pack({"in.zip": pack(inner), "in.zip.txt": "The dam is new."}))
    build(catalog, [archive], embedder)
    archive.write_bytes(pack({"in.zip": b"damaged"}))
    assert len(sync(catalog, embedder).failed) == 1
    assert list(texts(catalog)) == [f"{archive}#in.zip#b.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a file that opens and cannot be read")
def test_what_a_disk_does_not_give_is_tried_again_by_every_sync(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "now_ns", lambda: 2**62)
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    paths = [tmp_path / f"a{ending}" for ending in (".csv", ".jsonl", ".mbox", ".rss", ".tar.gz", ".txt")]
    for path in paths:
        path.symlink_to("/proc/self/mem")
    failed = [Unreadable(str(path), "cannot be read: input/output error", fleeting=True) for path in paths]
    assert build(catalog, paths, embedder).failed == failed
    assert run_sql(catalog.folder, "SELECT DISTINCT stamp, sha256 FROM files") == [("", None)]
    assert sync(catalog, embedder, paths).failed == failed


def test_what_took_too_long_is_read_by_the_next_sync_though_the_rest_of_its_file_was_read(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "now_ns", lambda: 2**62)
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    archive = tmp_path / "a.zip"
    archive.write_bytes(pack({"a.txt": "The mill is old.", "b.rtf": RTF, "c.txt": ""}))
    with monkeypatch.context() as patch:
        worker.shared.close()
        patch.setattr(worker.shared, "seconds", 0.001)
        summary = build(catalog, [archive], embedder)
    assert [unreadable.reason for unreadable in summary.failed] == ["takes longer than 0.001 s to read", "is empty"]
    assert summary.added == [str(archive)]
    assert sync(catalog, embedder).changed == [str(archive)]
    assert len(texts(catalog)) == 2
    with opens_under(tmp_path) as opened:
        assert sync(catalog, embedder).unchanged == 1
    assert str(archive) not in opened


def test_columns_are_remembered_and_another_naming_reads_again(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    (tmp_path / "tables").mkdir()
    table = tmp_path / "tables" / "table.jsonl"
    write_rows(table, [{"lead": "The lead.", "rest": "The rest of it."}])
    build(catalog, [tmp_path / "tables"], embedder, columns={"text": "lead"})
    assert list(texts(catalog).values()) == ["The lead."]
    with opens_under(tmp_path / "tables"):
        assert did_nothing(sync(catalog, embedder))
    write_rows(table, [{"lead": "The new lead.", "rest": "The rest of it."}])
    sync(catalog, embedder)
    assert list(texts(catalog).values()) == ["The new lead."]
    sync(catalog, embedder, columns={"text": "rest"})
    assert list(texts(catalog).values()) == ["The rest of it."]


def test_a_former_version_says_that_and_what_it_was(catalog: Catalog, folder: Path, embedder: HashingEmbedder) -> None:
    mill, moved = str(folder / "mill.txt"), str(folder / "old mill.txt")
    first = catalog.article(mill)
    assert first is not None
    assert first.text == "The mill is old. It stands by the river."
    quotes = [(0, "The mill is old."), (17, "It stands by the river.")]
    assert catalog.version(mill, quotes) == Version(first, None)
    (folder / "mill.txt").write_text("The mill was sold. It stands by the river.")
    sync(catalog, embedder)
    version = catalog.version(mill, quotes)
    assert version is not None
    assert version.article == first
    assert version.replaced is not None
    # What is in both is quoted from the current one.
    version = catalog.version(mill, [(0, "The mill ")])
    assert version is not None
    assert version.replaced is None
    assert catalog.version(mill, [(0, "The mill is old."), (19, "It stands")]) is None
    # It goes where its article goes, and with it.
    (folder / "mill.txt").rename(moved)
    sync(catalog, embedder)
    assert catalog.version(mill, quotes) is None
    version = catalog.version(moved, quotes)
    assert version is not None
    assert version.article.text == first.text
    Path(moved).unlink()
    sync(catalog, embedder)
    assert catalog.version(moved, quotes) is None
    assert run_sql(catalog.folder, "SELECT count(*) FROM versions") == [(0,)]


def test_only_the_last_versions_are_kept(catalog: Catalog, folder: Path, embedder: HashingEmbedder) -> None:
    for number in range(KEPT + 3):
        (folder / "dam.txt").write_text(f"Draft {number}.")
        sync(catalog, embedder)
    kept = [text for (text,) in run_sql(catalog.folder, "SELECT text FROM versions ORDER BY id")]
    assert kept == [f"Draft {number}." for number in range(2, KEPT + 2)]
    assert catalog.version(str(folder / "dam.txt"), [(0, "Draft 2.")]) is not None
    assert catalog.version(str(folder / "dam.txt"), [(0, "Draft 1.")]) is None


def test_a_file_written_while_it_is_read_is_read_again(
    catalog: Catalog, folder: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "now_ns", lambda: 2**62)
    dam = folder / "dam.txt"

    def written_meanwhile(path: Path, columns: object) -> Iterator[object]:
        yield from read_articles(path, columns)  # type: ignore[arg-type]
        path.write_text("The dam broke.")

    (folder / "dam.txt").write_text("The dam has a crack.")
    with monkeypatch.context() as patch:
        patch.setattr("index.update.read_articles", written_meanwhile)
        sync(catalog, embedder)
    assert texts(catalog)[str(dam)] == "The dam has a crack."
    assert sync(catalog, embedder).changed == [str(dam)]
    assert texts(catalog)[str(dam)] == "The dam broke."
