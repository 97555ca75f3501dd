"""The plain recipe: sentence-transformers, an exact FAISS index, and a transformers span model in 32 bits, one question at a
time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from benchmarks.task import Ask, Task, peak_bytes

SHARED_BY_THREADS = False
MAX_LENGTH = 384
STRIDE = 128
MAX_ANSWER_TOKENS = 30
_INDEX = "passages.faiss"
_TEXTS = "texts.json"


def index(task: Task) -> tuple[float, int]:
    """See `benchmarks.worker.System`."""
    from sentence_transformers import SentenceTransformer

    texts = [row["text"] for row in task.passages()]
    model = SentenceTransformer(task.embedder, device="cpu")
    model.encode([task.first], show_progress_bar=False)
    started = time.perf_counter()
    vectors = model.encode(texts[: task.embedded], normalize_embeddings=True, show_progress_bar=False)
    made = faiss.IndexFlatIP(vectors.shape[1])
    made.add(vectors)
    seconds, peak = time.perf_counter() - started, peak_bytes()
    if len(texts) > task.embedded:
        made.add(np.array(task.given_vectors()))
    folder = Path(task.folder)
    folder.mkdir(parents=True)
    faiss.write_index(made, str(folder / _INDEX))
    (folder / _TEXTS).write_text(json.dumps(texts), encoding="utf-8")
    return seconds, peak


def open(task: Task) -> Ask:
    """See `benchmarks.worker.System`."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    found = faiss.read_index(str(Path(task.folder) / _INDEX))
    texts: list[str] = json.loads((Path(task.folder) / _TEXTS).read_text(encoding="utf-8"))
    embedder = SentenceTransformer(task.embedder, device="cpu")
    tokenizer: Any = AutoTokenizer.from_pretrained(task.reader)
    model: Any = AutoModelForQuestionAnswering.from_pretrained(task.reader, dtype=torch.float32).eval()

    def ask(question: str) -> str:
        vector = embedder.encode([question], normalize_embeddings=True, show_progress_bar=False)
        _, numbers = found.search(vector, task.top_k)
        passages = [texts[number] for number in numbers[0] if number >= 0]
        windows = tokenizer(
            [question] * len(passages),
            passages,
            truncation="only_second",
            max_length=MAX_LENGTH,
            stride=STRIDE,
            padding=True,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        passage_of = windows.pop("overflow_to_sample_mapping").tolist()
        offsets = windows.pop("offset_mapping").numpy()
        with torch.inference_mode():
            output = model(**windows)
        best, answer = -np.inf, ""
        for row, number in enumerate(passage_of):
            inside = np.array([part == 1 for part in windows.sequence_ids(row)])
            starts, ends = output.start_logits[row].numpy(), output.end_logits[row].numpy()
            # Spans that begin before they end, are not too long and lie in the passage.
            sums = np.where(np.outer(inside, inside), starts[:, None] + ends[None, :], -np.inf)
            sums = np.where(np.tril(np.triu(np.ones_like(sums)), MAX_ANSWER_TOKENS - 1) > 0, sums, -np.inf)
            first, last = np.unravel_index(sums.argmax(), sums.shape)
            # The first token stands for "no answer", and what a span has beyond it makes passages comparable.
            margin = sums[first, last] - starts[0] - ends[0]
            if margin > best:
                best, answer = margin, passages[number][offsets[row, first, 0] : offsets[row, last, 1]]
        return answer

    return ask
