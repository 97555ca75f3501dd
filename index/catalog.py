"""The catalog: one SQLite file that holds articles, passages, vectors and the full-text index, and is the only truth.

Every change is one transaction that also raises the change number, so that a crash leaves the last committed state, and
whatever is derived from the catalog (the FAISS file) can tell whether it is up to date.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import files, rows, schema, versions
from index.articles import Article
from index.embedder import Floats
from index.errors import BindingError, NoUsableIndexError, QuothError
from index.files import FileRecord
from index.rows import Entry
from index.schema import APPLICATION_ID, ARTICLE_COLUMNS, row_article
from index.versions import Version

FILE_NAME = "catalog.sqlite"
FORMAT_VERSION = schema.FORMAT_VERSION
# By chance, not by one: an index built anew must not come to a number that a FAISS file or an open Index has of the former.
_RAISE_CHANGE = "UPDATE facts SET value = CAST(value AS INTEGER) + 1 + (random() & 0xffffffff) WHERE name = 'change'"
_NOTE_CHANGE = "INSERT INTO changes SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'change'"


# Codes of SQLite by which not the file is wrong but what is around it: what it may do there, and the room on the disk.
_OUTER_CODES = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


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
            with catalog._connect(create=True) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                # In one transaction: a crash leaves no file that looks like a catalog and lacks its tables.
                connection.execute("BEGIN IMMEDIATE")
                schema.create(connection)
                facts = [("binding", json.dumps(asdict(binding))), ("change", "0")]
                connection.executemany("INSERT INTO facts VALUES (?, ?)", facts)
                connection.execute(_RAISE_CHANGE)
                connection.execute(_NOTE_CHANGE)
                connection.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise NoUsableIndexError(f"No index can be made in {folder} ({error}); name another folder by --index.") from error
        return catalog

    @classmethod
    def open(cls, folder: Path) -> Catalog:
        """The catalog in this folder, brought to this format if it has a former one.

        Raises NoUsableIndexError where there is none, or it is damaged or of a later format.
        """
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
        if application != APPLICATION_ID:
            raise NoUsableIndexError(
                f"{catalog.path} is no Quoth index but another SQLite file; name another folder by --index."
            )
        if version == 1:
            catalog._migrate()
        elif version != FORMAT_VERSION:
            raise NoUsableIndexError(
                f"The index in {folder} has format {version} and this Quoth reads format {FORMAT_VERSION}; use a later one, or "
                f"build it again: python -m index build FOLDER --index {folder} --fresh"
            )
        return catalog

    def _migrate(self) -> None:
        try:
            with self._connect() as connection:
                connection.execute("BEGIN IMMEDIATE")
                schema.migrate(connection)
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise NoUsableIndexError(
                f"The index in {self.folder} has format 1 and could not be brought to format {FORMAT_VERSION} ({error}); "
                "it is as it was: make its folder writable, with room on the disk, and try again."
            ) from error

    def _opened(self, mode: str) -> sqlite3.Connection:
        """mode: SQLite's, by which only a writer makes the file, and no reader where another process deletes it."""
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _opened_for_reading(self) -> sqlite3.Connection:
        try:
            return self._opened("rw" if os.access(self.folder, os.W_OK) else "ro")
        except sqlite3.OperationalError:
            # SQLite wants to write a shared-memory file even to read. On a disk that is read-only or full it need not, as long
            # as there is nothing in the log: nobody else writes there either.
            log = self.path.with_name(f"{FILE_NAME}-wal")
            if not self.path.is_file() or (log.is_file() and log.stat().st_size):
                raise
            return self._opened("ro&immutable=1")

    @contextmanager
    def _connect(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        with closing(self._opened("rwc" if create else "rw")) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one committed state to its end. Raises NoUsableIndexError where the file is damaged."""
        try:
            with closing(self._opened_for_reading()) as connection:
                connection.execute("BEGIN")
                yield connection
        # SQLite itself may quote damaged text, which Python then cannot decode.
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            reason = str(error).split("\n")[0][:200]
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUTER_CODES:
                way_out = "make its folder writable, with room on the disk, and try again."
            else:
                way_out = f"build it again: python -m index build FOLDER --index {self.folder} --fresh"
            raise NoUsableIndexError(f"The index in {self.folder} cannot be read ({reason}); {way_out}") from error

    @contextmanager
    def writing(self, *, quietly: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction. quietly: it changes nothing that is searched, so that nobody has to look at the index again."""
        try:
            with self._connect() as connection:
                connection.execute("BEGIN IMMEDIATE")
                # Checked at the commit: a move gives an article another id before its passages.
                connection.execute("PRAGMA defer_foreign_keys = ON")
                yield connection
                if not quietly:
                    connection.execute(_RAISE_CHANGE)
                    connection.execute(_NOTE_CHANGE)
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise QuothError(
                f"The index in {self.folder} could not be written ({error}); nothing of this step was kept, and the same "
                "command goes on from there."
            ) from error

    def binding(self) -> Binding:
        with self.reading() as connection:
            row = connection.execute("SELECT value FROM facts WHERE name = 'binding'").fetchone()
        try:
            return Binding(**json.loads(row[0]))
        except (TypeError, ValueError) as error:
            raise NoUsableIndexError(
                f"The index in {self.folder} does not say what it was made with; build it again: "
                f"python -m index build FOLDER --index {self.folder} --fresh"
            ) from error

    def check_embedder(self, name: str, sha256: str) -> None:
        """Raises BindingError unless the index was made with these weights."""
        made_with = self.binding()
        if made_with.embedder_sha256 != sha256:
            raise BindingError(
                f"The index in {self.folder} was made with the embedder {made_with.embedder} "
                f"(weights {made_with.embedder_sha256[:12]}), not with {name} (weights {sha256[:12]}); set "
                f"QUOTH_EMBEDDER={made_with.embedder}, or make the index over for this one: "
                f"python -m index reindex --index {self.folder}"
            )

    def check_passages(self, passage_tokens: int, overlap_tokens: int) -> None:
        """Raises BindingError unless the index was cut with these settings."""
        made = self.binding()
        if (made.passage_tokens, made.overlap_tokens) != (passage_tokens, overlap_tokens):
            raise BindingError(
                f"The index in {self.folder} was cut into passages of {made.passage_tokens} tokens overlapping by "
                f"{made.overlap_tokens}, not {passage_tokens} and {overlap_tokens}; set QUOTH_PASSAGE_TOKENS and "
                f"QUOTH_OVERLAP_TOKENS back, or make it over: python -m index reindex --index {self.folder}"
            )

    def put(self, entries: Sequence[Entry], records: Sequence[FileRecord] = (), gone: Sequence[str] = ()) -> None:
        """Adds articles, or puts them in the place of those of the same source, in one transaction; a former one stays as a
        version. records: what is now known of files. gone: sources to take out with it."""
        with self.writing(quietly=not entries and not gone) as connection:
            for source in gone:
                rows.take_out(connection, source)
            for entry in entries:
                versions.keep(connection, entry.article)
                rows.delete(connection, entry.article.source)
                rows.insert(connection, entry)
            files.record(connection, records)

    def move(self, moves: Sequence[tuple[str, FileRecord]]) -> None:
        """Gives the articles of files that were renamed their new sources, in one transaction; passages, vectors and versions
        stay as they are. moves: the former path of each file, and what is now known of it."""
        with self.writing() as connection:
            for former, record in moves:
                for source in list(files.sources_of(connection, former)):
                    rows.rename(connection, source, record.path + source.removeprefix(former), record.path)
                connection.execute("DELETE FROM files WHERE path = ?", (former,))
                files.record(connection, [record])

    def remove(self, sources: Sequence[str], *, by_user: bool = False) -> None:
        """Takes articles out in one transaction, with their versions and what is known of their files. A sync reads them again
        if their files are still there, unless it is `by_user`."""
        with self.writing() as connection:
            for source in sources:
                if by_user:
                    connection.execute(
                        "INSERT OR REPLACE INTO taken_out SELECT source, file FROM articles WHERE source = ?", (source,)
                    )
                connection.execute("DELETE FROM files WHERE path IN (SELECT file FROM articles WHERE source = ?)", (source,))
                rows.take_out(connection, source)

    def remove_files(self, paths: Sequence[str]) -> None:
        """Takes out, in one transaction, all that came from these files and is known of them."""
        with self.writing() as connection:
            for path in paths:
                for source in list(files.sources_of(connection, path)):
                    rows.take_out(connection, source)
                files.take_back(connection, [path])

    def rebuild_words(self) -> None:
        """Makes the full-text index anew from the passages."""
        with self.writing() as connection:
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
        return self.articles([source]).get(source)

    def articles(self, sources: Sequence[str]) -> dict[str, Article]:
        """Those of these articles that are in the catalog, by source."""
        found = {}
        with self.reading() as connection:
            for source in sources:
                row = connection.execute(
                    f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE source = ?",  # noqa: S608
                    (source,),
                ).fetchone()
                if row is not None:
                    found[source] = row_article(row)
        return found

    def version(self, source: str, quotes: Sequence[tuple[int, str]]) -> Version | None:
        """The latest version of an article that has these words at these offsets, as the passages of a reply have them; its
        `replaced` tells whether the source was edited since. None where no such version is known, as of an article that was
        taken out."""
        with self.reading() as connection:
            return versions.find(connection, source, quotes)


def change_number(connection: sqlite3.Connection) -> int:
    """What every transaction raises, as this connection sees it."""
    (value,) = connection.execute("SELECT value FROM facts WHERE name = 'change'").fetchone()
    return int(value)


def vectors(
    connection: sqlite3.Connection, dimension: int, after: int = 0, limit: int | None = None
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Passage ids (n,) in order, and their vectors (n, dimension); only the first `limit` of those with an id greater than
    `after`."""
    (count,) = connection.execute("SELECT count(*) FROM passages WHERE id > ?", (after,)).fetchone()
    count = count if limit is None else min(count, limit)
    ids = np.empty(count, dtype=np.int64)
    rows = np.empty((count, dimension), dtype=np.float32)
    found = connection.execute("SELECT id, vector FROM passages WHERE id > ? ORDER BY id LIMIT ?", (after, count))
    for number, (passage_id, blob) in enumerate(found):
        if len(blob) != 4 * dimension:
            raise NoUsableIndexError(
                f"Passage {passage_id} has a damaged vector; mend the index: python -m index doctor --repair"
            )
        ids[number] = passage_id
        rows[number] = np.frombuffer(blob, dtype="<f4")
    return ids, rows
