"""Spans found in sentences that are known to answer."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.questions import is_held_out
from qa.training.sentences import FILE, with_spans

pytestmark = pytest.mark.models

ANSWERING = "The harbour of Ostwick was built by Mara Lind in 1931."
HELD_OUT = next(
    text for number in range(1000) if is_held_out(text := f"{ANSWERING} Its lighthouse burned {number} lamps for a century.")
)


def write(path: Path, rows: list[dict[str, object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("context", "expected"), [("Another context.", ["1931"]), (HELD_OUT, [])], ids=["not held out", "held out"]
)
def test_only_what_the_reader_is_sure_of_and_what_is_not_held_out_is_kept(
    real_assistant: Assistant, tmp_path: Path, context: str, expected: list[str]
) -> None:
    write(
        tmp_path / f"{FILE}.jsonl.gz",
        [
            {"id": 1, "question": "In which year was the harbour of Ostwick built?", "sentence": ANSWERING},
            {"id": 2, "question": "How many singers performed at the opera in Hallin?", "sentence": ANSWERING},
        ],
    )
    write(tmp_path / "squad_train_part.jsonl.gz", [{"context": context, "question": "Who?", "answers": []}])
    rows = list(with_spans(real_assistant.reader, tmp_path))
    assert [row["answers"] for row in rows] == [[{"text": text, "answer_start": ANSWERING.index(text)}] for text in expected]
