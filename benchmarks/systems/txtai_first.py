"""txtai's search and its span model, passage by passage, until one has an answer."""

from __future__ import annotations

from typing import Any

from txtai.pipeline import Questions

from benchmarks.systems.txtai_index import index, load
from benchmarks.task import Ask, Task

__all__ = ["SHARED_BY_THREADS", "index", "open"]

SHARED_BY_THREADS = False


def open(task: Task) -> Ask:
    """See `benchmarks.worker.System`."""
    embeddings: Any = load(task)
    reader: Any = Questions(task.reader, gpu=False)

    def ask(question: str) -> str:
        for found in embeddings.search(question, task.top_k):
            try:
                [answer] = reader([question], [found["text"]])
            except TypeError:
                # It looks for the words of "no answer", the first token, which has none.
                continue
            if answer:
                return str(answer)
        return ""

    return ask
