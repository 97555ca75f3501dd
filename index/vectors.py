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
        """The vector (dimension,) stored under a passage id."""
        return np.asarray(self.index.reconstruct(passage_id), dtype=np.float32)

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
    data = faiss.serialize_index(vectors.index).tobytes()
    about = {"change": vectors.change, "passages": len(vectors), "sha256": hashlib.sha256(data).hexdigest()}
    _write(folder / FILE_NAME, data)
    _write(folder / ABOUT_NAME, json.dumps(about).encode())


def load(folder: Path, change: int) -> Vectors | None:
    """The saved index if it is whole and holds this change of the catalog, or else None.

    FAISS is never shown bytes that are not the ones we wrote: it trusts what it reads.
    """
    about = _about(folder)
    if about is None or about["change"] != change:
        return None
    try:
        data = (folder / FILE_NAME).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != about["sha256"]:
        return None
    return Vectors(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)), change)


def is_behind(folder: Path, change: int) -> bool:
    """Whether the files are not there or hold another change, as an interrupted build leaves them; no damage by itself."""
    if not ((folder / ABOUT_NAME).is_file() and (folder / FILE_NAME).is_file()):
        return True
    about = _about(folder)
    return about is not None and about["change"] != change


def load_or_build(connection: sqlite3.Connection, folder: Path, dimension: int) -> Vectors:
    """The saved index if it holds what this connection sees, or else one made anew, which is not saved."""
    return load(folder, change_number(connection)) or from_catalog(connection, dimension)


def _about(folder: Path) -> dict[str, object] | None:
    """What vectors.json says, or None if it is not there or not as we wrote it."""
    try:
        about = json.loads((folder / ABOUT_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return about if isinstance(about, dict) and {"change", "sha256"} <= about.keys() else None


def _write(path: Path, data: bytes) -> None:
    # The process number keeps two writers from each other's half-written file.
    new = path.with_suffix(f".{os.getpid()}.new")
    with new.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(path)
