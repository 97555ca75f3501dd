"""The FAISS side of an index: derived from the catalog, and made again from it whenever it is missing, damaged or behind.

Exact up to EXACT_UP_TO passages, approximate beyond. Two files: vectors.faiss, as FAISS writes it, and vectors.json, which says
which change of the catalog it holds and the SHA-256 of the first. The second is written last, so that a crash between them
shows.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import faiss
import numpy as np
import numpy.typing as npt

from index import approximate
from index.catalog import change_number
from index.catalog import vectors as catalog_vectors
from index.embedder import Floats

FILE_NAME = "vectors.faiss"
ABOUT_NAME = "vectors.json"
# So many vectors of 384 components are compared one by one in about 10 ms on two cores.
EXACT_UP_TO = 50_000
# Vectors read from the catalog at a time.
_CHUNK = 50_000


@dataclass(frozen=True)
class Vectors:
    """A FAISS index over passage ids, and the catalog's change number that it holds.

    index: a faiss.Index, of which FAISS's own stubs know too little. Of an approximate one: recall, the share of the 10
    nearest passages that it finds, and made_up_to, the greatest passage id, both as it was made.
    """

    index: Any
    change: int
    recall: float = 1.0
    made_up_to: int = 0

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def is_exact(self) -> bool:
        return isinstance(self.index, faiss.IndexIDMap2)

    def ids(self) -> npt.NDArray[np.int64]:
        """The passage ids (n,), ascending."""
        if not self.is_exact:
            return np.sort(approximate.ids_of(self.index))
        return np.asarray(faiss.vector_to_array(self.index.id_map), dtype=np.int64)

    def search(
        self, questions: Floats, count: int, among: npt.NDArray[np.int64] | None = None
    ) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The `count` greatest inner products (questions, count) and their passage ids, -1 where there are fewer.

        questions: (questions, dimension) unit vectors. among: only these passage ids, where given; they are searched in every
        list, since the nearest lists may hold none of them.
        """
        count = min(count, len(self))
        if count == 0:
            return np.zeros((len(questions), 0), dtype=np.float32), np.zeros((len(questions), 0), dtype=np.int64)
        scores, ids = self.index.search(np.ascontiguousarray(questions), count, params=self._parameters(among))
        return scores, ids

    def _parameters(self, among: npt.NDArray[np.int64] | None) -> faiss.SearchParameters | None:
        if among is None:
            return None
        selected = faiss.IDSelectorBatch(among)
        if self.is_exact:
            return faiss.SearchParameters(sel=selected)  # type: ignore[call-arg]
        return faiss.SearchParametersIVF(sel=selected, nprobe=self.index.nlist)  # type: ignore[call-arg]


def build(ids: npt.NDArray[np.int64], rows: Floats, dimension: int, change: int) -> Vectors:
    """An exact index of rows (n, dimension) under ids (n,)."""
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    index.add_with_ids(rows, ids)
    return Vectors(index, change)


def from_catalog(connection: sqlite3.Connection, dimension: int) -> Vectors:
    """The index of what this connection sees."""
    change, count = change_number(connection), _count(connection)
    if count <= EXACT_UP_TO:
        return build(*catalog_vectors(connection, dimension), dimension, change)
    made = approximate.build(lambda: _chunks(connection, dimension), count, dimension)
    return Vectors(made.index, change, made.recall, int(approximate.ids_of(made.index).max()))


def _count(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    return int(count)


def _chunks(connection: sqlite3.Connection, dimension: int) -> Iterator[tuple[npt.NDArray[np.int64], Floats]]:
    after = 0
    while True:
        ids, rows = catalog_vectors(connection, dimension, after=after, limit=_CHUNK)
        if len(ids) == 0:
            return
        yield ids, rows
        after = int(ids[-1])


def save(vectors: Vectors, folder: Path) -> None:
    """Writes both files, each whole or not at all."""
    digest = hashlib.sha256()

    def write(opened: BinaryIO) -> None:
        failures: list[OSError] = []

        def both(data: bytes) -> int:
            digest.update(data)
            try:
                return opened.write(data)
            except OSError as error:
                failures.append(error)
                return 0

        # Piece by piece, because as bytes it would be another copy of gigabytes.
        try:
            faiss.write_index(vectors.index, faiss.PyCallbackIOWriter(both))  # type: ignore[attr-defined]
        except RuntimeError as error:
            raise (failures[0] if failures else error) from None

    _write(folder / FILE_NAME, write)
    about = {
        "change": vectors.change,
        "passages": len(vectors),
        "recall": round(vectors.recall, 4),
        "made_up_to": vectors.made_up_to,
        "sha256": digest.hexdigest(),
    }
    _write(folder / ABOUT_NAME, lambda opened: opened.write(json.dumps(about).encode()))


def load(folder: Path, change: int | None = None) -> Vectors | None:
    """The saved index if it is whole and holds this change of the catalog, or whichever it holds if None; or else None.

    FAISS is never shown bytes that are not the ones we wrote: it trusts what it reads.
    """
    about = _about(folder)
    if about is None or (change is not None and about["change"] != change):
        return None
    try:
        # The same open file is hashed and read, whatever takes its place meanwhile.
        with (folder / FILE_NAME).open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != about["sha256"]:
                return None
            opened.seek(0)
            index = faiss.read_index(faiss.PyCallbackIOReader(opened.read))  # type: ignore[attr-defined]
    # FAISS's own error is of a file that another release of it wrote.
    except (OSError, RuntimeError):
        return None
    return Vectors(index, about["change"], about.get("recall", 1.0), about.get("made_up_to", 0))


def is_behind(folder: Path, change: int) -> bool:
    """Whether the files are not there or hold another change, as an interrupted build leaves them; no damage by itself."""
    if not ((folder / ABOUT_NAME).is_file() and (folder / FILE_NAME).is_file()):
        return True
    about = _about(folder)
    return about is not None and about["change"] != change


def load_or_build(connection: sqlite3.Connection, folder: Path, dimension: int, held: Vectors | None = None) -> Vectors:
    """The index of what this connection sees; it is not saved.

    held: one of another state, if there is one in memory. It, or else the saved one, is taken where its state was one of this
    very catalog, with what was added and without what was taken out since; only otherwise all is made anew.
    """
    change = change_number(connection)
    for former in (held, None):
        found = former or load(folder)
        if found is not None and found.index.d == dimension:
            if found.change == change:
                return found
            if connection.execute("SELECT 1 FROM changes WHERE number = ?", (found.change,)).fetchone():
                anew = _brought_up(found, connection, dimension, change) if _fits(found, connection) else None
                if anew is not None and len(anew) == _count(connection):
                    return anew
    return from_catalog(connection, dimension)


def _fits(former: Vectors, connection: sqlite3.Connection) -> bool:
    """Whether an index of this kind would be made now: lists and their eight bits are right for what is like the passages that
    they were made from, so at least half have to be of those, and half of those there still."""
    count = _count(connection)
    if former.is_exact or count <= EXACT_UP_TO:
        return former.is_exact and count <= EXACT_UP_TO
    (left,) = connection.execute("SELECT count(*) FROM passages WHERE id <= ?", (former.made_up_to,)).fetchone()
    return bool(2 * left >= count and approximate.lists_for(2 * left) >= former.index.nlist)


def _brought_up(former: Vectors, connection: sqlite3.Connection, dimension: int, change: int) -> Vectors:
    """Passage ids are never used again and their vectors never change, so that the former index lacks only newer ids."""
    now = np.fromiter((i for (i,) in connection.execute("SELECT id FROM passages ORDER BY id")), np.int64, _count(connection))
    held = former.ids()
    # Others may be searching the former one.
    index = faiss.clone_index(former.index)
    gone = held[~np.isin(held, now, assume_unique=True)]
    if len(gone):
        index.remove_ids(faiss.IDSelectorBatch(gone))
    ids, rows = catalog_vectors(connection, dimension, after=int(held.max(initial=0)))
    if len(ids):
        index.add_with_ids(rows, ids)
    return Vectors(index, change, former.recall, former.made_up_to)


def _about(folder: Path) -> dict[str, Any] | None:
    """What vectors.json says, or None if it is not there or not as we wrote it."""
    try:
        about = json.loads((folder / ABOUT_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return about if isinstance(about, dict) and isinstance(about.get("change"), int) and "sha256" in about else None


def _write(path: Path, write: Callable[[BinaryIO], object]) -> None:
    # The process number keeps two writers from each other's half-written file.
    new = path.with_suffix(f".{os.getpid()}.new")
    try:
        with new.open("wb") as opened:
            write(opened)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
