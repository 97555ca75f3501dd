"""What the tests of index/ share: small articles, catalogs of them, and damage done behind Quoth's back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from index.articles import Article, Unreadable, article_id, read_articles
from index.catalog import FILE_NAME, Binding, Catalog
from index.passages import cut
from index.rows import Entry
from tests.conftest import HashingEmbedder

PASSAGE_TOKENS = 24
OVERLAP_TOKENS = 6


def read_article(path: Path) -> Article | Unreadable:
    """The first article in a file."""
    return next(read_articles(path))


def make_article(source: str, text: str, published: str | None = None, sha256: str = "0" * 64) -> Article:
    return Article(article_id(source), source, f"Title of {source}", text, published, None, "en", sha256, source)


def make_entry(article: Article, embedder: HashingEmbedder) -> Entry:
    passages = cut(article, embedder.count_tokens, max_tokens=PASSAGE_TOKENS, overlap_tokens=OVERLAP_TOKENS)
    return Entry(article, passages, embedder.encode([passage.text for passage in passages]))


def make_catalog(folder: Path, articles: Sequence[Article], embedder: HashingEmbedder) -> Catalog:
    binding = Binding(embedder.name, embedder.sha256, embedder.dimension, PASSAGE_TOKENS, OVERLAP_TOKENS)
    catalog = Catalog.create(folder, binding)
    catalog.put([make_entry(article, embedder) for article in articles])
    return catalog


def run_sql(folder: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Runs a statement on the catalog as a stranger would, and commits."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def dump(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a catalog holds but its change number."""
    return {
        table: run_sql(folder, f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
        for table in ("articles", "passages", "words_data", "words_docsize")
    } | {"facts": run_sql(folder, "SELECT * FROM facts WHERE name <> 'change'")}


def change(folder: Path) -> object:
    return run_sql(folder, "SELECT value FROM facts WHERE name = 'change'")[0][0]
