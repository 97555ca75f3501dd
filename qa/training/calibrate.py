"""Fits the logistic curve from a reader's margin to the probability that it is right (Platt 1999)."""

from __future__ import annotations

import random
from pathlib import Path

import torch

from index.passages import Passage
from qa.calibration import Calibration
from qa.claims import normal_form
from qa.questions import Question, is_held_out, read_questions
from qa.reader import Reader
from qa.training.unanswerable import changed_questions, near_misses

# Encyclopaedic and news-like files: what the reader is for.
FILES = ("squad_train_part", "squadshifts_new_wiki")


def fit(reader: Reader, data: Path, count: int, seed: int = 7) -> tuple[Calibration, float]:
    """The curve fitted on `count` held-out questions with an answer and half as many made without, and the share of the first
    whose best span is right: it holds an annotator's answer or stands in it, both in their normal form."""
    questions = [q for name in FILES for q in read_questions(data / f"{name}.jsonl.gz") if is_held_out(q.context)]
    chosen = random.Random(seed).sample(questions, min(count, len(questions)))
    without = near_misses(chosen, count // 4, seed) + changed_questions(chosen, count // 4, seed)
    asked: list[Question] = [*chosen, *without]
    passages = [Passage(q.id, 0, len(q.context), q.context) for q in asked]
    best = [spans[0] for spans in reader.read([q.text for q in asked], passages)]
    right = [
        any(_holds(normal_form(span.text), normal_form(answer)) for answer in question.answers)
        for question, span in zip(asked, best, strict=True)
    ]
    return logistic([span.margin for span in best], right), sum(right) / len(chosen)


def _holds(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and f" {shorter} " in f" {longer} "


def logistic(margins: list[float], right: list[bool]) -> Calibration:
    """The curve of greatest likelihood, by Newton's method as L-BFGS approximates it."""
    x, y = torch.tensor(margins, dtype=torch.float64), torch.tensor(right, dtype=torch.float64)
    weights = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(weights[0] * x + weights[1], y)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    slope, intercept = weights.detach().tolist()
    return Calibration(slope=round(slope, 4), intercept=round(intercept, 4))
