"""One system's process: it indexes, or it asks. Started by `benchmarks.processes`, with the Python of the system's environment.

    python -m benchmarks.worker index|ask|retrieve|exact TASK.json THREADS

Prints JSON lines; what libraries print goes to the standard error.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from benchmarks.asking import ask_together
from benchmarks.task import Ask, Task, disk_bytes, peak_bytes

# The module of each system, and the package whose version is told.
MODULES = {
    "quoth": ("benchmarks.systems.quoth", None),
    "plain": ("benchmarks.systems.plain", "sentence-transformers"),
    "haystack": ("benchmarks.systems.haystack_reader", "haystack-ai"),
    "txtai": ("benchmarks.systems.txtai_extractor", "txtai"),
    "txtai-first": ("benchmarks.systems.txtai_first", "txtai"),
}


class System(Protocol):
    """What a module in benchmarks/systems has."""

    # Whether threads may ask at once. Those that keep a fast tokenizer, which no two threads may use, are asked one at a time.
    SHARED_BY_THREADS: bool

    def index(self, task: Task) -> tuple[float, int]:
        """Indexes all passages. Returns the seconds that the embedded ones took, with models loaded before, and the peak of
        memory until then, in bytes."""
        ...

    def open(self, task: Task) -> Ask:
        """Opens the index, ready to answer."""
        ...


def main() -> None:
    phase, path, threads = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        # Some libraries count cores for the number of their threads.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(line: object) -> None:
        print(json.dumps(line), file=out, flush=True)

    task = Task.load(Path(path))
    if phase in ("retrieve", "exact"):
        from benchmarks.systems import quoth_retrieval

        for line in quoth_retrieval.retrieve(task) if phase == "retrieve" else [quoth_retrieval.exact(task)]:
            tell(line)
        return
    name, package = MODULES[task.system]
    system: System = import_module(name)
    if phase == "index":
        seconds, peak = system.index(task)
        tell({"seconds": seconds, "peak_bytes": peak, "disk_bytes": disk_bytes(Path(task.folder))})
        return
    ask = system.open(task)
    if not system.SHARED_BY_THREADS:
        ask = _one_at_a_time(ask)
    tell({"first": ask(task.first)})
    # What a library makes ready at its first calls is none of the questions' time.
    ask(task.first)
    for askers in task.askers:
        tell({"askers": askers} | asdict(ask_together(ask, task.questions, askers)))
    tell({"peak_bytes": peak_bytes(), "version": "" if package is None else version(package)})


def _one_at_a_time(ask: Ask) -> Ask:
    # A single thread that answers in the order of asking; a lock would let one asker go before all others again and again.
    answering = ThreadPoolExecutor(max_workers=1)
    return lambda question: answering.submit(ask, question).result()


if __name__ == "__main__":
    main()
