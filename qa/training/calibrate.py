"""Fits the curve from what speaks for an answer to the probability that it is right (Platt 1999), as it is met in use.

Held-out questions are asked of an index of their contexts and of others, about half of them so that the index does not hold
the answer: it was written so, the question was changed, or its context left out.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from index.embedder import Embedder
from index.passages import Passage
from index.search import Hit
from index.settings import Settings
from qa.calibration import Calibration, Evidence
from qa.claims import candidates
from qa.evaluation.measure import index_of_contexts
from qa.evaluation.metrics import is_right
from qa.questions import Question, is_held_out, read_questions
from qa.reader import Reader
from qa.reading import Read, read_hits
from qa.training.unanswerable import changed_questions
from qa.training.written import HELD_OUT, HELD_OUT_NEWS, news_questions, written_questions

# Encyclopaedic and news-like files: what the reader is for.
FILES = ("squad_train_part", "squadshifts_new_wiki")
# How many contexts the index holds beside those of the questions.
OTHERS = 500
# Penalty on the squared weights, a question: without it, a weight that the sample happens to like grows without end.
_PENALTY = 1e-3


@dataclass(frozen=True)
class Asked:
    """A question, what was found for it and what the reader pointed at."""

    question: Question
    hits: Sequence[Hit]
    read: Read


def ask(reader: Reader, embedder: Embedder, data: Path, count: int, top_k: int, seed: int = 7) -> list[Asked]:
    """Of the held-out questions, 2 * `count` at most that were written about passages and as many about news; and of the data
    sets' `count` with an answer in the index, and as many that were changed or whose answer is left out."""
    chooser = random.Random(seed)
    questions = [q for name in FILES for q in read_questions(data / f"{name}.jsonl.gz")]
    both = (written_questions(data, HELD_OUT), news_questions(HELD_OUT_NEWS))
    written = [q for each in both for q in chooser.sample(each, min(2 * count, len(each)))]
    # Of the contexts that questions were written for, only the passages are indexed: what these do not tell, the rest may.
    passages = sorted({q.context for q in written})
    held_out = [q for q in questions if is_held_out(q.context)]
    placed = [(q, _in_passage(q, passages)) for q in held_out]
    inside = [q for _, q in placed if q is not None]
    outside = [replace(q, answers=()) for q, within in placed if within is None]
    asked = [
        *written,
        *chooser.sample(inside, min(count, len(inside))),
        *changed_questions(inside, count // 2, seed),
        *chooser.sample(outside, min(count // 2, len(outside))),
    ]
    # Paragraphs of the same articles are what a question is easiest confused with.
    titles = {q.title for q in held_out}
    near = {q.context for q in questions if q.title in titles and not is_held_out(q.context)}
    others = sorted({q.context for q in questions if q.title not in titles})
    corpus = near | set(chooser.sample(others, min(OTHERS, len(others))))
    indexed = [*written, *(q for q in questions if q.context in corpus)]
    with index_of_contexts(indexed, embedder, Settings()) as (index, _):
        hits = index.search([q.text for q in asked], top_k)
    return [Asked(q, found, read_hits(reader, [q.text], [found])[0]) for q, found in zip(asked, hits, strict=True)]


def _in_passage(question: Question, passages: Sequence[str]) -> Question | None:
    """The question with the one of these passages that its answer stands in as its context, None where it is in none."""
    for passage in passages:
        offset = question.context.find(passage)
        if offset >= 0 and question.start is not None and question.end is not None:
            start, end = question.start - offset, question.end - offset
            if start >= 0 and end <= len(passage):
                return replace(question, context=passage, start=start, end=end)
    return None


def fit(asked: Sequence[Asked]) -> Calibration:
    """The curve that fits what was asked best; an answer is shown if it is more probably right than not."""
    calibration = Calibration()
    # The curve decides which answer of a question comes first, and is fitted to the first ones.
    for _ in range(3):
        evidence, right = best_answers(asked, calibration)
        calibration = logistic(evidence, right)
    return calibration


def fit_unknown(reader: Reader, questions: Sequence[Question]) -> tuple[float, float]:
    """The curve from the margin of words that may say that the answer is not known to the probability that they do, as it was
    marked: its intercept and weight. Each question is asked of its own context."""
    passages = [Passage(q.id, 0, len(q.context), q.context) for q in questions]
    hits = [[Hit(passage, passage.article_id, "", None, 0.0, 0.0, 0.0, rank=1)] for passage in passages]
    margins, said = [], []
    for question, read in zip(questions, read_hits(reader, [q.text for q in questions], hits), strict=True):
        if read.unknown is not None:
            _, span = read.unknown
            start, end = question.unknown or (0, 0)
            margins.append([span.margin])
            said.append(span.start < end and start < span.end)
    curve = LogisticRegression().fit(margins, said)
    return round(float(curve.intercept_[0]), 4), round(max(0.0, float(curve.coef_[0][0])), 4)


def best_answers(asked: Sequence[Asked], calibration: Calibration) -> tuple[list[Evidence], list[bool]]:
    """What speaks for the most probable answer to each question, and whether it is right; nothing where there is none."""
    evidence, right = [], []
    for each in asked:
        found = candidates(each.question.text, each.hits, each.read.spans, calibration)
        if found:
            evidence.append(found[0].evidence)
            right.append(is_right(found[0].text, each.question.answers))
    return evidence, right


def logistic(evidence: Sequence[Evidence], right: Sequence[bool]) -> Calibration:
    """The curve of greatest likelihood with no weight below 0, by Newton's method as L-BFGS approximates it."""
    x = torch.tensor([each.values() for each in evidence], dtype=torch.float64)
    y = torch.tensor(right, dtype=torch.float64)
    # The weights are the squares of these.
    roots = torch.full((x.shape[1],), 0.3, dtype=torch.float64, requires_grad=True)
    intercept = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([roots, intercept], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = x @ roots.square() + intercept
        value = torch.nn.functional.binary_cross_entropy_with_logits(scores, y) + _PENALTY * roots.square().square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    margin, lead, nearness, agreement = (round(weight, 4) for weight in roots.detach().square().tolist())
    return Calibration(round(float(intercept.detach()), 4), margin, lead, nearness, agreement)
