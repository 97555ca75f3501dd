"""What the reader is trained on: a mixture of questions from all files, as labelled token windows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from transformers import PreTrainedTokenizerBase

from index.sentences import split_sentences
from qa.questions import Question, is_held_out, read_questions
from qa.training.unanswerable import altered_contexts, bereft_questions, changed_questions, near_misses
from qa.windows import Window, make_windows

MAX_LENGTH = 256
STRIDE = 64

# How much of each file a pass over the mixture takes, so little that what was written for Quoth outweighs it. Of Wikipedia and
# questions in SQuAD's manner the most; opinions, tales and single sentences give variety; policies' answers are whole
# sentences, which is not what we show.
SHARES = {
    "squad_train_part": 0.25,
    "squadshifts_new_wiki": 0.25,
    "squadshifts_reddit": 0.075,
    "squadshifts_amazon_reviews": 0.05,
    "fairytaleqa": 0.075,
    "bipar_en": 0.075,
    "qed_natural_questions": 0.25,
    "qamr": 0.02,
    "qadiscourse": 0.0375,
    "policyqa": 0.0125,
    "covidqa": 0.075,
    "subjqa": 0.0625,
}
# The part of the questions whose context is cut down to a few sentences about the answer: articles are read in passages of
# every length, what makes a question unanswerable stands mostly within a sentence or two, and short windows train faster.
SHORTENED = 0.75
# Questions made unanswerable, per question that has an answer.
NEAR_MISSES = 0.1
BEREFT = 0.1
CHANGED = 0.1
# Altered contexts, half of which do hold the answer.
ALTERED = 0.05


@dataclass(frozen=True)
class Example:
    """A window and its label: positions of the answer's first and last token, both 0 where it holds no answer.

    others: those of the other answers that it holds beside it.
    """

    window: Window
    start: int
    end: int
    others: tuple[tuple[int, int], ...] = ()


def mixture(data: Path, seed: int, further: Sequence[Question] = ()) -> list[Question]:
    """The training questions of one pass, shuffled: a share of every file, without held-out contexts, and the
    unanswerable ones made from them.

    further: questions that are taken as they are, with none made from them: those that people wrote have unanswerable ones
    of their own, and another report of the same event may well answer. Raises QuothError where a file is missing.
    """
    chooser = random.Random(seed)
    chosen: list[Question] = []
    for name, share in SHARES.items():
        questions = [
            q
            for q in read_questions(data / f"{name}.jsonl.gz")
            if not is_held_out(q.context) and (q.start is None) == (not q.answers)
        ]
        chosen += chooser.sample(questions, round(share * len(questions)))
    chosen = [shortened(q, chooser) if q.answers and chooser.random() < SHORTENED else q for q in chosen]
    answerable = [q for q in chosen if q.answers and q.dataset not in ("qamr", "qadiscourse", "covidqa")]
    chosen += near_misses(answerable, round(NEAR_MISSES * len(answerable)), seed)
    chosen += bereft_questions(answerable, round(BEREFT * len(answerable)), seed)
    chosen += changed_questions(answerable, round(CHANGED * len(answerable)), seed)
    chosen += altered_contexts(answerable, round(ALTERED * len(answerable)), seed)
    chosen += further
    chooser.shuffle(chosen)
    return chosen


def shortened(question: Question, chooser: random.Random) -> Question:
    """The question with no more of its context than the answer's sentence and up to two before and after it."""
    if question.start is None or question.end is None:
        return question
    sentences = split_sentences(question.context)
    holding = [number for number, (start, end) in enumerate(sentences) if start < question.end and end > question.start]
    if not holding:
        return question
    first = max(0, holding[0] - chooser.randint(0, 2))
    last = min(len(sentences) - 1, holding[-1] + chooser.randint(0, 2))
    start, end = min(sentences[first][0], question.start), max(sentences[last][1], question.end)
    return replace(question, context=question.context[start:end], start=question.start - start, end=question.end - start)


def label(tokenizer: PreTrainedTokenizerBase, questions: Sequence[Question], seed: int) -> list[Example]:
    """The labelled windows of questions. Of a long context come the window in which the answer stands most central, and one
    without it, so that long papers do not crowd out everything else."""
    chooser = random.Random(seed)
    examples: list[Example] = []
    for first in range(0, len(questions), 1000):
        part = questions[first : first + 1000]
        windows = make_windows(
            tokenizer, [q.text for q in part], [q.context for q in part], max_length=MAX_LENGTH, stride=STRIDE
        )
        by_pair: dict[int, list[Window]] = {}
        for window in windows:
            by_pair.setdefault(window.pair, []).append(window)
        for pair, question in enumerate(part):
            labelled = [_label_window(window, question) for window in by_pair[pair]]
            without = [example for example in labelled if example is not None and example.start == 0]
            with_answer = [example for example in labelled if example is not None and example.start > 0]
            if with_answer:
                examples.append(max(with_answer, key=_room_around))
            if without:
                examples.append(chooser.choice(without))
    return examples


def _room_around(example: Example) -> int:
    return min(example.start, len(example.window.input_ids) - example.end)


def _label_window(window: Window, question: Question) -> Example | None:
    """None where the window holds a part of the answer only."""
    if question.start is None or question.end is None:
        return Example(window, 0, 0)
    spans = [_tokens(window, start, end) for start, end in ((question.start, question.end), *question.others)]
    if any(span is not None and not span.whole for span in spans):
        return None
    held = [(span.first, span.last) for span in spans if span is not None]
    return Example(window, *held[0], tuple(held[1:])) if held else Example(window, 0, 0)


class _Tokens(NamedTuple):
    """Positions of a window's first and last token of some words, and whether it holds all of them."""

    first: int
    last: int
    whole: bool


def _tokens(window: Window, start: int, end: int) -> _Tokens | None:
    """The tokens of the words at these code points; None where the window holds none of them."""
    starts, ends = window.offsets[:, 0], window.offsets[:, 1]
    positions = ((ends > start) & (starts < end) & window.in_passage & (ends > starts)).nonzero()[0]
    if len(positions) == 0:
        return None
    first, last = int(positions[0]), int(positions[-1])
    return _Tokens(first, last, bool(starts[first] <= start and ends[last] >= end))
