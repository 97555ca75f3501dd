"""Question in, reply out: the whole way from words to a quoted answer."""

from __future__ import annotations

import itertools
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.articles import Article
from index.catalog import ArticleSummary, Catalog
from index.embedder import load_embedder
from index.search import Filters, Hit, Index
from index.settings import Settings, read_settings
from qa.claims import Answers, weigh
from qa.reader import Reader, load_reader
from qa.reply import Reply, RetrievedPassage, Turn
from qa.suggestions import candidates

MAX_QUESTION_CHARACTERS = 2000
# How many passages are looked through for questions to suggest.
SAMPLED_PASSAGES = 200


class Assistant:
    """Answers questions from one index. Threads may share it.

    >>> assistant = Assistant.open(".quoth")                    # doctest: +SKIP
    >>> print(assistant.ask("How many troops were sent?").answer.text)    # doctest: +SKIP
    """

    def __init__(self, index: Index, reader: Reader, *, top_k: int = 8, threshold: float | None = None) -> None:
        """threshold: the least confidence of an answer that is shown; the reader's own unless given."""
        self.index = index
        self.reader = reader
        self.top_k = top_k
        calibration = reader.calibration
        self.calibration = calibration if threshold is None else replace(calibration, threshold=threshold)

    @classmethod
    def open(cls, index_dir: Path | str | None = None, *, settings: Settings | None = None, **given: Any) -> Assistant:
        """Opens an index and loads the models; what is given by keyword overrides the settings.

        Raises NoUsableIndexError where there is no index or it does not fit the embedder, and ModelError where a model
        cannot be loaded.
        """
        settings = settings or read_settings(**given)
        folder = Path(index_dir) if index_dir is not None else settings.index_dir
        # First, because it takes milliseconds: a missing index is said before any model is loaded.
        Catalog.open(folder)
        index = Index.open(folder, load_embedder(settings.embedder))
        return cls(index, load_reader(settings.reader), top_k=settings.top_k)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        top_k: int | None = None,
    ) -> Reply:
        """Answers one question.

        history: the conversation's earlier turns, oldest first. filters: which articles to ask. top_k: how many passages to
        read, 8 unless told. Raises ValueError for a question that is empty or longer than MAX_QUESTION_CHARACTERS.
        """
        [reply] = self.ask_many([question], histories=[history], filters=filters, top_k=top_k)
        return reply

    def ask_many(
        self,
        questions: Sequence[str],
        *,
        histories: Sequence[Sequence[Turn]] = (),
        filters: Filters | None = None,
        top_k: int | None = None,
    ) -> list[Reply]:
        """Answers many questions at once, in their order; histories has one history a question, or is empty.
        A question is asked as it stands: histories are taken for the interface's sake and do not change it yet.

        The replies' timings are those of the whole call. Raises ValueError as `ask` does.
        """
        started = time.perf_counter()
        top_k = self.top_k if top_k is None else top_k
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}, and at least one passage has to be read.")
        if histories and len(histories) != len(questions):
            raise ValueError(f"There are {len(questions)} questions and {len(histories)} histories; give each question one.")
        resolved = [_clean(question) for question in questions]
        if not resolved:
            return []
        hits = self.index.search(resolved, top_k, filters)
        retrieved = time.perf_counter()
        pairs = [(question, hit.passage) for question, found in zip(resolved, hits, strict=True) for hit in found]
        spans = iter(self.reader.read([question for question, _ in pairs], [passage for _, passage in pairs]))
        read = time.perf_counter()
        answers = [
            weigh(question, found, [next(spans) for _ in found], self.calibration)
            for question, found in zip(resolved, hits, strict=True)
        ]
        ended = time.perf_counter()
        timings = {
            "retrieval": _milliseconds(started, retrieved),
            "reading": _milliseconds(retrieved, read),
            "weighing": _milliseconds(read, ended),
            "total": _milliseconds(started, ended),
        }
        return [
            _reply(question, clean, answer, found, timings)
            for question, clean, answer, found in zip(questions, resolved, answers, hits, strict=True)
        ]

    def suggest_questions(self, count: int = 4) -> list[str]:
        """Up to `count` questions made from the articles that the articles answer: each was asked first."""
        chosen: list[str] = []
        tried = itertools.islice(candidates(self.index.catalog.sample(SAMPLED_PASSAGES)), 4 * count)
        for question in tried:
            if len(chosen) < count and self.ask(question).status == "answered":
                chosen.append(question)
        return chosen

    def article(self, source: str) -> Article | None:
        """The article of this source with its whole text, in which all offsets count; None where there is none."""
        return self.index.catalog.article(source)

    def articles(self) -> list[ArticleSummary]:
        """All articles, by source."""
        return self.index.articles()


def _clean(question: str) -> str:
    """The question as text that every part can take. Raises ValueError where there is nothing to ask."""
    # A command line can hand over bytes that are no characters.
    text = unicodedata.normalize("NFC", question.encode("utf-8", "replace").decode()).replace("\0", " ").strip()
    if not text:
        raise ValueError("The question is empty; type what you want to know.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise ValueError(f"The question has {len(text)} characters, and {MAX_QUESTION_CHARACTERS} are the most; shorten it.")
    return text


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 3)


def _reply(question: str, resolved: str, answers: Answers, hits: Sequence[Hit], timings: dict[str, float]) -> Reply:
    return Reply(
        question=question,
        resolved_question=resolved,
        status=answers.status,
        confidence=answers.confidence,
        answer=answers.best,
        alternatives=answers.alternatives,
        conflict=answers.conflict,
        passages=tuple(
            RetrievedPassage(
                article=hit.source,
                title=hit.title,
                start=hit.passage.start,
                end=hit.passage.end,
                text=hit.passage.text,
                dense_score=hit.dense_score,
                lexical_score=hit.lexical_score,
                rank=hit.rank,
            )
            for hit in hits
        ),
        timings_ms=timings,
    )
