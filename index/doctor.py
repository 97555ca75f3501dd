"""Checks an index against itself, and mends what can be mended without its files."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import vectors
from index.catalog import Catalog, change_number, checksum

# Unit vectors in 32-bit floats are this close to length 1.
_LENGTH_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. kind: "database", "words", "article", "vectors", "behind" or "leftover"; where:
    the source or file it is about."""

    kind: str
    where: str
    what: str

    @property
    def harmless(self) -> bool:
        """Whether it is only what an interrupted build leaves: nothing is lost and every answer is right."""
        return self.kind in ("behind", "leftover")


def examine(catalog: Catalog) -> list[Finding]:
    """Everything that is wrong with an index; empty for a sound one. Changes nothing.

    Raises NoUsableIndexError where the file is so damaged that it cannot be read.
    """
    findings: list[Finding] = []
    dimension = catalog.binding().dimension
    findings += _words(catalog)
    with catalog.reading() as connection:
        findings += _database(catalog, connection)
        findings += _articles(connection, dimension)
        findings += _vectors(catalog.folder, connection, dimension)
    findings += [Finding("leftover", path.name, "was left by a write that was cut off") for path in _leftovers(catalog.folder)]
    return findings


def repair(catalog: Catalog, findings: list[Finding]) -> list[Finding]:
    """Mends what it can and returns what is still wrong.

    Damaged articles are taken out, so that the next build reads their files again.
    """
    # The full text first: an article is taken out of it by its passages' text, which has to be what it holds.
    if any(finding.kind == "words" for finding in findings):
        catalog.rebuild_words()
    damaged = [finding.where for finding in findings if finding.kind == "article"]
    if damaged:
        catalog.remove(damaged)
    for path in _leftovers(catalog.folder):
        path.unlink(missing_ok=True)
    with catalog.reading() as connection:
        vectors.save(vectors.from_catalog(connection, catalog.binding().dimension), catalog.folder)
    return examine(catalog)


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
            return [Finding("database", catalog.path.name, f"has a full-text index that could not be checked ({error})")]
        except sqlite3.DatabaseError as error:
            return [Finding("words", catalog.path.name, f"has a full-text index that does not match its passages ({error})")]
    return []


def _articles(connection: sqlite3.Connection, dimension: int) -> list[Finding]:
    findings = []
    for article_id, source, text, proof in connection.execute("SELECT id, source, text, checksum FROM articles"):
        rows = connection.execute(
            "SELECT start_offset, end_offset, text, vector FROM passages WHERE article_id = ? ORDER BY id", (article_id,)
        ).fetchall()
        if any(text[start:end] != passage for start, end, passage, _ in rows):
            findings.append(Finding("article", source, "has a passage that is not its text at its offsets"))
        elif checksum(text, ((start, end, blob) for start, end, _, blob in rows)) != proof:
            findings.append(Finding("article", source, "does not match its checksum"))
        elif not rows:
            findings.append(Finding("article", source, "has no passages"))
        elif not all(_is_unit_vector(blob, dimension) for *_, blob in rows):
            findings.append(Finding("article", source, f"has a vector that is not of length 1 and dimension {dimension}"))
    return findings


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
    for passage_id, blob in rows:
        if saved.vector(passage_id).tobytes() != np.frombuffer(blob, dtype="<f4").tobytes():
            return [Finding("vectors", vectors.FILE_NAME, f"differs from the catalog at passage {passage_id}")]
    return []


def _leftovers(folder: Path) -> list[Path]:
    return sorted(folder.glob("vectors.*.new"))
