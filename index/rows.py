"""What an article is in the catalog's tables: its own row, its passages with their vectors, and their words.

Each of these functions is a part of the caller's transaction.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index.articles import Article, article_id
from index.embedder import Floats
from index.passages import Passage
from index.schema import ARTICLE_COLUMNS, article_row


@dataclass(frozen=True)
class Entry:
    """An article with what was made of it: row i of vectors (passages, dimension) belongs to passages[i]."""

    article: Article
    passages: Sequence[Passage]
    vectors: Floats


def checksum(text: str, passages: Iterable[tuple[int, int, bytes]]) -> str:
    """SHA-256 over an article's text and its passages' offsets and vectors, by which `doctor` finds damage."""
    digest = hashlib.sha256(text.encode())
    for start, end, vector in passages:
        digest.update(f"|{start}|{end}|".encode())
        digest.update(vector)
    return digest.hexdigest()


def insert(connection: sqlite3.Connection, entry: Entry) -> None:
    """Adds an article of a source that the catalog does not have. Raises ValueError where vectors are missing."""
    article = entry.article
    blobs = [np.ascontiguousarray(row, dtype="<f4").tobytes() for row in entry.vectors]
    if len(blobs) != len(entry.passages):
        raise ValueError(f"{article.source}: {len(entry.passages)} passages but {len(blobs)} vectors")
    proof = checksum(article.text, ((p.start, p.end, b) for p, b in zip(entry.passages, blobs, strict=True)))
    connection.execute(
        f"INSERT INTO articles (id, {ARTICLE_COLUMNS}, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (article.id, *article_row(article), proof),
    )
    connection.executemany(
        "INSERT INTO passages (article_id, start_offset, end_offset, text, vector) VALUES (?, ?, ?, ?, ?)",
        [(article.id, p.start, p.end, p.text, blob) for p, blob in zip(entry.passages, blobs, strict=True)],
    )
    connection.execute("INSERT INTO words (rowid, text) SELECT id, text FROM passages WHERE article_id = ?", (article.id,))


def delete(connection: sqlite3.Connection, source: str) -> None:
    """Deletes an article if it is there; its former versions stay."""
    row = connection.execute("SELECT id FROM articles WHERE source = ?", (source,)).fetchone()
    if row is None:
        return
    # An external-content FTS5 table has to be told the old text, so it goes first.
    connection.execute(
        "INSERT INTO words (words, rowid, text) SELECT 'delete', id, text FROM passages WHERE article_id = ?", row
    )
    connection.execute("DELETE FROM articles WHERE id = ?", row)


def take_out(connection: sqlite3.Connection, source: str) -> None:
    """Deletes an article with its former versions."""
    connection.execute("DELETE FROM versions WHERE source = ?", (source,))
    delete(connection, source)


def rename(connection: sqlite3.Connection, former: str, source: str, file: str) -> None:
    """Gives an article and its former versions another source and file; one that had that source is taken out."""
    if source != former:
        take_out(connection, source)
    new_id = article_id(source)
    connection.execute("UPDATE passages SET article_id = ? WHERE article_id = ?", (new_id, article_id(former)))
    connection.execute("UPDATE articles SET id = ?, source = ?, file = ? WHERE source = ?", (new_id, source, file, former))
    connection.execute("UPDATE versions SET source = ?, file = ? WHERE source = ?", (source, file, former))
