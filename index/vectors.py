"""The FAISS side of an index: derived from the catalog, and made again from it whenever it is missing, damaged or behind.

Two files: vectors.faiss, as FAISS writes it, and vectors.json, which says which change of the catalog it holds and the
SHA-256 of the first. The second is written last, so that a crash between them shows.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.catalog import change_number
from index.catalog import vectors as catalog_vectors
from index.embedder import Floats

FILE_NAME = "vectors.faiss"
ABOUT_NAME = "vectors.json"


@dataclass(frozen=True)
class Vectors:
    """A FAISS index over passage ids, and the catalog's change number that it holds."""

    index: faiss.Index
    change: int

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def ids(self) -> npt.NDArray[np.int64]:
        """The passage ids (n,), in the order they were added."""
        return np.asarray(faiss.vector_to_array(self.index.id_map), dtype=np.int64)  # type: ignore[attr-defined]

    def vector(self, passage_id: int) -> Floats:
        """The vector (dimension,) stored under a passage id. Raises DatabaseError where there is none, as only in a damaged
        catalog."""
        try:
            return np.asarray(self.index.reconstruct(passage_id), dtype=np.float32)
        except RuntimeError as error:
            raise sqlite3.DatabaseError(f"passage {passage_id} has no vector") from error

    def search(
        self, questions: Floats, count: int, among: npt.NDArray[np.int64] | None = None
    ) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The `count` greatest inner products (questions, count) and their passage ids, -1 where there are fewer.

        questions: (questions, dimension) unit vectors. among: only these passage ids, where given.
        """
        count = min(count, len(self))
        if count == 0:
            return np.zeros((len(questions), 0), dtype=np.float32), np.zeros((len(questions), 0), dtype=np.int64)
        parameters = None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]
        scores, ids = self.index.search(np.ascontiguousarray(questions), count, params=parameters)
        return scores, ids


def build(ids: npt.NDArray[np.int64], rows: Floats, dimension: int, change: int) -> Vectors:
    """An exact index of rows (n, dimension) under ids (n,)."""
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    index.add_with_ids(rows, ids)
    return Vectors(index, change)


def from_catalog(connection: sqlite3.Connection, dimension: int) -> Vectors:
    """The index of what this connection sees."""
    ids, rows = catalog_vectors(connection, dimension)
    return build(ids, rows, dimension, change_number(connection))


def save(vectors: Vectors, folder: Path) -> None:
    """Writes both files, each whole or not at all."""
    # Not as bytes, which would be another copy of gigabytes.
    data = faiss.serialize_index(vectors.index).data
    about = {"change": vectors.change, "passages": len(vectors), "sha256": hashlib.sha256(data).hexdigest()}
    _write(folder / FILE_NAME, data)
    _write(folder / ABOUT_NAME, json.dumps(about).encode())


def load(folder: Path, change: int | None = None) -> Vectors | None:
    """The saved index if it is whole and holds this change of the catalog, or whichever it holds if None; or else None.

    FAISS is never shown bytes that are not the ones we wrote: it trusts what it reads.
    """
    about = _about(folder)
    if about is None or (change is not None and about["change"] != change):
        return None
    try:
        data = np.fromfile(folder / FILE_NAME, dtype=np.uint8)
    except (OSError, ValueError):
        return None
    if hashlib.sha256(data.data).hexdigest() != about["sha256"]:
        return None
    return Vectors(faiss.deserialize_index(data), about["change"])


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
                anew = _brought_up(found, connection, dimension, change)
                (count,) = connection.execute("SELECT count(*) FROM passages").fetchone()
                if len(anew) == count:
                    return anew
    return from_catalog(connection, dimension)


def _brought_up(former: Vectors, connection: sqlite3.Connection, dimension: int, change: int) -> Vectors:
    """Passage ids are never used again and their vectors never change, so that the former index lacks only newer ids."""
    (count,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    now = np.fromiter((i for (i,) in connection.execute("SELECT id FROM passages ORDER BY id")), dtype=np.int64, count=count)
    held = former.ids()
    kept = np.isin(held, now)
    ids, rows = catalog_vectors(connection, dimension, after=int(held.max(initial=0)))
    if len(held):
        flat = faiss.downcast_index(former.index.index)  # type: ignore[attr-defined]
        # Not a copy but FAISS's own memory, which lives as long as `former`.
        held_rows = faiss.rev_swig_ptr(flat.get_xb(), held.size * dimension).reshape(-1, dimension)  # type: ignore[attr-defined]
        ids, rows = np.concatenate([held[kept], ids]), np.concatenate([held_rows[kept], rows])
    return build(ids, rows, dimension, change)


def _about(folder: Path) -> dict[str, Any] | None:
    """What vectors.json says, or None if it is not there or not as we wrote it."""
    try:
        about = json.loads((folder / ABOUT_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return about if isinstance(about, dict) and isinstance(about.get("change"), int) and "sha256" in about else None


def _write(path: Path, data: bytes | memoryview) -> None:
    # The process number keeps two writers from each other's half-written file.
    new = path.with_suffix(f".{os.getpid()}.new")
    try:
        with new.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
