"""txtai's Extractor as it comes: the three best passages, one behind the other, read as one text."""

from __future__ import annotations

from typing import Any

from txtai.pipeline import RAG

from benchmarks.systems.txtai_index import index, load
from benchmarks.task import Ask, Task

__all__ = ["SHARED_BY_THREADS", "index", "open"]

SHARED_BY_THREADS = False


def open(task: Task) -> Ask:
    """See `benchmarks.worker.System`."""
    # Extractor is the former name of RAG, which with a span model does what Extractor did.
    extractor: Any = RAG(load(task), task.reader, task="question-answering", gpu=False, output="flatten")

    def ask(question: str) -> str:
        try:
            return extractor(question) or ""
        except TypeError:
            # It looks for the words of "no answer", the first token, which has none.
            return ""

    return ask
