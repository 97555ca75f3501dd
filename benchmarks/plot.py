"""The results of `benchmarks.compare` as a picture: a panel for each figure, over the corpus size or the number of askers.

python -m benchmarks.plot RESULTS.jsonl PICTURE.png
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.results import read_lines

# Figure, title, and what it is drawn over.
PANELS = (
    ("latency_median_ms", "median latency of a question, ms", "passages"),
    ("answered_per_second", "answered questions a second", "askers"),
    ("indexed_per_second", "passages indexed a second", "passages"),
    ("first_answer_seconds", "from process start to the first answer, s", "passages"),
    ("peak_mb", "peak memory while answering, MB", "passages"),
    ("f1", "F1 of the answers", "passages"),
)

Line = Mapping[str, Any]


def series(lines: Sequence[Line], figure: str, over: str) -> dict[str, list[tuple[int, float]]]:
    """By system the points (over, figure), by size; of lines that say the same the last counts. over: "passages" takes the
    lines of the fewest askers, "askers" those of the smallest corpus."""
    other = "askers" if over == "passages" else "passages"
    there = [line for line in lines if figure in line]
    least = min((line[other] for line in there), default=0)
    points: dict[str, dict[int, float]] = {}
    for line in there:
        if line[other] == least:
            points.setdefault(line["system"], {})[line[over]] = line[figure]
    return {system: sorted(found.items()) for system, found in points.items()}


def draw(lines: Sequence[Line], picture: Path) -> None:
    """Draws all PANELS."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(11, 7), layout="constrained")
    for panel, (figure, title, over) in zip(drawing.subplots(2, 3).flat, PANELS, strict=True):
        for system, points in series(lines, figure, over).items():
            panel.plot(*zip(*points, strict=True), marker="o", label=system)
        panel.set(title=title, xlabel=over, xscale="log")
        panel.title.set_size(9)
        if figure == "f1":
            panel.set_ylim(0, 100)
        else:
            panel.set_yscale("log")
        panel.grid(alpha=0.3)
    handles, labels = drawing.axes[0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=max(1, len(labels)))
    drawing.savefig(picture, dpi=110)


def main(
    results: Annotated[Path, typer.Argument(help="JSON lines of benchmarks.compare.")],
    picture: Annotated[Path, typer.Argument(help="The picture to write.")],
) -> None:
    draw(read_lines(results), picture)


if __name__ == "__main__":
    typer.run(main)
