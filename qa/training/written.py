"""Questions that Quoth's makers wrote for it about passages of the training files, in the manner of SQuAD 2.0's writers: of
five questions three or so are such that the passage does not answer them, though a hasty reader would think so.

Rules that change a question leave traces by which a reader tells it from one that a person asked. Here both kinds are by the
same hands. The files lie in written/ and name their passages by place, so that they hold nothing of the data sets' texts but
the answers: lines of {"dataset", "of": the id of a question with the same context, "start", "end": the passage in it,
"question", "answer_start": in the passage, "answer"}, the last two null where there is none. Files of news hold passages that
were invented with their questions, because no data set has what news is full of, two figures for one thing and what is denied
or not told: lines of {"passage", "questions": [{"question", "answer_start", "answer"}]}, with "others": [[start, words]] where
the passage gives other answers too. In contrasts.jsonl.gz each passage has questions almost alike of which only one has an
answer; in disputed.jsonl.gz sources disagree, in one passage or in two that follow one another and are asked the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import QuothError
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


def _question(name: str, passage: str, row: Mapping[str, Any]) -> Question:
    start, answer = row["answer_start"], row["answer"]
    return Question(
        id=name,
        dataset="written",
        title="",
        context=passage,
        text=row["question"],
        start=start,
        end=None if answer is None else start + len(answer),
        answers=() if answer is None else (answer,),
        others=tuple((first, first + len(words)) for first, words in row.get("others", ())),
    )
