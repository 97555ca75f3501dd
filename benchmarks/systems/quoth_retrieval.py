"""Quoth's search alone, without a reader, and exact search over the same vectors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np

from benchmarks.systems.quoth import INDEX_NAME, GivenVectors
from benchmarks.task import QUESTION_VECTORS_NAME, Floats, Task, peak_bytes
from index import vectors
from index.catalog import Catalog
from index.catalog import vectors as catalog_vectors
from index.embedder import load_embedder
from index.search import DEPTH, Index

Report = dict[str, object]


def retrieve(task: Task) -> Iterator[Report]:
    """What finding each question's passages takes: with the questions' vectors given, and then with their embedding.

    ids: the first top_k of each question by dense search alone, as deep as Quoth searches. peak_bytes: of the process so far.
    """
    folder = Path(task.folder) / INDEX_NAME
    catalog = Catalog.open(folder)
    binding = catalog.binding()
    given = _question_vectors(task)
    numbers = {question: number for number, question in enumerate(task.questions)}
    seconds = _time(Index.open(folder, GivenVectors(binding.embedder, binding.embedder_sha256, numbers, given)), task)
    peak = peak_bytes()
    with catalog.reading() as connection:
        scores, ids = vectors.load_or_build(connection, folder, binding.dimension).search(given, DEPTH)
    best = np.take_along_axis(ids, np.argsort(-scores, axis=1, kind="stable"), axis=1)[:, : task.top_k]
    yield {"seconds": seconds, "ids": best.tolist(), "peak_bytes": peak}
    yield {"seconds": _time(Index.open(folder, load_embedder(binding.embedder)), task), "peak_bytes": peak_bytes()}


def exact(task: Task) -> Report:
    """The first top_k passages of each question by inner products with all vectors, and what each question took."""
    catalog = Catalog.open(Path(task.folder) / INDEX_NAME)
    dimension = catalog.binding().dimension
    with catalog.reading() as connection:
        ids, rows = catalog_vectors(connection, dimension)
    flat = faiss.IndexFlatIP(dimension)
    flat.add(rows)
    found, seconds = [], []
    for vector in _question_vectors(task):
        started = time.perf_counter()
        _, numbers = flat.search(vector[None, :], task.top_k)
        seconds.append(time.perf_counter() - started)
        found.append(ids[numbers[0]].tolist())
    return {"seconds": seconds, "ids": found}


def _time(opened: Index, task: Task) -> list[float]:
    """Seconds of each question; one is asked beforehand, so that what is read at first is read."""
    opened.search([task.first], task.top_k)
    seconds = []
    for question in task.questions:
        started = time.perf_counter()
        opened.search([question], task.top_k)
        seconds.append(time.perf_counter() - started)
    return seconds


def _question_vectors(task: Task) -> Floats:
    given: Floats = np.load(Path(task.corpus) / QUESTION_VECTORS_NAME)
    return given
