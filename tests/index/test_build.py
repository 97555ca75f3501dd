"""A build brings an index to what its files say, and a kill at any moment leaves an index that the next one finishes."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

import index.update
from index import vectors
from index.build import build, open_or_create, remove
from index.catalog import FILE_NAME, Catalog
from index.doctor import Finding, examine
from index.embedder import Floats
from index.errors import BindingError, NoUsableIndexError, QuothError
from index.search import Hit, Index
from tests.conftest import HashingEmbedder
from tests.index.samples import OVERLAP_TOKENS, PASSAGE_TOKENS, change, dump, make_article, make_catalog, run_sql

WORDS = "river stone harbour treaty soldier wheat engine minister winter letter bridge garden copper signal".split()


def write_articles(folder: Path, count: int, seed: int = 1) -> None:
    chance = random.Random(seed)
    folder.mkdir(exist_ok=True)
    for number in range(count):
        sentences = [
            " ".join(chance.choices(WORDS, k=chance.randint(4, 12))).capitalize() for _ in range(chance.randint(3, 20))
        ]
        (folder / f"{number:02}.txt").write_text(f"Report {number}\n\n" + ". ".join(sentences) + ".\n")


def opened(folder: Path, embedder: HashingEmbedder) -> Catalog:
    return open_or_create(folder, embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)


def names(sources: Sequence[str]) -> list[str]:
    return sorted(Path(source).name for source in sources)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    write_articles(tmp_path / "articles", 4)
    return tmp_path / "articles"


def test_building_again_is_a_sync(tmp_path: Path, articles: Path, embedder: HashingEmbedder) -> None:
    catalog = opened(tmp_path / "index", embedder)
    first = build(catalog, [articles], embedder)
    assert names(first.added) == ["00.txt", "01.txt", "02.txt", "03.txt"]
    assert (first.changed, first.removed, first.unchanged, first.failed) == ([], [], 0, [])
    assert first.passages == sum(summary.passages for summary in catalog.summaries()) > 4
    before = change(catalog.folder)

    again = build(catalog, [articles], embedder)
    assert (again.added, again.changed, again.removed, again.unchanged, again.passages) == ([], [], [], 4, 0)
    assert change(catalog.folder) == before

    (articles / "01.txt").write_text("Another text altogether.")
    (articles / "02.txt").unlink()
    (articles / "new.md").write_text("# New\n\nIt is new.")
    third = build(catalog, [articles], embedder)
    assert (names(third.added), names(third.changed), names(third.removed)) == (["new.md"], ["01.txt"], ["02.txt"])
    assert third.unchanged == 2
    assert names([summary.source for summary in catalog.summaries()]) == ["00.txt", "01.txt", "03.txt", "new.md"]
    changed = catalog.article(str(articles / "01.txt"))
    assert changed is not None
    assert changed.text == "Another text altogether."
    assert examine(catalog) == []


def test_add_keeps_all_others(tmp_path: Path, articles: Path, embedder: HashingEmbedder) -> None:
    catalog = opened(tmp_path / "index", embedder)
    build(catalog, [articles], embedder)
    (tmp_path / "more.txt").write_text("One more.")
    summary = build(catalog, [tmp_path / "more.txt"], embedder, only_add=True)
    assert (names(summary.added), summary.removed) == (["more.txt"], [])
    assert len(catalog.summaries()) == 5
    assert examine(catalog) == []


def test_a_build_keeps_what_was_fetched(tmp_path: Path, articles: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path / "index", [make_article("https://example.org/a", "A page.")], embedder)
    assert build(catalog, [articles], embedder).removed == []
    assert len(catalog.summaries()) == 5
    assert remove(catalog, ["https://example.org/a"]) == ["https://example.org/a"]
    build(catalog, [articles], embedder)
    assert len(catalog.summaries()) == 4


def test_a_file_that_cannot_be_read_any_more_keeps_its_former_article(
    tmp_path: Path, articles: Path, embedder: HashingEmbedder
) -> None:
    catalog = opened(tmp_path / "index", embedder)
    build(catalog, [articles], embedder)
    before = dump(catalog.folder)
    (articles / "00.txt").write_bytes(b"\xff\xfe\x00")
    (articles / "empty.txt").write_text("")
    summary = build(catalog, [articles], embedder)
    assert names([unreadable.source for unreadable in summary.failed]) == ["00.txt", "empty.txt"]
    assert (summary.removed, summary.unchanged) == ([], 3)
    assert dump(catalog.folder) == before


def test_a_path_that_is_not_there_changes_nothing(tmp_path: Path, articles: Path, embedder: HashingEmbedder) -> None:
    catalog = opened(tmp_path / "index", embedder)
    build(catalog, [articles], embedder)
    before = dump(catalog.folder)
    (articles / "00.txt").write_text("Changed.")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        build(catalog, [articles, tmp_path / "nowhere"], embedder)
    assert dump(catalog.folder) == before


def test_what_is_named_twice_is_read_once(tmp_path: Path, articles: Path, embedder: HashingEmbedder) -> None:
    catalog = opened(tmp_path / "index", embedder)
    summary = build(catalog, [articles, articles / "00.txt", articles / ".." / "articles"], embedder)
    assert len(summary.added) == len(catalog.summaries()) == 4


def test_remove_takes_a_source_or_a_folder_or_nothing(tmp_path: Path, articles: Path, embedder: HashingEmbedder) -> None:
    catalog = opened(tmp_path / "index", embedder)
    build(catalog, [articles], embedder)
    with pytest.raises(QuothError, match="nowhere"):
        remove(catalog, [str(articles / "00.txt"), "nowhere"])
    assert len(catalog.summaries()) == 4
    assert names(remove(catalog, [str(articles / "00.txt")])) == ["00.txt"]
    # "articles/0" is the beginning of every name, but no folder.
    with pytest.raises(QuothError, match="articles/0"):
        remove(catalog, [str(articles / "0")])
    assert len(remove(catalog, [str(articles)])) == 3
    assert catalog.summaries() == []
    assert examine(catalog) == []


@pytest.mark.parametrize(
    ("whole", "inner"),
    [
        ("https://example.org/news/", "https://example.org/news/1.html"),
        ("https://example.org/news", "https://example.org/news/1.html"),
        ("/f.rss#https://example.org/b", "/f.rss#https://example.org/b/c"),
    ],
)
def test_remove_of_an_article_takes_none_whose_source_begins_with_its_own(
    tmp_path: Path, embedder: HashingEmbedder, whole: str, inner: str
) -> None:
    catalog = make_catalog(tmp_path, [make_article(whole, "The whole."), make_article(inner, "A part.")], embedder)
    assert remove(catalog, [whole]) == [whole]
    assert list(catalog.hashes()) == [inner]
    # Where there is no such article, it is all of them from there.
    assert remove(catalog, [whole]) == [inner]


def test_an_index_of_another_making_is_refused(tmp_path: Path, embedder: HashingEmbedder) -> None:
    opened(tmp_path, embedder)
    with pytest.raises(BindingError, match=r"QUOTH_PASSAGE_TOKENS.*reindex"):
        open_or_create(tmp_path, embedder, PASSAGE_TOKENS + 1, OVERLAP_TOKENS)
    other = HashingEmbedder()
    other.sha256 = "f" * 64
    with pytest.raises(BindingError, match=r"QUOTH_EMBEDDER=hashing.*reindex"):
        opened(tmp_path, other)
    fresh = open_or_create(tmp_path, other, PASSAGE_TOKENS, OVERLAP_TOKENS, fresh=True)
    assert fresh.binding().embedder_sha256 == "f" * 64
    with pytest.raises(QuothError, match="10000"):
        open_or_create(tmp_path, embedder, 10_001, 0, fresh=True)
    assert opened(tmp_path, other).binding() == fresh.binding()


def test_a_fresh_index_takes_no_faiss_file_of_the_former(tmp_path: Path, articles: Path, embedder: HashingEmbedder) -> None:
    folder = tmp_path / "index"
    build(opened(folder, embedder), [articles], embedder)
    former = Index.open(folder, embedder)
    former.search(["river"], 3)
    # As a user or a kill may do it: the catalog goes, the FAISS files stay.
    for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (folder / name).unlink(missing_ok=True)
    (articles / "00.txt").write_text("Quartz.")
    build(opened(folder, embedder), [articles], embedder)
    assert examine(Catalog.open(folder)) == []
    assert found(former, "quartz") == found(Index.open(folder, embedder), "quartz")
    assert former.search(["quartz"], 1)[0][0].passage.text == "Quartz."


def found(index: Index, question: str) -> list[Hit]:
    return index.search([question], 20)[0]


class KillsItself(HashingEmbedder):
    """Kills its own process by SIGKILL some microseconds after a chosen call, or at the end of the work if there is none."""

    def __init__(self, calls: int, microseconds: int) -> None:
        self.calls = calls
        self.microseconds = microseconds

    def _count(self) -> None:
        self.calls -= 1
        if self.calls == 0:
            threading.Timer(self.microseconds / 1e6, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def encode(self, texts: Sequence[str]) -> Floats:
        self._count()
        return super().encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        self._count()
        return super().count_tokens(texts)


def kill_a_build(folder: Path, articles: Path, calls: int, microseconds: int) -> None:
    """Builds in a child process, which is dead by SIGKILL when this returns."""
    child = os.fork()
    if child == 0:
        try:
            killer = KillsItself(calls, microseconds)
            if calls == 0:  # at some moment of making the catalog
                killer.calls = 1
                killer._count()
            build(opened(folder, killer), [articles], killer)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("seed", range(3))
def test_a_build_that_is_killed_again_and_again_is_finished_by_the_next(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(index.update, "COMMIT_PASSAGES", 3)
    chance = random.Random(seed)
    articles, folder = tmp_path / "articles", tmp_path / "killed"
    states = set[int]()
    for number in range(16):
        if number % 8 == 0:  # at first everything is new, later everything is another
            write_articles(articles, 12, seed=100 * seed + number)
        former = known(folder)
        kill_a_build(folder, articles, calls=chance.randrange(0, 9), microseconds=chance.randrange(0, 15_000))
        states.add(len(check_after_kill(folder, embedder, former)))
    assert len(states) > 1  # or the kills came all at the same point

    build(opened(folder, embedder), [articles], embedder)
    for leftover in folder.glob("vectors.*.new"):
        leftover.unlink()
    killed = Index.open(folder, embedder)
    assert examine(killed.catalog) == []
    build(opened(tmp_path / "whole", embedder), [articles], embedder)
    whole = Index.open(tmp_path / "whole", embedder)
    assert run_sql(folder, CONTENT) == run_sql(tmp_path / "whole", CONTENT)
    for word in WORDS:
        assert [contents(hit) for hit in found(killed, word)] == [contents(hit) for hit in found(whole, word)]


CONTENT = (
    "SELECT articles.*, start_offset, end_offset, passages.text, vector FROM articles "
    "JOIN passages ON article_id = articles.id ORDER BY source, start_offset"
)


def contents(hit: Hit) -> tuple[object, ...]:
    return hit.passage, hit.source, round(hit.dense_score, 5), round(hit.lexical_score, 5)


def has_tables(folder: Path) -> bool:
    return (folder / FILE_NAME).is_file() and bool(run_sql(folder, "SELECT name FROM sqlite_master"))


def known(folder: Path) -> dict[str, str]:
    return Catalog.open(folder).hashes() if has_tables(folder) else {}


def check_after_kill(folder: Path, embedder: HashingEmbedder, former: dict[str, str]) -> dict[str, str]:
    """What a user may do to an index whose build was just killed; returns the articles that it holds."""
    if not has_tables(folder):  # killed before the first transaction was committed: said so, with what to do
        assert not former
        with pytest.raises(NoUsableIndexError, match=r"(There is no index|is empty).*python -m index build"):
            Index.open(folder, embedder)
        return {}
    index = Index.open(folder, embedder)
    findings = examine(index.catalog)
    assert all(finding.harmless for finding in findings), findings
    assert former.keys() <= index.catalog.hashes().keys()
    if index.catalog.hashes():
        assert all(hit.source in index.catalog.hashes() for hit in found(index, "river treaty"))
    return index.catalog.hashes()


def test_a_build_killed_at_its_first_kill_ends_with_the_same_faiss_file(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.update, "COMMIT_PASSAGES", 3)
    write_articles(tmp_path / "articles", 6)
    for name, calls in (("whole", 0), ("killed", 7)):
        if calls:
            kill_a_build(tmp_path / name, tmp_path / "articles", calls, 0)
            assert 0 < len(Catalog.open(tmp_path / name).hashes()) < 6
            assert examine(Catalog.open(tmp_path / name)) == [
                Finding("behind", vectors.FILE_NAME, "is not written yet; it is made from the catalog when needed")
            ]
        build(opened(tmp_path / name, embedder), [tmp_path / "articles"], embedder)
    assert (tmp_path / "whole" / vectors.FILE_NAME).read_bytes() == (tmp_path / "killed" / vectors.FILE_NAME).read_bytes()
    assert dump(tmp_path / "whole")["passages"] == dump(tmp_path / "killed")["passages"]


@pytest.mark.parametrize("content", [None, b""])
def test_a_catalog_killed_in_its_first_transaction_says_that_it_is_empty(
    tmp_path: Path, articles: Path, embedder: HashingEmbedder, content: bytes | None
) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    if content is None:  # the journal mode is set before the first transaction
        (folder / FILE_NAME).touch()
        run_sql(folder, "PRAGMA journal_mode = WAL")
    else:
        (folder / FILE_NAME).write_bytes(content)
    with pytest.raises(NoUsableIndexError, match=r"is empty; make it: python -m index build"):
        Catalog.open(folder)
    build(opened(folder, embedder), [articles], embedder)
    assert examine(Catalog.open(folder)) == []
