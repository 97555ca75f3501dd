from __future__ import annotations

import threading
from pathlib import Path

import pytest

from benchmarks.asking import Round, ask_together
from benchmarks.plot import draw, series
from benchmarks.results import figures_of, line_of, medians, ratios, read_lines, write_lines
from benchmarks.retrieval import ADDED, change_articles, recall


def test_every_question_is_asked_once_and_its_answer_stands_at_its_place() -> None:
    questions = [f"question {number}" for number in range(100)]
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return question.upper()

    done = ask_together(ask, questions, 8)
    assert sorted(asked) == sorted(questions)
    assert done.answers == [question.upper() for question in questions]
    assert len(done.latencies) == 100
    assert done.seconds >= max(done.latencies)


@pytest.mark.parametrize("askers", [1, 4])
def test_so_many_askers_ask_at_the_same_time(askers: int) -> None:
    # Nobody passes before all are there: with fewer at once it would break, with more it would be passed too early.
    together = threading.Barrier(askers, timeout=30)

    def ask(question: str) -> str:
        together.wait()
        return question

    assert ask_together(ask, ["q"] * 3 * askers, askers).errors == []


def test_an_error_is_a_question_without_an_answer() -> None:
    def ask(question: str) -> str:
        if question == "bad":
            raise RuntimeError("Already borrowed")
        return "1932"

    done = ask_together(ask, ["good", "bad", "good"], 1)
    assert done.answers == ["1932", "", "1932"]
    assert done.errors == ["RuntimeError: Already borrowed"]
    figures = figures_of(Round(2.0, done.latencies, done.answers, done.errors), [["in 1932", "1932"]] * 3)
    assert figures["answered_per_second"] == 1.0
    assert figures["errors"] == 1
    assert figures["f1"] == pytest.approx(200 / 3)


def test_latencies_are_told_in_milliseconds_and_the_95th_percentile_by_nearest_rank() -> None:
    latencies = [number / 1000 for number in range(1, 101)]
    figures = figures_of(Round(10.0, latencies, ["a"] * 100, []), [["b"]] * 100)
    assert figures["latency_median_ms"] == pytest.approx(50.5)
    assert figures["latency_p95_ms"] == pytest.approx(95)
    assert figures["answered_per_second"] == pytest.approx(10)
    assert figures["f1"] == 0


def test_a_ratio_is_a_figure_by_the_reference_s() -> None:
    assert ratios({"a": 6.0, "b": 1.0, "c": 2.0}, {"a": 2.0, "b": 0.0}) == {"a": 3.0}


def test_a_line_holds_medians_and_ratios_of_the_same_run() -> None:
    # The second run met a machine half as fast: the ratios of each run are the same, those of mixed runs would not be.
    reference = [{"ms": 10.0}, {"ms": 20.0}]
    line = line_of({"system": "plain"}, [{"ms": 50.0}, {"ms": 100.0}], reference)
    assert line == {"system": "plain", "runs": 2, "ms": 75.0, "ratio_to_quoth": {"ms": 5.0}}
    assert line_of({}, [{"ms": 5.0}], [])["ratio_to_quoth"] == {}


def test_medians_of_figures_that_not_every_run_has() -> None:
    assert medians([{"a": 1.0}, {"a": 3.0, "b": 7.0}, {"a": 9.0}]) == {"a": 3.0, "b": 7.0}


def test_lines_are_added_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    write_lines(path, [{"system": "quoth", "f1": 71.5}])
    write_lines(path, [{"system": "größer", "failed": "a\nb"}])
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
    assert read_lines(path) == [{"system": "quoth", "f1": 71.5}, {"system": "größer", "failed": "a\nb"}]


def test_recall_counts_what_exact_search_found() -> None:
    assert recall([[1, 2, 9], [4, 5, 6]], [[1, 2, 3], [6, 5, 4]]) == pytest.approx(5 / 6)


def test_articles_are_changed_and_changed_back(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text("Words.")
    change_articles(tmp_path, 3)
    changed = [path.read_text() for path in sorted(tmp_path.iterdir())]
    assert changed == ["Words." + ADDED] * 3 + ["Words."]
    change_articles(tmp_path, 3)
    assert {path.read_text() for path in tmp_path.iterdir()} == {"Words."}


LINES = [
    {"system": "quoth", "passages": 1000, "askers": 1, "f1": 70.0, "latency_median_ms": 90.0},
    {"system": "quoth", "passages": 1000, "askers": 8, "f1": 70.0, "latency_median_ms": 300.0},
    {"system": "quoth", "passages": 100, "askers": 1, "f1": 72.0, "latency_median_ms": 80.0},
    {"system": "haystack", "passages": 1000, "askers": 1, "failed": "It failed."},
    {"system": "plain", "passages": 1000, "askers": 1, "f1": 69.0, "latency_median_ms": 900.0},
]


def test_points_are_by_size_or_by_askers() -> None:
    assert series(LINES, "f1", "passages") == {"quoth": [(100, 72.0), (1000, 70.0)], "plain": [(1000, 69.0)]}
    assert series([line for line in LINES if line["passages"] == 1000], "latency_median_ms", "askers") == {
        "quoth": [(1, 90.0), (8, 300.0)],
        "plain": [(1, 900.0)],
    }


def test_a_picture_is_drawn_of_what_there_is(tmp_path: Path) -> None:
    draw(LINES, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
