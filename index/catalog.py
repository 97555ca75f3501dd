"""The catalog: one SQLite file that holds articles, passages, vectors and the full-text index, and is the only truth.

Every change is one transaction that also raises the change number, so that a crash leaves the last committed state, and
whatever is derived from the catalog (the FAISS file) can tell whether it is up to date.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.articles import Article
from index.embedder import Floats
from index.errors import BindingError, NoUsableIndexError, QuothError
from index.passages import Passage

FORMAT_VERSION = 1
FILE_NAME = "catalog.sqlite"
# "Quot" in ASCII: lets us tell our own files from other SQLite files.
_APPLICATION_ID = 0x51756F74

_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {FORMAT_VERSION};
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
# By chance, not by one: an index built anew must not come to a number that a FAISS file or an open Index has of the former.
_RAISE_CHANGE = "UPDATE facts SET value = CAST(value AS INTEGER) + 1 + (random() & 0xffffffff) WHERE name = 'change'"


@dataclass(frozen=True)
class Binding:
    """What an index was made with; vectors and passages of another making do not belong in it."""

    embedder: str
    embedder_sha256: str
    dimension: int
    passage_tokens: int
    overlap_tokens: int
    metric: str = "inner product of unit vectors"


@dataclass(frozen=True)
class ArticleSummary:
    """One line of the list of articles; `passages` is their number."""

    source: str
    title: str
    published: str | None
    passages: int


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


class Catalog:
    """The SQLite file of one index folder. Every call has a connection of its own, so threads share a Catalog freely."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME

    @classmethod
    def create(cls, folder: Path, binding: Binding) -> Catalog:
        """A new, empty catalog. Raises NoUsableIndexError where the folder cannot be written."""
        catalog = cls(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with catalog._connect() as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                # In one transaction: a crash leaves no file that looks like a catalog and lacks its tables.
                connection.execute("BEGIN IMMEDIATE")
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                facts = [("binding", json.dumps(asdict(binding))), ("change", "0")]
                connection.executemany("INSERT INTO facts VALUES (?, ?)", facts)
                connection.execute(_RAISE_CHANGE)
                connection.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise NoUsableIndexError(f"No index can be made in {folder} ({error}); name another folder by --index.") from error
        return catalog

    @classmethod
    def open(cls, folder: Path) -> Catalog:
        """The catalog in this folder. Raises NoUsableIndexError where there is none, or it is damaged or of another format."""
        catalog = cls(folder)
        if not catalog.path.is_file():
            raise NoUsableIndexError(f"There is no index in {folder}; make one: python -m index build FOLDER --index {folder}")
        with catalog.reading() as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if application == 0 and not tables:
            # What a kill during the very first transaction leaves: a file without content.
            raise NoUsableIndexError(f"The index in {folder} is empty; make it: python -m index build FOLDER --index {folder}")
        if application != _APPLICATION_ID:
            raise NoUsableIndexError(
                f"{catalog.path} is no Quoth index but another SQLite file; name another folder by --index."
            )
        if version != FORMAT_VERSION:
            raise NoUsableIndexError(
                f"The index in {folder} has format {version} and this Quoth reads format {FORMAT_VERSION}; build it again "
                f"with --fresh: python -m index build FOLDER --index {folder} --fresh"
            )
        return catalog

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one committed state to its end. Raises NoUsableIndexError where the file is damaged."""
        try:
            with self._connect() as connection:
                connection.execute("BEGIN")
                yield connection
        except sqlite3.DatabaseError as error:
            raise NoUsableIndexError(
                f"The index in {self.folder} cannot be read ({error}); build it again: "
                f"python -m index build FOLDER --index {self.folder} --fresh"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._connect() as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute(_RAISE_CHANGE)
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise QuothError(
                f"The index in {self.folder} could not be written ({error}); nothing of this step was kept, and the same "
                "command goes on from there."
            ) from error

    def binding(self) -> Binding:
        with self.reading() as connection:
            (value,) = connection.execute("SELECT value FROM facts WHERE name = 'binding'").fetchone()
        return Binding(**json.loads(value))

    def check_embedder(self, name: str, sha256: str) -> None:
        """Raises BindingError unless the index was made with these weights."""
        made_with = self.binding()
        if made_with.embedder_sha256 != sha256:
            raise BindingError(
                f"The index in {self.folder} was made with the embedder {made_with.embedder} "
                f"(weights {made_with.embedder_sha256[:12]}), not with {name} (weights {sha256[:12]}); set "
                f"QUOTH_EMBEDDER={made_with.embedder}, or build it again: "
                f"python -m index build FOLDER --index {self.folder} --fresh"
            )

    def check_passages(self, passage_tokens: int, overlap_tokens: int) -> None:
        """Raises BindingError unless the index was cut with these settings."""
        made = self.binding()
        if (made.passage_tokens, made.overlap_tokens) != (passage_tokens, overlap_tokens):
            raise BindingError(
                f"The index in {self.folder} was cut into passages of {made.passage_tokens} tokens overlapping by "
                f"{made.overlap_tokens}, not {passage_tokens} and {overlap_tokens}; set QUOTH_PASSAGE_TOKENS and "
                f"QUOTH_OVERLAP_TOKENS back, or build it again: python -m index build FOLDER --index {self.folder} --fresh"
            )

    def put(self, entries: Sequence[Entry]) -> None:
        """Adds articles, or puts them in the place of those of the same source, in one transaction."""
        with self._writing() as connection:
            for entry in entries:
                _delete(connection, entry.article.source)
                _insert(connection, entry)

    def remove(self, sources: Sequence[str]) -> int:
        """Takes articles out in one transaction; returns how many there were."""
        with self._writing() as connection:
            return sum(_delete(connection, source) for source in sources)

    def rebuild_words(self) -> None:
        """Makes the full-text index anew from the passages."""
        with self._writing() as connection:
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every article's file, by source."""
        with self.reading() as connection:
            return dict(connection.execute("SELECT source, sha256 FROM articles"))

    def summaries(self) -> list[ArticleSummary]:
        """All articles, by source."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT source, title, published, (SELECT count(*) FROM passages WHERE article_id = articles.id) "
                "FROM articles ORDER BY source"
            ).fetchall()
        return [ArticleSummary(*row) for row in rows]

    def sample(self, count: int) -> list[str]:
        """The texts of `count` passages at most, spread evenly over the catalog; the same ones each time."""
        with self.reading() as connection:
            ids = [row[0] for row in connection.execute("SELECT id FROM passages ORDER BY id")]
            chosen = ids[:: max(1, -(-len(ids) // count))]
            return [connection.execute("SELECT text FROM passages WHERE id = ?", (i,)).fetchone()[0] for i in chosen]

    def article(self, source: str) -> Article | None:
        """The article of this source, or None."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT id, source, title, text, published, author, language, sha256 FROM articles WHERE source = ?",
                (source,),
            ).fetchone()
        return Article(*row) if row else None


def change_number(connection: sqlite3.Connection) -> int:
    """What every transaction raises, as this connection sees it."""
    (value,) = connection.execute("SELECT value FROM facts WHERE name = 'change'").fetchone()
    return int(value)


def vectors(connection: sqlite3.Connection, dimension: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Passage ids (n,) in order, and their vectors (n, dimension)."""
    (count,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    ids = np.empty(count, dtype=np.int64)
    rows = np.empty((count, dimension), dtype=np.float32)
    for number, (passage_id, blob) in enumerate(connection.execute("SELECT id, vector FROM passages ORDER BY id")):
        if len(blob) != 4 * dimension:
            raise NoUsableIndexError(
                f"Passage {passage_id} has a damaged vector; mend the index: python -m index doctor --repair"
            )
        ids[number] = passage_id
        rows[number] = np.frombuffer(blob, dtype="<f4")
    return ids, rows


def _insert(connection: sqlite3.Connection, entry: Entry) -> None:
    article = entry.article
    blobs = [np.ascontiguousarray(row, dtype="<f4").tobytes() for row in entry.vectors]
    if len(blobs) != len(entry.passages):
        raise ValueError(f"{article.source}: {len(entry.passages)} passages but {len(blobs)} vectors")
    proof = checksum(article.text, ((p.start, p.end, b) for p, b in zip(entry.passages, blobs, strict=True)))
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*astuple(article), proof),
    )
    connection.executemany(
        "INSERT INTO passages (article_id, start_offset, end_offset, text, vector) VALUES (?, ?, ?, ?, ?)",
        [(article.id, p.start, p.end, p.text, blob) for p, blob in zip(entry.passages, blobs, strict=True)],
    )
    connection.execute("INSERT INTO words (rowid, text) SELECT id, text FROM passages WHERE article_id = ?", (article.id,))


def _delete(connection: sqlite3.Connection, source: str) -> bool:
    row = connection.execute("SELECT id FROM articles WHERE source = ?", (source,)).fetchone()
    if row is None:
        return False
    # An external-content FTS5 table has to be told the old text, so it goes first.
    connection.execute(
        "INSERT INTO words (words, rowid, text) SELECT 'delete', id, text FROM passages WHERE article_id = ?", row
    )
    connection.execute("DELETE FROM articles WHERE id = ?", row)
    return True
