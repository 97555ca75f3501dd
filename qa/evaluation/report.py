"""What the outcomes come to: figures with their definitions, as a table, as JSON and as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.evaluation.measure import FIRST_CLAIMS, Outcome
from qa.evaluation.metrics import (
    BINS,
    exact_match,
    expected_calibration_error,
    f1,
    is_right,
    mean,
    mean_reciprocal_rank,
    percentile,
    recall_at,
    risk_coverage,
)


@dataclass(frozen=True)
class Figure:
    """One measured value; NaN where nothing was there to measure.

    name: stable, for programs. meaning: its definition in one line. unit: "%" (the value is a share), "ms", "count" or "" for
    a plain number.
    """

    name: str
    value: float
    unit: str
    meaning: str

    def plain(self) -> float | None:
        """The value as JSON has it, which knows no NaN."""
        return None if math.isnan(self.value) else round(self.value, 5)

    def in_words(self) -> str:
        """The value as people read it."""
        if math.isnan(self.value):
            return "-"
        return {"%": f"{100 * self.value:.1f} %", "ms": f"{self.value:.0f} ms", "count": f"{self.value:.0f}"}.get(
            self.unit, f"{self.value:.3f}"
        )


def figures(outcomes: Sequence[Outcome], threshold: float, *, given: bool) -> list[Figure]:
    """Everything that is measured. given: whether the reader was given the right passage."""
    answerable = [outcome for outcome in outcomes if outcome.question.answers]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answers]
    found = [
        Figure("questions", len(outcomes), "count", "questions asked"),
        Figure("answerable", len(answerable), "count", "of these, questions that their context answers"),
    ]
    if not given:
        ranks = [outcome.rank for outcome in answerable]
        found += [
            Figure(f"recall@{k}", recall_at(k, ranks), "%", f"answerable questions with the right passage among the first {k}")
            for k in (1, 5, 20)
        ]
        found.append(Figure("mrr", mean_reciprocal_rank(ranks), "", "mean of 1 / rank of the right passage, 0 if not found"))
    forced = [(outcome.forced, outcome.question.answers) for outcome in answerable]
    found += _scores("forced", "the best span of answerable questions, no answer not allowed", forced)
    for name, meaning, part in (
        ("answerable", "answerable questions", answerable),
        ("unanswerable", "unanswerable ones (1 for no answer, else 0)", unanswerable),
        ("all", "all questions", outcomes),
    ):
        found += _scores(name, f"{meaning}, at the default threshold", [(o.shown(threshold), o.question.answers) for o in part])
    best = [max((f1(claim, o.question.answers) for claim in o.claims), default=0.0) for o in answerable]
    found.append(
        Figure("f1_of_claims", mean(best), "%", f"F1 of the best of the first {FIRST_CLAIMS} claims, answerable questions")
    )
    return found + _trust(outcomes, answerable, threshold) + _latency(outcomes, given)


def _scores(name: str, meaning: str, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[Figure]:
    return [
        Figure(f"em_{name}", mean([exact_match(*pair) for pair in pairs]), "%", f"exact match, {meaning}"),
        Figure(f"f1_{name}", mean([f1(*pair) for pair in pairs]), "%", f"F1, {meaning}"),
    ]


def _trust(outcomes: Sequence[Outcome], answerable: Sequence[Outcome], threshold: float) -> list[Figure]:
    shown = [outcome for outcome in outcomes if outcome.shown(threshold)]
    answered = [outcome for outcome in shown if outcome.question.answers]
    probabilities, right = _judged(outcomes)
    return [
        Figure(
            "precision",
            mean([float(is_right(o.forced, o.question.answers)) for o in shown]),
            "%",
            "shown answers that are right: F1 of 0.5 or more with an annotator's, one holding the other whole",
        ),
        Figure("coverage", len(shown) / len(outcomes) if outcomes else math.nan, "%", "questions that are answered, of all"),
        Figure(
            "coverage_answerable",
            len(answered) / len(answerable) if answerable else math.nan,
            "%",
            "answerable questions that are answered",
        ),
        Figure(
            "calibration_error",
            expected_calibration_error(probabilities, right),
            "",
            f"expected calibration error of the confidence, {BINS} bins of equal width",
        ),
        Figure("threshold", threshold, "", "least confidence of an answer that is shown"),
    ]


def _latency(outcomes: Sequence[Outcome], given: bool) -> list[Figure]:
    times = [outcome.milliseconds for outcome in outcomes]
    if given:
        return [Figure("milliseconds", mean(times), "ms", "mean time of reading one passage, many at once")]
    return [
        Figure("latency_median", percentile(times, 0.5), "ms", "median time of a whole question, one at a time"),
        Figure("latency_95", percentile(times, 0.95), "ms", "95th percentile of the same"),
    ]


def _judged(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    return [o.confidence for o in outcomes], [is_right(o.forced, o.question.answers) for o in outcomes]


def table(measured: Sequence[Figure]) -> str:
    """A line a figure: its name, its value and what it means."""
    return "\n".join(f"{figure.name:20}{figure.in_words():>10}  {figure.meaning}" for figure in measured)


def draw(outcomes: Sequence[Outcome], threshold: float, path: Path) -> None:
    """Writes a picture of the risk-coverage curve and of the confidence against the share that is right.

    Raises OSError where the file cannot be written, ValueError for a kind of picture that matplotlib does not make.
    """
    from matplotlib.figure import Figure as Picture

    probabilities, right = _judged(outcomes)
    picture = Picture(figsize=(10, 4.2), layout="constrained")
    left, other = picture.subplots(1, 2)
    points = risk_coverage(probabilities, right)
    left.plot([coverage for coverage, _ in points], [risk for _, risk in points])
    answered = mean([float(p >= threshold) for p in probabilities])
    left.axvline(answered, linestyle=":", color="grey", label=f"threshold {threshold:.2f}")
    left.set(xlabel="share of questions answered", ylabel="share of these answers that is wrong", xlim=(0, 1), ylim=(0, 1))
    left.legend()
    bins = [[i for i, p in enumerate(probabilities) if min(int(p * BINS), BINS - 1) == number] for number in range(BINS)]
    bins = [inside for inside in bins if inside]
    other.plot([0, 1], [0, 1], linestyle=":", color="grey")
    other.plot(
        [mean([probabilities[i] for i in inside]) for inside in bins],
        [mean([float(right[i]) for i in inside]) for inside in bins],
        marker="o",
    )
    other.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    picture.savefig(path)
