"""Former versions of articles, so that an answer given earlier can say that its source was edited, and show what it quoted."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from index.articles import Article
from index.schema import ARTICLE_COLUMNS, row_article

# How many of an article are kept; a file that is saved every minute must not fill the disk.
KEPT = 10


@dataclass(frozen=True)
class Version:
    """An article as it is or was. replaced: when another text took its place (ISO 8601, UTC), None for the current one."""

    article: Article
    replaced: str | None


def text_sha256(text: str) -> str:
    """SHA-256 of an article's text in UTF-8, by which `doctor` finds damage."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep(connection: sqlite3.Connection, new: Article) -> None:
    """Before `new` takes the place of the article of its source: keeps that one if it has another text, and of all its
    versions the last KEPT."""
    former = connection.execute(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE source = ?", (new.source,)).fetchone()  # noqa: S608
    if former is None or (text := row_article(former).text) == new.text:
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute(
        f"INSERT INTO versions ({ARTICLE_COLUMNS}, text_sha256, replaced) VALUES ({'?, ' * len(former)}?, ?)",  # noqa: S608
        (*former, text_sha256(text), now),
    )
    connection.execute(
        "DELETE FROM versions WHERE source = ?1 AND id <= "
        "(SELECT id FROM versions WHERE source = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (new.source, KEPT),
    )


def find(connection: sqlite3.Connection, source: str, quotes: Sequence[tuple[int, str]]) -> Version | None:
    """The latest version of an article that has these words at these offsets, the current one if it has them; None where no
    such version is known."""

    def has_them(article: Article) -> bool:
        return all(article.text.startswith(words, start) for start, words in quotes)

    row = connection.execute(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE source = ?", (source,)).fetchone()  # noqa: S608
    if row is not None and has_them(current := row_article(row)):
        return Version(current, None)
    former = connection.execute(
        f"SELECT {ARTICLE_COLUMNS}, replaced FROM versions WHERE source = ? ORDER BY id DESC",  # noqa: S608
        (source,),
    )
    return next((Version(article, row[-1]) for row in former if has_them(article := row_article(row[:-1]))), None)
