"""One evaluation, from a file of questions to outcomes."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from index.catalog import Catalog
from index.embedder import load_embedder
from index.errors import QuothError
from index.search import Index
from index.settings import Settings
from qa.assistant import Assistant
from qa.evaluation.measure import Outcome, ask_all, holds_an_answer, index_of_contexts, read_given, sample
from qa.questions import read_questions
from qa.reader import load_reader


def run(file: Path, settings: Settings, *, index: Path | None, reading: bool, limit: int | None) -> tuple[list[Outcome], float]:
    """The outcomes of the file's questions, and the threshold of the reader that answered.

    index: the folder of an index to ask; without it one of the file's contexts is made. reading: give the reader the right
    passage. limit: how many questions, all by default. Raises QuothError for a file that holds no questions.
    """
    questions = list(read_questions(file))
    if not questions:
        raise QuothError(f"{file} holds no questions; give one of SQuAD's JSON files or JSON lines.")
    chosen = sample(questions, limit)
    if index is not None:
        # Before the models are loaded, because it takes milliseconds.
        Catalog.open(index)
    reader = load_reader(settings.reader)
    threshold = reader.calibration.threshold
    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("Asking", total=len(chosen))

        def tell(count: int) -> None:
            bar.update(task, advance=count)

        if reading:
            return read_given(reader, chosen, tell), threshold
        embedder = load_embedder(settings.embedder)
        if index is not None:
            assistant = Assistant(Index.open(index, embedder), reader, top_k=settings.top_k)
            return ask_all(assistant, chosen, holds_an_answer, tell), threshold
        with index_of_contexts(questions, embedder, settings) as (made, is_right):
            return ask_all(Assistant(made, reader, top_k=settings.top_k), chosen, is_right, tell), threshold
