"""Quoth beside what people use instead: the same passages, questions, models, threads and machine, in one run.

    python -m benchmarks.compare QUESTIONS [--short] [--sizes 1000,10000] [--systems quoth,plain]

Each system indexes in one process and answers in another, which starts anew. Prints every result and adds it to a file of JSON
lines; docs/benchmarks.md tells how to read them.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.asking import Round
from benchmarks.corpus import Contexts, read_contexts, write_corpus
from benchmarks.peers import peers_python, plain_reader
from benchmarks.processes import WorkerFailedError, run_worker
from benchmarks.results import REFERENCE, cpu_name, figures_of, line_of, write_lines
from benchmarks.task import Task
from index.embedder import Embedder, load_embedder
from index.errors import QuothError
from index.models import model_folder
from index.settings import read_settings

FOLDER = Path("benchmark-runs")
# How many passages a peer reads for a question.
TOP_K = 10
# Haystack keeps every vector as a list of Python numbers, some 12 kB each, and makes an array of them all for every question.
LARGEST = {"haystack": 100_000}
# Which system's index it asks, where that is not its own.
INDEX_OF = {"txtai-first": "txtai"}
MEGABYTE = 1e6

# By number of askers, a run's figures.
_Run = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True)
class _Comparison:
    """What all systems are given alike."""

    contexts: Contexts
    embedder: Embedder
    askers: list[int]
    threads: int
    peers: Path

    def task(self, system: str, corpus: Path, folder: Path, embedded: int) -> Task:
        first, *asked = (question.text for question in self.contexts.questions)
        return Task(
            system=system,
            corpus=str(corpus.absolute()),
            embedded=embedded,
            folder=str(folder.absolute()),
            embedder=str(model_folder(self.embedder.name)),
            reader=str(plain_reader(FOLDER).absolute()),
            top_k=TOP_K,
            first=first,
            questions=asked,
            askers=self.askers,
        )


def main(
    file: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="Questions with their contexts.")],
    short: Annotated[bool, typer.Option("--short", help="The two-minute version, whatever else is told of size.")] = False,
    sizes: Annotated[str, typer.Option(help="How many passages, with commas between.")] = "1000",
    systems: Annotated[
        str, typer.Option(help="Which systems, with commas between.")
    ] = "quoth,plain,haystack,txtai,txtai-first",
    askers: Annotated[str, typer.Option(help="How many ask at once, with commas between.")] = "1,8,32",
    questions: Annotated[int, typer.Option(help="How many questions each number of askers asks.")] = 500,
    contexts: Annotated[int | None, typer.Option(help="How many of the file's contexts; all unless told.")] = None,
    embedded: Annotated[int, typer.Option(help="How many passages a system embeds; those of contexts at least.")] = 0,
    runs: Annotated[int, typer.Option(help="How often all is done.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads and cores of each system.")] = 2,
    peers: Annotated[Path, typer.Option(help="The peers' environment; made where it is not.")] = FOLDER / "peers",
    out: Annotated[Path, typer.Option(help="The JSON lines that results are added to.")] = FOLDER / "results.jsonl",
) -> None:
    if short:
        sizes, systems, askers, questions, contexts, embedded, runs = (
            "1000",
            "quoth,plain,haystack,txtai-first",
            "1,8",
            8,
            40,
            0,
            1,
        )
    settings = read_settings()
    try:
        embedder = load_embedder(settings.embedder)
        # One more question, which is asked before the others.
        found = read_contexts(
            file, embedder, settings.passage_tokens, settings.overlap_tokens, questions=questions + 1, contexts=contexts
        )
        # REFERENCE first, because the others are compared with it.
        names = sorted(systems.split(","), key=lambda name: name != REFERENCE)
        python = Path(sys.executable) if names == [REFERENCE] else peers_python(peers.absolute())
        comparison = _Comparison(found, embedder, [int(each) for each in askers.split(",")], threads, python)
        for size in (int(each) for each in sizes.split(",")):
            lines = _compare(comparison, file, size, names, max(embedded, len(found.passages)), runs)
            write_lines(out, lines)
    except QuothError as error:
        raise SystemExit(str(error)) from None


def _compare(
    comparison: _Comparison, file: Path, size: int, names: list[str], embedded: int, runs: int
) -> list[dict[str, object]]:
    """The lines of one corpus; each system is measured in every run, one after the other."""
    folder = FOLDER / f"{file.name.split('.')[0]}-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    write_corpus(folder, comparison.contexts.passages, size, comparison.embedder)
    done: dict[str, list[_Run]] = {name: [] for name in names}
    failed: dict[str, str] = {}
    versions: dict[str, str] = {}
    for _ in range(runs):
        indexed: dict[str, dict[str, float]] = {}
        for name in names:
            if size > LARGEST.get(name, size):
                failed[name] = f"It is not run with more than {LARGEST[name]} passages."
            if name in failed:
                continue
            task = comparison.task(name, folder, folder / INDEX_OF.get(name, name), min(embedded, size))
            try:
                run, versions[name] = _run(comparison, task, folder / f"{name}.json", indexed)
                done[name].append(run)
            except WorkerFailedError as error:
                failed[name] = str(error)
        for name in indexed:
            shutil.rmtree(name)
    lines = []
    for name in names:
        for askers in comparison.askers:
            about = {
                "system": name,
                "version": versions.get(name, ""),
                "passages": size,
                "embedded": min(embedded, size),
                "askers": askers,
                "questions": len(comparison.contexts.questions) - 1,
                "file": file.name,
                "cpu": cpu_name(),
                "threads": comparison.threads,
            }
            if name in failed:
                lines.append(about | {"failed": failed[name]})
            else:
                reference = [run[askers] for run in done.get(REFERENCE, [])]
                lines.append(line_of(about, [run[askers] for run in done[name]], reference))
            print(json.dumps(lines[-1], ensure_ascii=False), flush=True)
    return lines


def _run(comparison: _Comparison, task: Task, path: Path, indexed: dict[str, dict[str, float]]) -> tuple[_Run, str]:
    """Indexes, unless it is done, and asks; returns the figures by number of askers, and the version of the system.

    indexed: by folder, what indexing reported in this run.
    """
    python = Path(sys.executable) if task.system == REFERENCE else comparison.peers
    task.save(path)
    if task.folder not in indexed:
        print(f"{task.system} indexes ...", file=sys.stderr, flush=True)
        shutil.rmtree(task.folder, ignore_errors=True)
        [(_, indexed[task.folder])] = run_worker(python, "index", path, comparison.threads)
    index = indexed[task.folder]
    print(f"{task.system} answers ...", file=sys.stderr, flush=True)
    (first_seconds, _), *rounds, (_, last) = run_worker(python, "ask", path, comparison.threads)
    every = {
        "indexed_per_second": task.embedded / index["seconds"],
        "first_answer_seconds": first_seconds,
        "index_peak_mb": index["peak_bytes"] / MEGABYTE,
        "peak_mb": last["peak_bytes"] / MEGABYTE,
        "disk_mb": index["disk_bytes"] / MEGABYTE,
    }
    answers = [question.answers for question in comparison.contexts.questions[1:]]
    figures = {line.pop("askers"): every | figures_of(Round(**line), answers) for _, line in rounds}
    return figures, last["version"]


if __name__ == "__main__":
    typer.run(main)
