"""Questions with their answers, read from `.jsonl.gz` files, and the part of them held out for choices made in training."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# One context in this many is never trained on.
HELD_OUT_ONE_IN = 40


@dataclass(frozen=True)
class Question:
    """A question about a context; start and end are the answer's code points in it, both None where it holds none."""

    id: str
    dataset: str
    title: str
    context: str
    text: str
    start: int | None
    end: int | None
    answers: tuple[str, ...]


def _usual_answer(answers: list[dict[str, object]]) -> tuple[int, int]:
    """The span most annotators gave; of equally frequent ones the shortest."""
    spans = Counter((int(str(a["answer_start"])), len(str(a["text"]))) for a in answers)
    (start, length), _ = min(spans.items(), key=lambda item: (-item[1], item[0][1], item[0][0]))
    return start, start + length


def read_questions(path: Path) -> Iterator[Question]:
    """The questions of one gzipped JSON-lines file, in the file's order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            start, end = _usual_answer(row["answers"]) if row["answers"] else (None, None)
            yield Question(
                id=str(row["id"]),
                dataset=row["dataset"],
                title=row["title"],
                context=row["context"],
                text=row["question"].strip(),
                start=start,
                end=end,
                answers=tuple(answer["text"] for answer in row["answers"]),
            )


def is_held_out(context: str) -> bool:
    """Whether a context belongs to the held-out part: decided by its own text, so that no run can mix the parts up."""
    digest = hashlib.sha256(context.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % HELD_OUT_ONE_IN == 0
