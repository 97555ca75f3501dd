"""Questions whose answer stands somewhere in a known sentence, with the span that a trained reader finds there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.passages import Passage
from qa.questions import is_held_out, read_questions
from qa.reader import Reader

FILE = "squad_train_sentences"
# Spans that beat "no answer here" by less, in natural logarithms, are as likely wrong as right.
LEAST_MARGIN = 3.0
# A file of the same articles, whose held-out contexts must not come back as sentences.
_SAME_ARTICLES = "squad_train_part"
_BATCH = 256


def with_spans(reader: Reader, data: Path) -> Iterator[dict[str, object]]:
    """Rows as `read_questions` reads them, of the questions whose span the reader finds by LEAST_MARGIN at least.

    Raises QuothError where a file is missing.
    """
    held_out = "\n".join({q.context for q in read_questions(data / f"{_SAME_ARTICLES}.jsonl.gz") if is_held_out(q.context)})
    with gzip.open(data / f"{FILE}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for line in lines if (row := json.loads(line))["sentence"] not in held_out]
    for first in range(0, len(rows), _BATCH):
        yield from _batch(reader, rows[first : first + _BATCH])


def _batch(reader: Reader, rows: Sequence[dict[str, object]]) -> Iterator[dict[str, object]]:
    texts = [str(row["sentence"]) for row in rows]
    passages = [Passage(str(number), 0, len(text), text) for number, text in enumerate(texts)]
    found = reader.read([str(row["question"]) for row in rows], passages)
    for row, text, spans in zip(rows, texts, found, strict=True):
        if spans and spans[0].margin >= LEAST_MARGIN:
            answer = {"text": spans[0].text, "answer_start": spans[0].start}
            yield {"id": str(row["id"]), "dataset": FILE, "context": text, "question": row["question"], "answers": [answer]}
