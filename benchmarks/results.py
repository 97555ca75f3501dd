"""From what each system's processes report to figures, their ratios, and JSON lines."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.asking import Round
from qa.evaluation.metrics import f1, mean, percentile

# Every other system's figures are divided by this one's.
REFERENCE = "quoth"

Figures = Mapping[str, float]


def figures_of(asked: Round, answers: Sequence[Sequence[str]]) -> dict[str, float]:
    """The figures of one round. answers: every annotator's, of each question.

    A question that brought an error counts as one without an answer, in F1 and in the rate; its time counts as it was.
    """
    answered = sum(bool(answer) for answer in asked.answers)
    return {
        "latency_median_ms": 1000 * median(asked.latencies),
        "latency_p95_ms": 1000 * percentile(asked.latencies, 0.95),
        "answered_per_second": answered / asked.seconds,
        "answered_share": answered / len(asked.answers),
        "errors": len(asked.errors),
        "f1": 100 * mean([f1(answer, right) for answer, right in zip(asked.answers, answers, strict=True)]),
    }


def ratios(figures: Figures, reference: Figures) -> dict[str, float]:
    """Each figure divided by the reference's; none where that is 0, or is not there."""
    return {name: value / reference[name] for name, value in figures.items() if reference.get(name)}


def medians(runs: Sequence[Figures]) -> dict[str, float]:
    """The median over the runs of each figure."""
    return {name: median([run[name] for run in runs if name in run]) for name in dict.fromkeys(n for run in runs for n in run)}


def line_of(about: Mapping[str, object], runs: Sequence[Figures], reference: Sequence[Figures]) -> dict[str, Any]:
    """A line of results. Its ratios are medians too, of each run's ratio to the reference in that same run."""
    compared = medians([ratios(one, other) for one, other in zip(runs, reference, strict=False)])
    return {**about, "runs": len(runs), **rounded(medians(runs)), "ratio_to_quoth": rounded(compared)}


def write_lines(path: Path, lines: Iterable[Mapping[str, object]]) -> None:
    """Adds lines to a file of JSON lines."""
    with path.open("a", encoding="utf-8") as opened:
        opened.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def cpu_name() -> str:
    """The processor as the system names it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def rounded(figures: Figures) -> dict[str, float]:
    """To four digits, beyond which nothing is measured."""
    return {name: float(f"{value:.4g}") if math.isfinite(value) else value for name, value in figures.items()}
