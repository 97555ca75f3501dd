"""The catalog gives back what was put in, changes in whole transactions, and says plainly what it cannot open."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import index.schema
from index.articles import Article, read_articles
from index.build import sync
from index.catalog import FILE_NAME, FORMAT_VERSION, Binding, Catalog, change_number, vectors
from index.doctor import examine
from index.embedder import Floats
from index.errors import BindingError, NoUsableIndexError
from index.passages import Passage
from index.rows import checksum
from index.search import Index
from tests.conftest import HashingEmbedder
from tests.index.samples import PASSAGE_TOKENS, change, dump, make_article, make_catalog, make_entry, run_sql

# Whatever an article may hold: no lone surrogates, and not blank, as read_article sees to.
hostile = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300).filter(str.strip)
steps = st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), hostile)), min_size=1, max_size=8)


@given(steps)
@settings(max_examples=25, deadline=None)
def test_holds_just_what_was_put_last(history: list[tuple[int, str | None]]) -> None:
    embedder = HashingEmbedder()
    expected: dict[str, Article] = {}
    with tempfile.TemporaryDirectory() as folder:
        catalog = make_catalog(Path(folder), [], embedder)
        for number, text in history:
            source = f"/{number}'\"%_é.txt"
            if text is None:
                catalog.remove([source])
                expected.pop(source, None)
            else:
                expected[source] = make_article(source, text, sha256=f"{number:064}")
                catalog.put([make_entry(expected[source], embedder)])
        assert catalog.hashes() == {source: article.sha256 for source, article in expected.items()}
        assert [summary.source for summary in catalog.summaries()] == sorted(expected)
        stored = run_sql(catalog.folder, "SELECT article_id, start_offset, end_offset, text FROM passages ORDER BY id")
        for source, article in expected.items():
            assert catalog.article(source) == article
            made = [(article.id, p.start, p.end, p.text) for p in make_entry(article, embedder).passages]
            assert [row for row in stored if row[0] == article.id] == made
        assert len({row[0] for row in stored}) == len(expected)
        assert examine(catalog)[1:] == []  # but that there is no FAISS file


def test_vectors_come_back_to_the_bit(tmp_path: Path, embedder: HashingEmbedder) -> None:
    article = make_article("/a", "One sentence here. " * 20)
    catalog = make_catalog(tmp_path, [article], embedder)
    with catalog.reading() as connection:
        ids, rows = vectors(connection, embedder.dimension)
    assert ids.tolist() == list(range(1, len(ids) + 1))
    assert np.array_equal(rows, make_entry(article, embedder).vectors)


def test_a_put_that_fails_in_its_middle_changes_nothing(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path, [make_article("/a", "The first."), make_article("/b", "The second.")], embedder)
    before, number = dump(tmp_path), change(tmp_path)
    good = make_entry(make_article("/a", "Another first."), embedder)
    bad = replace(make_entry(make_article("/b", "Another second."), embedder), vectors=embedder.encode(["x", "y"]))
    with pytest.raises(ValueError, match="/b: 1 passages but 2 vectors"):
        catalog.put([good, bad])
    assert dump(tmp_path) == before
    assert change(tmp_path) == number


def test_every_change_has_a_number_of_its_own(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path / "a", [], embedder)
    numbers = []
    for _ in range(5):
        with catalog.reading() as connection:
            numbers.append(change_number(connection))
        catalog.put([make_entry(make_article("/a", "The same."), embedder)])
    assert numbers == sorted(set(numbers))
    assert change(make_catalog(tmp_path / "b", [], embedder).folder) != change(
        make_catalog(tmp_path / "c", [], embedder).folder
    )


def test_a_reader_sees_one_state_to_its_end(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path, [make_article("/a", "The first.")], embedder)
    with catalog.reading() as connection:
        before = change_number(connection)
        Catalog(tmp_path).remove(["/a"])
        assert change_number(connection) == before
        assert connection.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    assert catalog.hashes() == {}


def test_passage_ids_are_never_used_again(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path, [], embedder)
    seen = set[object]()
    for _ in range(4):
        catalog.put([make_entry(make_article("/a", "One. Two. Three."), embedder)])
        ids = {row[0] for row in run_sql(tmp_path, "SELECT id FROM passages")}
        assert ids
        assert not ids & seen
        seen |= ids
        catalog.remove(["/a"])


def test_a_sample_is_spread_evenly(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path, [make_article(f"/{n}", f"Text {n}.") for n in range(10)], embedder)
    assert catalog.sample(5) == ["Text 0.", "Text 2.", "Text 4.", "Text 6.", "Text 8."]
    assert len(catalog.sample(100)) == 10


def plant(folder: Path, name: str, embedder: HashingEmbedder) -> None:
    path = folder / FILE_NAME
    if name == "garbage":
        path.write_bytes(b"no database at all " * 500)
    elif name == "empty":
        path.touch()
    elif name == "other":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE bookmarks (url TEXT)")
    elif name == "newer":
        make_catalog(folder, [], embedder)
        run_sql(folder, "PRAGMA user_version = 99")
    elif name == "torn":
        make_catalog(folder, [make_article("/a", "Text. " * 3000)], embedder)
        path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 40_000)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing", "There is no index"),
        ("empty", "is empty"),
        ("garbage", "cannot be read"),
        ("torn", "cannot be read"),
        ("other", "no Quoth index but another SQLite file"),
        ("newer", "has format 99"),
    ],
)
def test_what_cannot_be_opened_is_said_with_a_way_out(
    tmp_path: Path, embedder: HashingEmbedder, name: str, reason: str
) -> None:
    plant(tmp_path, name, embedder)
    with pytest.raises(NoUsableIndexError) as caught:
        Catalog.open(tmp_path).hashes()
    message = str(caught.value)
    assert reason in message
    assert str(tmp_path) in message
    assert "python -m index build" in message or "--index" in message
    assert "\n" not in message


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, embedder: HashingEmbedder) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NoUsableIndexError, match=r"No index can be made in .*file"):
        make_catalog(tmp_path / "file", [], embedder)


def test_another_embedder_or_other_passages_are_refused(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path, [], embedder)
    catalog.check_embedder("the same by another name", embedder.sha256)
    with pytest.raises(BindingError, match=r"hashing.*not with other.*QUOTH_EMBEDDER=hashing.*reindex"):
        catalog.check_embedder("other", "0" * 64)
    catalog.check_passages(PASSAGE_TOKENS, 6)
    for tokens, overlap in ((PASSAGE_TOKENS + 1, 6), (PASSAGE_TOKENS, 7)):
        with pytest.raises(BindingError, match=r"QUOTH_PASSAGE_TOKENS.*QUOTH_OVERLAP_TOKENS.*reindex"):
            catalog.check_passages(tokens, overlap)


def test_pages_and_the_address_come_back(tmp_path: Path, embedder: HashingEmbedder) -> None:
    article = replace(
        make_article("/a.zip/b.pdf", "One page. Another."), file="/a.zip", pages=(0, 10), url="https://example.org/b"
    )
    catalog = make_catalog(tmp_path, [article], embedder)
    assert catalog.article("/a.zip/b.pdf") == article
    assert examine(catalog)[1:] == []


FORMAT_1 = """
PRAGMA application_id = 1366650740;
PRAGMA user_version = 1;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, source TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL, published TEXT,
    author TEXT, language TEXT, sha256 TEXT NOT NULL, checksum TEXT NOT NULL
) STRICT;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL
) STRICT;
CREATE INDEX passages_of_article ON passages (article_id);
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = 'passages', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
);
"""


def make_format_1(folder: Path, article: Article, embedder: HashingEmbedder) -> None:
    """A catalog as the first version of Quoth made it."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(FORMAT_1)
        binding = Binding(embedder.name, embedder.sha256, embedder.dimension, PASSAGE_TOKENS, 6)
        connection.executemany("INSERT INTO facts VALUES (?, ?)", [("binding", json.dumps(asdict(binding))), ("change", "77")])
        rows = [(p.start, p.end, row.tobytes()) for p, row in zip(*astuples(article, embedder), strict=True)]
        facts = (article.id, article.source, article.title, article.text, None, None, article.language, article.sha256)
        connection.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*facts, checksum(article.text, rows)))
        for start, end, vector in rows:
            passage = (article.id, start, end, article.text[start:end], vector)
            connection.execute("INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?)", passage)
        connection.execute("INSERT INTO words (rowid, text) SELECT id, text FROM passages")


def astuples(article: Article, embedder: HashingEmbedder) -> tuple[Sequence[Passage], Floats]:
    entry = make_entry(article, embedder)
    return entry.passages, entry.vectors


def test_a_catalog_of_the_first_format_becomes_one_of_this(tmp_path: Path, embedder: HashingEmbedder) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    path = tmp_path / "a.txt"
    path.write_text("On mills\n\nThe mill is old. It stands by the river.")
    [article] = [article for article in read_articles(path) if isinstance(article, Article)]
    make_format_1(folder, article, embedder)
    catalog = Catalog.open(folder)
    assert run_sql(folder, "PRAGMA user_version") == [(FORMAT_VERSION,)]
    assert change(folder) == "77"
    [finding] = examine(catalog)  # there is no FAISS file
    assert finding.harmless
    assert Index.open(folder, embedder).search(["mill"], 1)[0][0].source == str(path)
    assert Catalog.open(folder).hashes() == catalog.hashes()
    # It follows its files one by one, and finds each to be what it was.
    summary = sync(catalog, embedder)
    assert (summary.unchanged, summary.passages) == (1, 0)
    path.write_text("The mill was sold.")
    assert sync(catalog, embedder).changed == [str(path)]


def test_a_migration_that_fails_leaves_the_former_format(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_format_1(tmp_path, make_article("/a", "The mill is old."), embedder)
    with monkeypatch.context() as patch:
        patch.setattr(index.schema, "_FORMAT_2", index.schema._FORMAT_2 + ";SELECT no_such_function()")
        with pytest.raises(NoUsableIndexError, match="could not be brought to format 2"):
            Catalog.open(tmp_path)
    assert run_sql(tmp_path, "PRAGMA user_version") == [(1,)]
    assert list(Catalog.open(tmp_path).hashes()) == ["/a"]
