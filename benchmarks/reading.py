"""What the reader's few bits save and cost: time and answers beside those of 32 bits, in one run.

    python -m benchmarks.reading QUESTIONS [--questions 300] [--threads 2]

Reads the contexts of a file's questions by turns with the reader as it comes and with one that computes in 32 bits, then eight
passages of 200 tokens at once. Prints JSON: exact match and F1 of the best span of answerable questions, the area under the
curve that tells them from the others by their margin, seconds, and the ratio of the seconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated

import torch
import typer

from benchmarks.results import cpu_name
from index.passages import Passage
from qa.evaluation.given import quality, spans_in_contexts
from qa.evaluation.measure import sample
from qa.questions import Question, read_questions
from qa.reader import Reader, Span, load_reader

_BATCH = 16
_ROUNDS = 5


def main(
    file: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="Questions with their contexts.")],
    questions: Annotated[int, typer.Option(help="How many questions.")] = 300,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
) -> None:
    torch.set_num_threads(threads)
    readers = {"as it comes": load_reader(), "32 bits": load_reader(exact=True)}
    chosen = sample(list(read_questions(file)), questions)
    spent = dict.fromkeys(readers, 0.0)
    found: dict[str, list[list[Span]]] = {name: [] for name in readers}
    for first in range(0, len(chosen), _BATCH):
        for name, reader in readers.items():
            started = time.perf_counter()
            found[name] += spans_in_contexts(reader, chosen[first : first + _BATCH])
            spent[name] += time.perf_counter() - started
    eight = {name: seconds_for_eight(reader, chosen) for name, reader in readers.items()}
    print(json.dumps({"cpu": cpu_name(), "threads": threads, "questions": len(chosen), "file": file.name}))
    for name, spans in found.items():
        print(json.dumps({"reader": name, **quality(chosen, spans), "seconds": round(spent[name], 1), "eight": eight[name]}))
    print(json.dumps({"times as fast": round(spent["32 bits"] / spent["as it comes"], 2)}))


def seconds_for_eight(reader: Reader, questions: Sequence[Question]) -> float:
    """The median time of reading eight passages of 200 tokens for one question."""
    tokenizer = reader.tokenizer
    words = " ".join(question.context for question in questions)
    offsets = tokenizer(words[:20_000], return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
    cuts = [words[offsets[200 * n][0] : offsets[200 * n + 199][1]] for n in range(8)]
    passages = [Passage(str(number), 0, len(text), text) for number, text in enumerate(cuts)]
    took = []
    for question in questions[:_ROUNDS]:
        started = time.perf_counter()
        reader.read([question.text] * 8, passages)
        took.append(time.perf_counter() - started)
    return round(median(took), 3)


if __name__ == "__main__":
    typer.run(main)
