"""txtai's embeddings database, for both ways of asking it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from txtai import Embeddings

from benchmarks.task import Floats, Task, peak_bytes


def index(task: Task) -> tuple[float, int]:
    """See `benchmarks.worker.System`."""
    texts = [row["text"] for row in task.passages()]
    embeddings: Any = Embeddings(path=task.embedder, content=True, gpu=False)
    embeddings.batchtransform([task.first])
    encode = embeddings.model.encode
    embedded: list[Floats] = []

    def remember(data: Sequence[str], category: str | None = None) -> Floats:
        embedded.append(encode(data, category))
        return embedded[-1]

    embeddings.model.encode = remember
    started = time.perf_counter()
    embeddings.index(texts[: task.embedded])
    seconds, peak = time.perf_counter() - started, peak_bytes()
    if len(texts) > task.embedded:
        # All in one call, because it chooses the kind of its index by how many there are.
        vectors = np.concatenate([*embedded, task.given_vectors()])
        numbers = {text: number for number, text in enumerate(texts)}
        embeddings.model.encode = lambda data, category=None: vectors[[numbers[text] for text in data]]  # noqa: ARG005
        embeddings.index(texts)
    embeddings.save(task.folder)
    return seconds, peak


def load(task: Task) -> Any:
    """The database as it was saved."""
    embeddings: Any = Embeddings()
    embeddings.load(task.folder)
    return embeddings
