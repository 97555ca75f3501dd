"""Starting a system's process with so many threads and cores, and timing what it says."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import QuothError

ROOT = Path(__file__).parents[1]
# What the libraries in use take the number of their threads from.
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS")


class WorkerFailedError(QuothError):
    """A system's process ended without all of its results."""


def run_worker(python: Path, phase: str, task: Path, threads: int) -> Iterator[tuple[float, dict[str, Any]]]:
    """What `benchmarks.worker` prints, as it comes, each with the seconds since the process was started.

    Its errors go to a file beside the task. Raises WorkerFailedError where it fails.
    """
    log = task.with_suffix(f".{phase}.log")
    environment = os.environ | dict.fromkeys(_THREADS, str(threads)) | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    command = [str(python), "-m", "benchmarks.worker", phase, str(task.absolute()), str(threads)]
    with log.open("w", encoding="utf-8") as errors:
        started = time.perf_counter()
        with subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            assert process.stdout is not None  # noqa: S101
            for line in process.stdout:
                yield time.perf_counter() - started, json.loads(line)
    if process.returncode:
        last = (log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no word"])[-1]
        raise WorkerFailedError(f"It failed ({last[:300]}); all it said is in {log}.")
