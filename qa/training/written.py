"""Questions that Quoth's makers wrote for it about passages of the training files, in the manner of SQuAD 2.0's writers: of
five questions three or so are such that the passage does not answer them, though a hasty reader would think so.

Rules that change a question leave traces by which a reader tells it from one that a person asked. Here both kinds are by the
same hands. The files lie in written/ and name their passages by place, so that they hold nothing of the data sets' texts but
the answers: lines of {"dataset", "of": the id of a question with the same context, "start", "end": the passage in it,
"question", "answer_start": in the passage, "answer"}, the last two null where there is none. Files of news hold passages that
were invented with their questions, because no data set has what news is full of, two figures for one thing and what is denied
or not told: lines of {"passage", "questions": [{"question", "answer_start", "answer"}]}, with "others": [[start, words]] where
the passage gives other answers too, and "unknown": [start, words] where it says itself that the answer is not known.
In contrasts.jsonl.gz each passage has questions almost alike of which only one has an answer; in disputed.jsonl.gz sources
disagree, in one passage or in two that follow one another and are asked the same.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.errors import QuothError
from index.sentences import split_sentences
from qa.disclosure import ask_whether_unknown, has_cue
from qa.questions import Question, is_held_out, read_questions, read_rows

FOLDER = Path(__file__).parent / "written"
TRAINED_ON = "train.jsonl.gz"
CONTRASTS = "contrasts.jsonl.gz"
HELD_OUT = "held_out.jsonl.gz"
NEWS = "news.jsonl.gz"
DISPUTED = "disputed.jsonl.gz"
HELD_OUT_DISPUTED = "held_out_disputed.jsonl.gz"
HELD_OUT_NEWS = "held_out_news.jsonl.gz"


def written_questions(data: Path, name: str) -> list[Question]:
    """The questions of one of the files, with their passages from the question files in `data`.

    Raises QuothError where a question file is missing or is not the one that the passages were cut from.
    """
    rows = list(read_rows(FOLDER / name))
    contexts: dict[tuple[str, str], str] = {}
    for dataset in sorted({row["dataset"] for row in rows}):
        contexts |= {(dataset, q.id): q.context for q in read_questions(data / f"{dataset}.jsonl.gz")}
    made = []
    for number, row in enumerate(rows):
        context = contexts.get((row["dataset"], row["of"]), "")
        passage, answer = context[row["start"] : row["end"]], row["answer"]
        start = row["answer_start"]
        fits = len(passage) == row["end"] - row["start"] and (answer is None or passage.startswith(answer, start))
        if not fits or is_held_out(context) != (name == HELD_OUT):
            raise QuothError(
                f"{data} holds another {row['dataset']} than the written questions are about; they cannot be used."
            )
        made.append(_question(f"written-{number}", passage, row))
    return made


def news_questions(name: str) -> list[Question]:
    """The questions of one of the files of news."""
    rows = enumerate(read_rows(FOLDER / name))
    return [
        _question(f"news-{number}-{place}", row["passage"], asked)
        for number, row in rows
        for place, asked in enumerate(row["questions"])
    ]


def unknown_questions(name: str, seed: int) -> list[Question]:
    """Whether the answer is not known, asked of excerpts of a file of news: those that say so, and twice as many others with
    words in them by which it might be said."""
    chooser = random.Random(seed)
    saying: list[Question] = []
    others: list[Question] = []
    for question in news_questions(name):
        sentences = list(split_sentences(question.context))
        for number, (first, last) in enumerate(sentences):
            if _overlap(question.unknown, first, last) or has_cue(question.context[first:last]):
                low = max(0, number - chooser.choice((0, 1, 1, 2)))
                high = min(len(sentences) - 1, number + chooser.choice((0, 0, 1)))
                asked = _whether_unknown(question, sentences[low][0], sentences[high][1])
                (others if asked.start is None else saying).append(asked)
    return saying + chooser.sample(others, min(len(others), 2 * len(saying)))


def _whether_unknown(question: Question, low: int, high: int) -> Question:
    """Whether the question's answer is not known, asked of context[low:high], which words that say so are not cut by."""
    text = ask_whether_unknown(question.text)
    if question.unknown is None or not _overlap(question.unknown, low, high):
        return replace(question, text=text, context=question.context[low:high], start=None, end=None, answers=(), others=())
    start, end = question.unknown
    low, high = min(low, start), max(high, end)
    words = question.context[start:end]
    return replace(
        question, text=text, context=question.context[low:high], start=start - low, end=end - low, answers=(words,), others=()
    )


def _overlap(span: tuple[int, int] | None, start: int, end: int) -> bool:
    return span is not None and span[0] < end and start < span[1]


def _question(name: str, passage: str, row: Mapping[str, Any]) -> Question:
    start, answer = row["answer_start"], row["answer"]
    others, unknown = row.get("others", ()), row.get("unknown")
    return Question(
        id=name,
        dataset="written",
        title="",
        context=passage,
        text=row["question"],
        start=start,
        end=None if answer is None else start + len(answer),
        answers=() if answer is None else (answer, *(words for _, words in others)),
        others=tuple((first, first + len(words)) for first, words in others),
        unknown=None if unknown is None else (unknown[0], unknown[0] + len(unknown[1])),
    )
