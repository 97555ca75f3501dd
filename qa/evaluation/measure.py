"""Asks the questions of a file and compares what Quoth shows with what annotators pointed at."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from index.build import build, open_or_create
from index.embedder import Embedder
from index.passages import Passage
from index.search import Hit, Index
from index.settings import Settings
from qa.assistant import Assistant
from qa.claims import weigh
from qa.evaluation.metrics import squad_form
from qa.questions import Question
from qa.reader import Reader
from qa.reading import Read
from qa.reply import Claim

# How many claims of a reply count for "the best of the first claims".
FIRST_CLAIMS = 5
# How deep the right passage is looked for.
DEPTH = 20
_Row = TypeVar("_Row")
# How many questions are read at once where the right passage is given.
_BATCH = 32


@dataclass(frozen=True)
class Outcome:
    """What one question brought, before the threshold.

    claims: the words of the claims, best first, that would be shown if no answer were not allowed. confidence: of the first,
    0 where there is none. rank: of the first passage that is right, from 1; None where it is not among DEPTH, or was given.
    milliseconds: the whole question's, or the reading's mean where the passage was given.
    """

    question: Question
    claims: tuple[str, ...]
    confidence: float
    rank: int | None
    milliseconds: float

    @property
    def forced(self) -> str:
        """The best claim's words, whatever its confidence."""
        return self.claims[0] if self.claims else ""

    def shown(self, threshold: float) -> str:
        """The best claim's words, or "" where its confidence does not reach the threshold."""
        return self.forced if self.confidence >= threshold else ""


def sample(questions: Sequence[_Row], limit: int | None) -> list[_Row]:
    """All questions, or `limit` of them drawn by a fixed seed, in the file's order."""
    if limit is None or limit >= len(questions):
        return list(questions)
    return [questions[number] for number in sorted(random.Random(0).sample(range(len(questions)), limit))]  # noqa: S311


def read_given(reader: Reader, questions: Sequence[Question], progress: Callable[[int], None]) -> list[Outcome]:
    """Gives the reader each question's own context. progress: is told how many questions were added."""
    forcing = replace(reader.calibration, threshold=0.0)
    outcomes: list[Outcome] = []
    for first in range(0, len(questions), _BATCH):
        batch = questions[first : first + _BATCH]
        passages = [Passage(question.id, 0, len(question.context), question.context) for question in batch]
        started = time.perf_counter()
        spans = reader.read([question.text for question in batch], passages)
        milliseconds = 1000 * (time.perf_counter() - started) / len(batch)
        for question, passage, found in zip(batch, passages, spans, strict=True):
            hit = Hit(passage, question.title, question.title, None, 0.0, 0.0, 0.0, rank=1)
            answers = weigh(question.text, [hit], Read([found]), forcing)
            claims = [claim for claim in (answers.best, *answers.alternatives) if claim is not None]
            outcomes.append(_outcome(question, claims, None, milliseconds))
        progress(len(batch))
    return outcomes


def ask_all(
    assistant: Assistant,
    questions: Sequence[Question],
    is_right: Callable[[Question, Hit], bool],
    progress: Callable[[int], None],
) -> list[Outcome]:
    """Asks one question after the other, as a person would. progress: is told how many questions were added."""
    forcing = Assistant(assistant.index, assistant.reader, top_k=assistant.top_k, threshold=0.0)
    outcomes: list[Outcome] = []
    for first in range(0, len(questions), _BATCH):
        batch = questions[first : first + _BATCH]
        ranks = _ranks(assistant.index, batch, is_right)
        for question, rank in zip(batch, ranks, strict=True):
            started = time.perf_counter()
            reply = forcing.ask(question.text)
            milliseconds = 1000 * (time.perf_counter() - started)
            claims = [claim for claim in (reply.answer, *reply.alternatives) if claim is not None]
            outcomes.append(_outcome(question, claims, rank, milliseconds))
        progress(len(batch))
    return outcomes


@contextmanager
def index_of_contexts(
    questions: Iterable[Question], embedder: Embedder, settings: Settings
) -> Iterator[tuple[Index, Callable[[Question, Hit], bool]]]:
    """An index of every context as an article of its own, and what tells whether a hit is of a question's context."""
    contexts = sorted({question.context for question in questions})
    names = {context: f"{number}.txt" for number, context in enumerate(contexts)}
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        articles = Path(folder) / "articles"
        articles.mkdir()
        for context, name in names.items():
            (articles / name).write_text(context, encoding="utf-8", errors="replace")
        catalog = open_or_create(Path(folder) / "index", embedder, settings.passage_tokens, settings.overlap_tokens)
        build(catalog, [articles], embedder)
        yield (
            Index.open(Path(folder) / "index", embedder),
            lambda question, hit: Path(hit.source).name == names[question.context],
        )


def holds_an_answer(question: Question, hit: Hit) -> bool:
    """Whether a passage of any index holds one of the question's answers, word by word."""
    text = f" {squad_form(hit.passage.text)} "
    return any(form and f" {form} " in text for form in map(squad_form, question.answers))


def _ranks(index: Index, questions: Sequence[Question], is_right: Callable[[Question, Hit], bool]) -> list[int | None]:
    """The rank of each question's first right hit among DEPTH; None where there is none."""
    found = index.search([question.text for question in questions], DEPTH)
    return [
        next((hit.rank for hit in hits if is_right(question, hit)), None)
        for question, hits in zip(questions, found, strict=True)
    ]


def _outcome(question: Question, claims: Sequence[Claim], rank: int | None, milliseconds: float) -> Outcome:
    words = tuple(claim.text for claim in claims[:FIRST_CLAIMS])
    return Outcome(question, words, claims[0].confidence if claims else 0.0, rank, milliseconds)
