"""What finding passages costs in a library of up to a million: time, recall against exact search, memory, and a sync.

    python -m benchmarks.retrieval QUESTIONS [--passages 1000000] [--questions 500]

The vectors of the passages that are made need no embedder (benchmarks/corpus.py). An index that was built before of the same
corpus is used again; delete its folder to build it anew. docs/benchmarks.md tells what the figures are.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.compare import FOLDER, MEGABYTE, TOP_K
from benchmarks.corpus import Contexts, read_contexts, write_corpus
from benchmarks.processes import ROOT, run_worker
from benchmarks.results import cpu_name, rounded, write_lines
from benchmarks.systems.quoth import EMBEDDED_NAME, INDEX_NAME
from benchmarks.task import QUESTION_VECTORS_NAME, Task, disk_bytes
from index.embedder import Embedder, load_embedder
from index.errors import QuothError
from index.settings import read_settings
from qa.evaluation.metrics import percentile

# How many articles are changed before the sync.
CHANGED = 10
# Put to each of them, or taken away where it stands already.
ADDED = "\n\nThis article was changed for a benchmark.\n"
_BUILT_NAME = "built.json"


def main(
    file: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="Questions with their contexts.")],
    passages: Annotated[int, typer.Option(help="How many passages.")] = 1_000_000,
    questions: Annotated[int, typer.Option(help="How many questions.")] = 500,
    contexts: Annotated[int | None, typer.Option(help="How many of the file's contexts; all unless told.")] = None,
    threads: Annotated[int, typer.Option(help="Threads and cores.")] = 2,
    out: Annotated[Path, typer.Option(help="The JSON lines that the result is added to.")] = FOLDER / "retrieval.jsonl",
) -> None:
    settings = read_settings()
    try:
        embedder = load_embedder(settings.embedder)
        found = read_contexts(
            file, embedder, settings.passage_tokens, settings.overlap_tokens, questions=questions, contexts=contexts
        )
        name = f"retrieval-{file.name.split('.')[0]}-{len(found.passages)}-{passages}"
        figures = _measure(found, passages, embedder, FOLDER / name, threads)
    except QuothError as error:
        raise SystemExit(str(error)) from None
    about = {
        "system": "quoth",
        "passages": passages,
        "questions": questions,
        "file": file.name,
        "cpu": cpu_name(),
        "threads": threads,
    }
    line = {**about, **rounded(figures)}
    print(json.dumps(line))
    write_lines(out, [line])


def _measure(found: Contexts, passages: int, embedder: Embedder, folder: Path, threads: int) -> dict[str, float]:
    asked = [question.text for question in found.questions]
    task = Task(
        system="quoth",
        corpus=str(folder.absolute()),
        embedded=len(found.passages),
        folder=str((folder / "quoth").absolute()),
        embedder="",
        reader="",
        top_k=TOP_K,
        first=asked[0],
        questions=asked,
        askers=[],
    )
    path, built = folder / "task.json", folder / _BUILT_NAME
    python = Path(sys.executable)
    if not built.exists():
        shutil.rmtree(folder, ignore_errors=True)
        write_corpus(folder, found.passages, passages, embedder)
        task.save(path)
        [(seconds, _)] = run_worker(python, "index", path, threads)
        built.write_text(json.dumps({"build_seconds": seconds}), encoding="utf-8")
    task.save(path)
    np.save(folder / QUESTION_VECTORS_NAME, embedder.encode(asked))
    (_, retrieved), (_, searched) = run_worker(python, "retrieve", path, threads)
    [(_, exact)] = run_worker(python, "exact", path, threads)
    return {
        **json.loads(built.read_text(encoding="utf-8")),
        **_milliseconds("retrieval", retrieved["seconds"]),
        **_milliseconds("search", searched["seconds"]),
        **_milliseconds("exact_dense", exact["seconds"]),
        "recall_at_10": recall(retrieved["ids"], exact["ids"]),
        "peak_mb": retrieved["peak_bytes"] / MEGABYTE,
        "peak_with_embedder_mb": searched["peak_bytes"] / MEGABYTE,
        "disk_mb": disk_bytes(Path(task.folder) / INDEX_NAME) / MEGABYTE,
        "sync_seconds": _sync_seconds(Path(task.folder)),
    }


def recall(found: Sequence[Sequence[int]], exact: Sequence[Sequence[int]]) -> float:
    """The share of what exact search found that was found, over all questions."""
    together = sum(len(set(one) & set(other)) for one, other in zip(found, exact, strict=True))
    return together / sum(len(set(ids)) for ids in exact)


def change_articles(folder: Path, count: int) -> None:
    """Puts a sentence to the first `count` articles, or takes it away where it stands already."""
    for path in sorted(folder.glob("*.txt"))[:count]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.removesuffix(ADDED) if text.endswith(ADDED) else text + ADDED, encoding="utf-8")


def _sync_seconds(folder: Path) -> float:
    """How long the whole command takes to bring the index up to CHANGED changed articles."""
    change_articles(folder / EMBEDDED_NAME, CHANGED)
    started = time.perf_counter()
    command = [sys.executable, "-m", "index", "sync", "--index", str(folder / INDEX_NAME)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise QuothError(f"The sync failed ({done.stderr.strip() or done.stdout.strip()}).")
    return time.perf_counter() - started


def _milliseconds(name: str, seconds: Sequence[float]) -> dict[str, float]:
    return {f"{name}_median_ms": 1000 * percentile(seconds, 0.5), f"{name}_p95_ms": 1000 * percentile(seconds, 0.95)}


if __name__ == "__main__":
    typer.run(main)
