"""Haystack: sentence-transformers' embedders, the in-memory store and the extractive reader, in its own pipelines."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from benchmarks.task import Ask, Task, peak_bytes

# Before it is imported: it would tell its makers of its use.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

SHARED_BY_THREADS = False
_STORE = "store.json"


def index(task: Task) -> tuple[float, int]:
    """See `benchmarks.worker.System`."""
    documents = [Document(id=row["id"], content=row["text"]) for row in task.passages()]
    store = InMemoryDocumentStore()
    embedder = SentenceTransformersDocumentEmbedder(model=task.embedder, normalize_embeddings=True, progress_bar=False)
    embedder.warm_up()
    embedder.run([Document(content=task.first)])
    indexing = Pipeline()
    indexing.add_component("embedder", embedder)
    indexing.add_component("writer", DocumentWriter(store))
    indexing.connect("embedder", "writer")
    started = time.perf_counter()
    indexing.run({"embedder": {"documents": documents[: task.embedded]}})
    seconds, peak = time.perf_counter() - started, peak_bytes()
    given = documents[task.embedded :]
    if given:
        rows = zip(given, task.given_vectors(), strict=True)
        store.write_documents([Document(id=d.id, content=d.content, embedding=row.tolist()) for d, row in rows])
    Path(task.folder).mkdir(parents=True)
    store.save_to_disk(str(Path(task.folder) / _STORE))
    return seconds, peak


def open(task: Task) -> Ask:
    """See `benchmarks.worker.System`."""
    store = InMemoryDocumentStore.load_from_disk(str(Path(task.folder) / _STORE))
    pipeline: Any = Pipeline()
    pipeline.add_component(
        "embedder", SentenceTransformersTextEmbedder(model=task.embedder, normalize_embeddings=True, progress_bar=False)
    )
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=task.top_k))
    # Its own defaults, which are 384 tokens and a stride of 128; an answer is always given.
    pipeline.add_component("reader", TransformersExtractiveReader(model=task.reader, no_answer=False))
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.connect("retriever.documents", "reader.documents")
    pipeline.warm_up()

    def ask(question: str) -> str:
        found = pipeline.run({"embedder": {"text": question}, "reader": {"query": question}})
        answers = found["reader"]["answers"]
        return answers[0].data or "" if answers else ""

    return ask
