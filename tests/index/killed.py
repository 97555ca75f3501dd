"""What runs in the processes that test_faults.py kills: every way of changing an index, with its calls counted.

It imports neither torch nor transformers, and the processes are forked from one that has imported everything already.
"""

from __future__ import annotations

import hashlib
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import index.update
from index import files
from index.build import build, open_or_create, remove, sync
from index.catalog import Catalog
from index.embedder import Floats
from index.portable import import_index
from index.reindex import reindex

# Names of C functions that may change the disk: between two of these calls every kill leaves the same.
_DISK_CALLS = frozenset("execute executemany backup close fsync open write replace rename unlink mkdir rmdir truncate".split())


class TinyEmbedder:
    """A deterministic Embedder; each dimension is another model."""

    max_tokens = 10_000

    def __init__(self, dimension: int) -> None:
        self.name = f"tiny-{dimension}"
        self.sha256 = hashlib.sha256(self.name.encode()).hexdigest()
        self.dimension = dimension

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row] = sum(_direction(word, self.dimension) for word in re.findall(r"\w+", text.lower()) or [text])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


@lru_cache(maxsize=4096)
def _direction(word: str, dimension: int) -> Floats:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)


@dataclass(frozen=True)
class Work:
    """One change of an index. action: "build", "fresh", "sync", "remove", "reindex" or "import"; articles: the folder of files;
    dimension: the embedder's, with which the passage settings go; sources: what `remove` takes out, or the file to import."""

    action: str
    folder: Path
    articles: Path
    dimension: int
    sources: tuple[str, ...] = ()

    def perform(self) -> None:
        """Does it as the command line would, three passages to a commit."""
        index.update.COMMIT_PASSAGES = 3
        embedder = TinyEmbedder(self.dimension)
        if self.action == "reindex":
            reindex(Catalog.open(self.folder), embedder, *cut_of(self.dimension))
        elif self.action == "remove":
            remove(Catalog.open(self.folder), self.sources)
        elif self.action == "import":
            import_index(Path(self.sources[0]), self.folder, replace=True)
        else:
            catalog = open_or_create(self.folder, embedder, *cut_of(self.dimension), fresh=self.action == "fresh")
            if self.action == "sync":
                # A catalog that was killed when it was new follows nothing yet.
                sync(catalog, embedder, None if follows_something(catalog) else [self.articles])
            else:
                build(catalog, [self.articles], embedder)


def follows_something(catalog: Catalog) -> bool:
    """Whether a sync needs no path."""
    with catalog.reading() as connection:
        return bool(files.roots(connection))


def cut_of(dimension: int) -> tuple[int, int]:
    """Tokens of passages and of their overlap, others for every embedder."""
    return 8 + 2 * dimension, dimension // 2


def count_calls(work: Callable[[], None], stop: int = 0, reached: Callable[[], None] = lambda: None) -> int:
    """How often the work comes to or from a call that may change the disk; `reached` is called at number `stop` of these."""
    seen = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:  # noqa: ARG001
        nonlocal seen
        if event in ("c_call", "c_return") and argument.__name__ in _DISK_CALLS:
            seen += 1
            if seen == stop:
                reached()

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return seen


def serve(connection: Connection, work: Work, stop: int, goes_on: bool) -> None:
    """Does the work in a process that is to be killed. At call number `stop` it says "reached", and goes on or waits; in the
    end it says how many calls there were, or else what went wrong, and waits."""

    def reached() -> None:
        connection.send("reached")
        if not goes_on:
            connection.recv()

    try:
        connection.send(count_calls(work.perform, stop, reached))
    except BaseException:
        connection.send(traceback.format_exc())
    connection.recv()
