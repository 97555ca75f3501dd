"""Files cut short, flipped, of another time or on a disk that is full or read-only: the index opens, or says what to do, and
where doctor finds nothing to mend, everything is there."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import index.update
from index import vectors
from index.build import build, open_or_create, remove, sync
from index.catalog import FILE_NAME, Catalog
from index.doctor import examine, repair
from index.errors import NoUsableIndexError, QuothError
from index.portable import export_index, import_index
from index.reindex import reindex
from index.search import Index
from tests.index.killed import TinyEmbedder, cut_of
from tests.index.samples import run_sql

EMBEDDER = TinyEmbedder(8)
WORDS = "anvil brook cedar dusk ember flint grove heath inlet jetty".split()
CONTENT = (
    "SELECT source, articles.text, start_offset, end_offset, passages.text, vector FROM articles "
    "JOIN passages ON article_id = articles.id ORDER BY source, start_offset"
)


def write_articles(folder: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)
    folder.mkdir(exist_ok=True)
    for number in range(count):
        sentences = [" ".join(chance.choices(WORDS, k=8)).capitalize() for _ in range(chance.randint(5, 25))]
        (folder / f"{number}.txt").write_text(f"Number {number}\n\n" + ". ".join(sentences) + ".\n")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `articles` and their `index`; to be copied."""
    place = tmp_path_factory.mktemp("sound")
    write_articles(place / "articles", 6, seed=1)
    build(open_or_create(place / "index", EMBEDDER, *cut_of(8)), [place / "articles"], EMBEDDER)
    return place


@pytest.fixture
def folder(tmp_path: Path, sound: Path) -> Path:
    shutil.copytree(sound / "index", tmp_path / "index")
    return tmp_path / "index"


def content(folder: Path) -> list[tuple[object, ...]]:
    """All articles and passages, read as Quoth does."""
    with Catalog(folder).reading() as connection:
        return connection.execute(CONTENT).fetchall()


def answers(folder: Path) -> list[tuple[str, int, str]]:
    """What a search finds for every word."""
    found = Index.open(folder, EMBEDDER).search(WORDS, 5)
    return [(hit.source, hit.passage.start, hit.passage.text) for hits in found for hit in hits]


def is_said_well(error: QuothError) -> None:
    """One sentence that names what to do."""
    said = str(error)
    assert said.endswith(("--fresh", "--repair", ".", "reindex")) or "python -m index" in said, said
    assert "\n" not in said


def flip_bytes(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 3, 50])):
        data[chance.randrange(len(data))] ^= chance.randint(1, 255)
    path.write_bytes(data)


def flip_beginning(path: Path, chance: random.Random) -> None:
    """Where a database has its header and schema."""
    data = bytearray(path.read_bytes())
    data[chance.randrange(200 if chance.random() < 0.5 else 5000)] ^= chance.randint(1, 255)
    path.write_bytes(data)


def cut_short(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def overwrite_page(path: Path, chance: random.Random) -> None:
    """A page with another's content, as a disk that writes to the wrong place leaves it."""
    data = bytearray(path.read_bytes())
    pages = len(data) // 4096
    source, target = chance.randrange(pages), chance.randrange(pages)
    data[target * 4096 : (target + 1) * 4096] = data[source * 4096 : (source + 1) * 4096]
    path.write_bytes(data)


@pytest.mark.parametrize("seed", range(5, 12))
@pytest.mark.parametrize("damage", [flip_bytes, flip_beginning, cut_short, overwrite_page])
def test_a_damaged_catalog_is_found_out_and_never_raises_anything_else(
    folder: Path, sound: Path, damage: Callable[[Path, random.Random], None], seed: int
) -> None:
    right, found = content(folder), answers(folder)
    damage(folder / FILE_NAME, random.Random(seed))
    try:
        catalog = Catalog.open(folder)
        findings = examine(catalog)
    except QuothError as error:
        is_said_well(error)
    else:
        harmless = all(finding.harmless for finding in findings)
        try:
            after = answers(folder)
        except QuothError as error:
            is_said_well(error)
            assert not harmless
        if harmless:
            assert content(folder) == right
            assert after == found
        try:
            left = repair(catalog, findings)
            assert left == [] or any(finding.kind == "database" for finding in left)
        except QuothError as error:
            is_said_well(error)
    # The way out that is named always works.
    build(open_or_create(folder, EMBEDDER, *cut_of(8), fresh=True), [sound / "articles"], EMBEDDER)
    assert content(folder) == right
    assert examine(Catalog.open(folder)) == []


def test_a_catalog_of_a_later_format_is_left_alone(folder: Path) -> None:
    run_sql(folder, "PRAGMA user_version = 99")
    before = (folder / FILE_NAME).read_bytes()
    for use in (Catalog.open, lambda f: open_or_create(f, EMBEDDER, *cut_of(8)), lambda f: Index.open(f, EMBEDDER)):
        with pytest.raises(NoUsableIndexError, match="format 99"):
            use(folder)
    assert (folder / FILE_NAME).read_bytes() == before


# What may happen to the FAISS files, with a former state of the same index and another index at hand.


def older(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    for name in (vectors.FILE_NAME, vectors.ABOUT_NAME):
        shutil.copy(former / name, folder / name)


def newer(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    """The catalog comes back from a backup, and the FAISS files stay."""
    shutil.copy(former / FILE_NAME, folder / FILE_NAME)


def of_another_index(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    for name in (vectors.FILE_NAME, vectors.ABOUT_NAME):
        shutil.copy(other / name, folder / name)


def half_of_each(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    shutil.copy(former / vectors.FILE_NAME, folder / vectors.FILE_NAME)


def other_half_of_each(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    shutil.copy(former / vectors.ABOUT_NAME, folder / vectors.ABOUT_NAME)


def missing(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    (folder / vectors.FILE_NAME).unlink()


def truncated(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    os.truncate(folder / vectors.FILE_NAME, 100)


def flipped(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    flip_bytes(folder / vectors.FILE_NAME, random.Random(1))


def about_flipped(folder: Path, former: Path, other: Path) -> None:  # noqa: ARG001
    flip_bytes(folder / vectors.ABOUT_NAME, random.Random(4))


@pytest.mark.parametrize(
    "fault",
    [older, newer, of_another_index, half_of_each, other_half_of_each, missing, truncated, flipped, about_flipped],
)
def test_a_faiss_file_of_another_time_or_damaged_changes_no_answer(
    tmp_path: Path, folder: Path, fault: Callable[[Path, Path, Path], None]
) -> None:
    former = tmp_path / "former"
    shutil.copytree(folder, former)
    write_articles(tmp_path / "others", 3, seed=9)
    for place, dimension in ((folder, 8), (tmp_path / "another", 6)):
        embedder = TinyEmbedder(dimension)
        build(open_or_create(place, embedder, *cut_of(dimension)), [tmp_path / "others"], embedder, only_add=True)
    fault(folder, former, tmp_path / "another")
    catalog = Catalog.open(folder)
    findings = examine(catalog)
    assert {finding.kind for finding in findings} <= {"behind", "vectors"}
    after = answers(folder)
    assert repair(catalog, findings) == []
    assert answers(folder) == after
    for name in (vectors.FILE_NAME, vectors.ABOUT_NAME):
        (folder / name).unlink()
    assert answers(folder) == after


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of its own; skips the test where none can be had."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a disk")
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, free: int) -> Path:
    """Fills the disk but for so many KiB."""
    room = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - free * 1024))
    return filler


def grow(folder: Path, sound: Path, more: Path) -> None:
    build(open_or_create(folder, EMBEDDER, *cut_of(8)), [sound / "articles", more / "articles"], EMBEDDER)


def make_over(folder: Path, sound: Path, more: Path) -> None:  # noqa: ARG001
    reindex(Catalog.open(folder), TinyEmbedder(8), 12, 2)


def replace(folder: Path, sound: Path, more: Path) -> None:  # noqa: ARG001
    import_index(more / "exported", folder, replace=True)


@pytest.mark.parametrize("free", [0, 4, 150, 300])
@pytest.mark.parametrize("change", [grow, make_over, replace])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, sound: Path, change: Callable[[Path, Path, Path], None], free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.update, "COMMIT_PASSAGES", 20)
    more = tmp_path / "more"
    more.mkdir()
    write_articles(more / "articles", 20, seed=5)
    grow(tmp_path / "whole", sound, more)
    export_index(Catalog.open(tmp_path / "whole"), more / "exported")
    with small_disk(tmp_path / "disk", "3m") as disk:
        folder = disk / "index"
        shutil.copytree(sound / "index", folder)
        right, found = content(folder), answers(folder)
        filler = fill(disk, free)
        failed = False
        try:
            change(folder, sound, more)
        except QuothError as error:
            is_said_well(error)
            failed = True
        assert failed or free > 0
        # The disk is still full.
        catalog = Catalog.open(folder)
        assert all(finding.harmless for finding in examine(catalog))
        if failed and change is not grow:
            assert content(folder) == right
            assert answers(folder) == found
        held = {row[:1] for row in content(folder)}
        assert {row[:1] for row in right} <= held
        filler.unlink()
        change(folder, sound, more)
        assert all(finding.harmless for finding in examine(catalog))
        if change is not make_over:
            assert content(folder) == content(tmp_path / "whole")


def test_a_read_only_index_answers_and_says_that_it_cannot_be_changed(tmp_path: Path, sound: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        folder = disk / "index"
        shutil.copytree(sound / "index", folder)
        found = answers(folder)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        catalog = Catalog.open(folder)
        assert answers(folder) == found
        assert [finding.kind for finding in examine(catalog)] == ["unchecked"]
        export_index(catalog, tmp_path / "exported")
        assert content(import_index(tmp_path / "exported", tmp_path / "new").folder)
        changes: list[Callable[[], object]] = [
            lambda: build(catalog, [sound / "articles"], EMBEDDER),
            lambda: sync(catalog, EMBEDDER),
            lambda: remove(catalog, [str(sound / "articles" / "0.txt")]),
            lambda: reindex(catalog, TinyEmbedder(6), 20, 2),
            lambda: import_index(tmp_path / "exported", folder, replace=True),
            lambda: open_or_create(folder, EMBEDDER, *cut_of(8), fresh=True),
            lambda: repair(catalog, []),
        ]
        for change in changes:
            with pytest.raises(QuothError, match="writable") as raised:
                change()
            is_said_well(raised.value)
        assert answers(folder) == found


def test_a_read_only_index_with_an_open_log_answers_or_says_what_to_do(tmp_path: Path, sound: Path) -> None:
    shutil.copytree(sound / "index", tmp_path / "index")
    with closing(sqlite3.connect(tmp_path / "index" / FILE_NAME)) as held, small_disk(tmp_path / "disk", "3m") as disk:
        held.execute("SELECT count(*) FROM articles").fetchone()
        Catalog(tmp_path / "index").rebuild_words()
        for number, kept in enumerate(("-wal", "-shm")):
            copy = disk / str(number)
            shutil.copytree(tmp_path / "index", copy)
            if kept == "-wal":
                (copy / f"{FILE_NAME}-shm").unlink()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for number in range(2):
            try:
                assert len(Catalog.open(disk / str(number)).summaries()) == 6
            except NoUsableIndexError as error:
                assert "writable" in str(error)  # noqa: PT017
                assert "--fresh" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("jump_seconds", [-400_000_000, -3, 3, 400_000_000])
def test_a_clock_that_jumps_hides_no_change(tmp_path: Path, jump_seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from index import files

    path = tmp_path / "articles" / "a.txt"
    path.parent.mkdir()
    catalog = open_or_create(tmp_path / "index", EMBEDDER, *cut_of(8))
    real, jumps = files.now_ns, iter([0, jump_seconds, 0, jump_seconds, 0, 0])
    path.write_text("Flint 0.")
    build(catalog, [path.parent], EMBEDDER)
    for number, jump in enumerate(jumps, start=1):
        monkeypatch.setattr(files, "now_ns", lambda jump=jump: real() + jump * 10**9)
        status = path.stat()
        path.write_text(f"Flint {number}.")
        if number % 2:
            # A program that puts the former time back; or one that takes the clock's word.
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        else:
            os.utime(path, ns=(0, status.st_mtime_ns + jump * 10**9))
        sync(catalog, EMBEDDER)
        article = catalog.article(str(path))
        assert article is not None
        assert article.text == f"Flint {number}."
