"""Quoth by its public functions. Every passage is an article of its own, so that all systems have the same passages."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.task import Ask, Floats, Row, Task, peak_bytes
from index.build import build, open_or_create
from index.embedder import load_embedder
from index.settings import read_settings
from qa.assistant import Assistant

SHARED_BY_THREADS = True
INDEX_NAME = "index"
EMBEDDED_NAME = "embedded"
GIVEN_NAME = "given"
# How many rows a table of passages with given vectors has.
_ROWS = 100_000


class GivenVectors:
    """An Embedder that knows the vectors of its texts, in the place of the one that the index is bound to."""

    # Longer than any passage.
    max_tokens = 4096

    def __init__(self, name: str, sha256: str, numbers: Mapping[str, int], vectors: Floats) -> None:
        """name, sha256: the other's; numbers: of each text, the row of vectors (texts, dimension) that it has."""
        self.name, self.sha256 = name, sha256
        self.dimension = vectors.shape[1]
        self._numbers = numbers
        self._vectors = vectors

    def encode(self, texts: Sequence[str]) -> Floats:
        """(texts, dimension) unit vectors. Raises KeyError for a text that was not given."""
        numbers = np.array([self._numbers[text] for text in texts], dtype=np.int64)
        return np.array(self._vectors[numbers], dtype=np.float32).reshape(-1, self.dimension)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """One each: a passage that is given is not cut again."""
        return [1] * len(texts)


def index(task: Task) -> tuple[float, int]:
    """See `benchmarks.worker.System`."""
    folder = Path(task.folder)
    embedded, given = folder / EMBEDDED_NAME, folder / GIVEN_NAME
    passages = task.passages()
    embedded.mkdir(parents=True)
    for row in islice(passages, task.embedded):
        (embedded / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
    settings = read_settings()
    embedder = load_embedder(settings.embedder)
    # A library's first call takes longer than its others.
    embedder.encode([task.first])
    started = time.perf_counter()
    catalog = open_or_create(folder / INDEX_NAME, embedder, settings.passage_tokens, settings.overlap_tokens)
    build(catalog, [embedded], embedder)
    seconds, peak = time.perf_counter() - started, peak_bytes()
    numbers = write_tables(passages, given)
    if numbers:
        build(catalog, [given], GivenVectors(embedder.name, embedder.sha256, numbers, task.given_vectors()), only_add=True)
    return seconds, peak


def open(task: Task) -> Ask:
    """See `benchmarks.worker.System`. The best answer is shown however sure it is, because the peers show one always."""
    opened = Assistant.open(Path(task.folder) / INDEX_NAME)
    assistant = Assistant(opened.index, opened.reader, top_k=opened.top_k, threshold=0.0)

    def ask(question: str) -> str:
        answer = assistant.ask(question).answer
        return "" if answer is None else answer.text

    return ask


def write_tables(passages: Iterable[Row], folder: Path) -> dict[str, int]:
    """Writes all that is left as tables; returns the number of each text, counted from 0."""
    numbers: dict[str, int] = {}
    folder.mkdir()
    waiting = iter(passages)
    while rows := list(islice(waiting, _ROWS)):
        numbers |= {row["text"]: number for number, row in enumerate(rows, start=len(numbers))}
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{rows[0]['id']}.jsonl").write_text(lines, encoding="utf-8")
    return numbers
