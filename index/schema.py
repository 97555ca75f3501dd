"""The catalog's tables, and how a catalog of a former format becomes one of this.

Format 1 had facts, articles without file, pages and url, passages and words.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from index.articles import Article, article_id

FORMAT_VERSION = 2
# "Quot" in ASCII: lets us tell our own files from other SQLite files.
APPLICATION_ID = 0x51756F74
# The columns of articles and of versions that make an Article, but for its id, which is made of its source.
ARTICLE_COLUMNS = "source, title, text, published, author, language, sha256, file, pages, url"

_FORMAT_1 = f"""
PRAGMA application_id = {APPLICATION_ID};
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
# A migrated catalog follows its articles one by one, since format 1 did not remember their folders.
# pages: JSON array of offsets. files: what a file was when it was last read, by which a sync sees that it did not change
# (index/files.py). roots: the files and folders that a sync follows. taken_out: sources that a user removed, which a sync
# leaves out. versions: former articles. changes: the change number of every transaction, by which a FAISS index of an
# earlier state of this very catalog is known.
_FORMAT_2 = """
ALTER TABLE articles ADD COLUMN file TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE articles ADD COLUMN url TEXT;
UPDATE articles SET file = source;
CREATE INDEX articles_of_file ON articles (file);
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, stamp TEXT NOT NULL, sha256 TEXT, columns TEXT NOT NULL, reason TEXT
) STRICT;
CREATE TABLE roots (path TEXT PRIMARY KEY, columns TEXT NOT NULL) STRICT;
INSERT INTO roots SELECT source, '{}' FROM articles;
CREATE TABLE taken_out (source TEXT PRIMARY KEY, file TEXT NOT NULL) STRICT;
CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, published TEXT,
    author TEXT, language TEXT, sha256 TEXT NOT NULL, file TEXT NOT NULL, pages TEXT NOT NULL, url TEXT,
    text_sha256 TEXT NOT NULL, replaced TEXT NOT NULL
) STRICT;
CREATE INDEX versions_of_source ON versions (source);
CREATE TABLE changes (number INTEGER PRIMARY KEY) STRICT;
INSERT INTO changes SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'change';
PRAGMA user_version = 2;
"""


def create(connection: sqlite3.Connection) -> None:
    """Makes the tables, inside the caller's transaction."""
    _run(connection, _FORMAT_1)
    _run(connection, _FORMAT_2)


def migrate(connection: sqlite3.Connection) -> None:
    """Makes a catalog of format 1 one of this format, inside the caller's transaction; does nothing to one of this format."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 1:
        _run(connection, _FORMAT_2)


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        connection.execute(statement)


def article_row(article: Article) -> tuple[str | None, ...]:
    """An article as ARTICLE_COLUMNS."""
    a = article
    file, pages = a.file or a.source, json.dumps(a.pages)
    return (a.source, a.title, a.text, a.published, a.author, a.language, a.sha256, file, pages, a.url)


def row_article(row: Sequence[Any]) -> Article:
    """The article of ARTICLE_COLUMNS. Raises DatabaseError where the row is damaged."""
    source, title, text, published, author, language, sha256, file, pages, url = row
    try:
        offsets = tuple(json.loads(pages or "[]"))
    except (ValueError, TypeError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"the pages of {source} are damaged") from error
    return Article(article_id(source), source, title, text, published, author, language, sha256, file, offsets, url)
