"""Checks an index against itself, and mends what can be mended without its files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import vectors
from index.articles import article_id
from index.catalog import Catalog, change_number
from index.errors import QuothError
from index.lock import only_writer
from index.rows import checksum
from index.versions import text_sha256

# Folders inside an index folder: where a reindex makes the new passages, and where an import is verified.
STAGING = "reindex"
INCOMING = "incoming"
# Unit vectors in 32-bit floats are this close to length 1.
_LENGTH_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. kind: "database", "words", "article", "version", "file", "change", "vectors",
    "behind", "leftover", "unfinished" (a reindex) or "unchecked" (on a read-only disk); where: the source or file."""

    kind: str
    where: str
    what: str

    @property
    def harmless(self) -> bool:
        """Whether it is only what an interrupted build leaves: nothing is lost and every answer is right."""
        return self.kind in ("behind", "leftover", "unchecked", "unfinished")


def examine(catalog: Catalog) -> list[Finding]:
    """Everything that is wrong with an index; empty for a sound one. Changes nothing.

    Raises NoUsableIndexError where the file is so damaged that it cannot be read.
    """
    findings: list[Finding] = []
    dimension = catalog.binding().dimension
    findings += _words(catalog)
    with catalog.reading() as connection:
        # Text that is no UTF-8 any more does not match its checksum, which is better said than that it cannot be read.
        connection.text_factory = lambda data: data.decode(errors="replace")
        findings += _database(catalog, connection)
        findings += _articles(connection, dimension)
        findings += _versions(connection)
        findings += _files(connection)
        findings += _changes(catalog, connection)
        findings += _vectors(catalog.folder, connection, dimension)
    findings += [Finding("leftover", path.name, "was left by a write that was cut off") for path in _leftovers(catalog.folder)]
    if (catalog.folder / STAGING).exists():
        goes_on = "`python -m index reindex` goes on with it, and deleting this folder gives it up"
        findings.append(Finding("unfinished", STAGING, f"holds a reindex that was interrupted; {goes_on}"))
    return findings


def repair(catalog: Catalog, findings: list[Finding]) -> list[Finding]:
    """Mends what it can and returns what is still wrong.

    Damaged articles are taken out, so that the next build or sync reads their files again. Raises BusyError where another
    process is changing the index.
    """
    kinds = {finding.kind for finding in findings}
    with only_writer(catalog.folder):
        if "database" in kinds:
            _mend_database(catalog)
        # Before articles are taken out: that tells the full text their passages' text, which has to be what it holds.
        if kinds & {"database", "words"}:
            catalog.rebuild_words()
        damaged = [finding.where for finding in findings if finding.kind == "article"]
        if damaged:
            catalog.remove(damaged)
        if kinds & {"version", "file", "change"}:
            # The transaction itself notes its change number.
            with catalog.writing() as connection:
                _mend_records(connection, findings)
        for path in _leftovers(catalog.folder):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        with catalog.reading() as connection:
            vectors.save(vectors.from_catalog(connection, catalog.binding().dimension), catalog.folder)
        return examine(catalog)


def _mend_database(catalog: Catalog) -> None:
    """SQLite's own indices anew, and no passage without its article; other damage stays, and is said again."""
    try:
        with catalog.writing() as connection:
            connection.execute("REINDEX")
            connection.execute("DELETE FROM passages WHERE article_id NOT IN (SELECT id FROM articles)")
    except QuothError:
        return


def _mend_records(connection: sqlite3.Connection, findings: list[Finding]) -> None:
    for finding in findings:
        if finding.kind == "version":
            connection.execute("DELETE FROM versions WHERE source = ?", (finding.where,))
        elif finding.kind == "file":
            connection.execute("DELETE FROM files WHERE path = ?", (finding.where,))
            connection.execute("UPDATE roots SET columns = '{}' WHERE path = ?", (finding.where,))


def _database(catalog: Catalog, connection: sqlite3.Connection) -> list[Finding]:
    findings = []
    for (line,) in connection.execute("PRAGMA integrity_check"):
        if line != "ok":
            findings.append(Finding("database", catalog.path.name, f"is damaged ({line}); build the index again with --fresh"))
    for row in connection.execute("PRAGMA foreign_key_check"):
        findings.append(Finding("database", catalog.path.name, f"has a {row[0]} row {row[1]} that belongs to no article"))
    return findings


def _words(catalog: Catalog) -> list[Finding]:
    with catalog.reading() as connection:
        try:
            # Only checks, although SQL has it as an insertion; rank 1 compares it with the passages' text.
            connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.OperationalError as error:
            kind = "unchecked" if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY else "database"
            return [Finding(kind, catalog.path.name, f"has a full-text index that could not be checked ({error})")]
        except sqlite3.DatabaseError as error:
            return [Finding("words", catalog.path.name, f"has a full-text index that does not match its passages ({error})")]
    return []


def _articles(connection: sqlite3.Connection, dimension: int) -> list[Finding]:
    findings = []
    found = connection.execute("SELECT id, source, text, checksum, pages FROM articles")
    for article, source, text, proof, pages in found:
        rows = connection.execute(
            "SELECT start_offset, end_offset, text, vector FROM passages WHERE article_id = ? ORDER BY id", (article,)
        ).fetchall()
        if article != article_id(source):
            findings.append(Finding("article", source, "has the id of another source"))
        elif not _are_offsets(pages, len(text)):
            findings.append(Finding("article", source, "has pages that are not places in its text"))
        elif any(text[start:end] != passage for start, end, passage, _ in rows):
            findings.append(Finding("article", source, "has a passage that is not its text at its offsets"))
        elif checksum(text, ((start, end, blob) for start, end, _, blob in rows)) != proof:
            findings.append(Finding("article", source, "does not match its checksum"))
        elif not rows:
            findings.append(Finding("article", source, "has no passages"))
        elif not all(_is_unit_vector(blob, dimension) for *_, blob in rows):
            findings.append(Finding("article", source, f"has a vector that is not of length 1 and dimension {dimension}"))
    return findings


def _are_offsets(pages: str, length: int) -> bool:
    try:
        offsets = json.loads(pages)
    except (ValueError, RecursionError):
        return False
    if not isinstance(offsets, list) or not all(type(offset) is int for offset in offsets):
        return False
    return offsets == sorted(offsets) and (not offsets or 0 <= offsets[0] <= offsets[-1] <= length)


def _versions(connection: sqlite3.Connection) -> list[Finding]:
    found = connection.execute("SELECT source, text, text_sha256, pages FROM versions")
    damaged = {
        source: None for source, text, proof, pages in found if text_sha256(text) != proof or not _are_offsets(pages, len(text))
    }
    return [Finding("version", source, "has a former version that does not match its checksum") for source in damaged]


def _files(connection: sqlite3.Connection) -> list[Finding]:
    rows = connection.execute("SELECT path, columns FROM files UNION ALL SELECT path, columns FROM roots")
    damaged = {path: "is noted with columns that make no sense" for path, columns in rows if not _are_columns(columns)}
    rows = connection.execute(
        "SELECT path FROM files WHERE reason IS NULL AND path NOT IN (SELECT file FROM articles) "
        "AND path NOT IN (SELECT file FROM taken_out)"
    )
    damaged |= {path: "is noted as read, but nothing from it is there" for (path,) in rows}
    return [Finding("file", path, what) for path, what in damaged.items()]


def _are_columns(text: str) -> bool:
    try:
        columns = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(columns, dict) and all(isinstance(column, str) for column in columns.values())


def _changes(catalog: Catalog, connection: sqlite3.Connection) -> list[Finding]:
    if connection.execute("SELECT 1 FROM changes WHERE number = ?", (change_number(connection),)).fetchone():
        return []
    return [Finding("change", catalog.path.name, "does not have its change number among those it had")]


def _is_unit_vector(blob: bytes, dimension: int) -> bool:
    if len(blob) != 4 * dimension:
        return False
    return abs(float(np.linalg.norm(np.frombuffer(blob, dtype="<f4"))) - 1) <= _LENGTH_TOLERANCE


def _vectors(folder: Path, connection: sqlite3.Connection, dimension: int) -> list[Finding]:
    change = change_number(connection)
    saved = vectors.load(folder, change)
    if saved is None and vectors.is_behind(folder, change):
        return [Finding("behind", vectors.FILE_NAME, "is not written yet; it is made from the catalog when needed")]
    if saved is None:
        return [Finding("vectors", vectors.FILE_NAME, "is damaged")]
    # Row by row rather than through the dimension: a damaged BLOB was reported with its article already.
    rows = connection.execute(
        "SELECT id, vector FROM passages WHERE length(vector) = ? ORDER BY id", (4 * dimension,)
    ).fetchall()
    ids = sorted(saved.ids().tolist())
    if ids != [passage_id for passage_id, _ in rows]:
        return [Finding("vectors", vectors.FILE_NAME, f"holds {len(ids)} passages, the catalog {len(rows)}, or other ones")]
    # An approximate index holds its vectors in eight bits.
    for passage_id, blob in rows if saved.is_exact else ():
        if saved.index.reconstruct(passage_id).tobytes() != np.frombuffer(blob, dtype="<f4").tobytes():
            return [Finding("vectors", vectors.FILE_NAME, f"differs from the catalog at passage {passage_id}")]
    return []


def _leftovers(folder: Path) -> list[Path]:
    return sorted([*folder.glob("vectors.*.new"), *folder.glob(INCOMING)])
