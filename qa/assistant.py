"""Question in, reply out: the whole way from words to a quoted answer."""

from __future__ import annotations

import itertools
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from index.articles import Article
from index.catalog import ArticleSummary, Catalog
from index.embedder import load_embedder
from index.search import Filters, Hit, Index
from index.settings import Settings, read_settings
from qa.attribution import attributed, reported_part, speaker_claim
from qa.claims import Answers, conflicts, weigh
from qa.follow_ups import asks_about_answer, resolve
from qa.reader import Reader, load_reader
from qa.reading import read_hits
from qa.reply import Claim, Reply, RetrievedPassage, Turn
from qa.suggestions import candidates
from qa.syndication import copies

MAX_QUESTION_CHARACTERS = 2000
# How many passages are looked through for questions to suggest, and how many such questions are asked at most.
SAMPLED_PASSAGES = 200
TRIED = 32


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
        found: Callable[[str, Sequence[RetrievedPassage]], None] | None = None,
    ) -> Reply:
        """Answers one question.

        history: the conversation's earlier turns, oldest first; a question that leans on them is asked as the reply's
        resolved_question, one that stands alone as it is. filters: which articles to ask. top_k: how many passages to find, 8
        unless told; those near the first one are read. found: is told the resolved question and its passages before they are
        read.

        Raises ValueError for a question that is empty or longer than MAX_QUESTION_CHARACTERS.
        """
        [reply] = self.ask_many([question], histories=[history], filters=filters, top_k=top_k, found=found)
        return reply

    def ask_many(
        self,
        questions: Sequence[str],
        *,
        histories: Sequence[Sequence[Turn]] = (),
        filters: Filters | None = None,
        top_k: int | None = None,
        found: Callable[[str, Sequence[RetrievedPassage]], None] | None = None,
    ) -> list[Reply]:
        """Answers many questions at once, in their order; histories has one history a question, or is empty. found: is told
        each resolved question and its passages before any is read.

        The replies' timings are those of the whole call. Raises ValueError as `ask` does.
        """
        started = time.perf_counter()
        top_k = self.top_k if top_k is None else top_k
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}, and at least one passage has to be found.")
        if histories and len(histories) != len(questions):
            raise ValueError(f"There are {len(questions)} questions and {len(histories)} histories; give each question one.")
        clean = [_clean(question) for question in questions]
        if not clean:
            return []
        turned = [
            self._resolve(question, history, filters, top_k)
            for question, history in zip(clean, histories or [()] * len(clean), strict=True)
        ]
        resolved = [question for question, _ in turned]
        hits = self.index.search(resolved, top_k, filters)
        retrieved = time.perf_counter()
        passages = [tuple(map(_retrieved, each)) for each in hits]
        if found is not None:
            for question, each in zip(resolved, passages, strict=True):
                found(question, each)
        read = read_hits(self.reader, resolved, hits)
        read_by = time.perf_counter()
        # Each article is read once, however many claims stand in it.
        article_of = cache(self.index.catalog.article)
        weighed = [
            _with_articles(weigh(question, each, own, self.calibration), article_of)
            for question, each, own in zip(resolved, hits, read, strict=True)
        ]
        answers = [
            answer if known is None else Answers("answered", "", known.confidence, known, (), None, related=True)
            for answer, (_, known) in zip(weighed, turned, strict=True)
        ]
        ended = time.perf_counter()
        timings = {
            "retrieval": _milliseconds(started, retrieved),
            "reading": _milliseconds(retrieved, read_by),
            "weighing": _milliseconds(read_by, ended),
            "total": _milliseconds(started, ended),
        }
        return [
            _reply(question, alone, answer, each, timings)
            for question, alone, answer, each in zip(questions, resolved, answers, passages, strict=True)
        ]

    def _resolve(self, question: str, history: Sequence[Turn], filters: Filters | None, top_k: int) -> tuple[str, Claim | None]:
        """The question as it stands without the conversation, and its answer where that is known already: "Who said that?"
        asks for the speaker of the last answer."""
        history = [Turn(_characters(turn.question), _characters(turn.answer)) for turn in history]
        if not history or asks_about_answer(question) != "source" or not history[-1].answer:
            return resolve(question, history), None
        before = self.ask(history[-1].question[:MAX_QUESTION_CHARACTERS], history=history[:-1], filters=filters, top_k=top_k)
        for claim in (before.answer, *before.alternatives):
            if claim is not None and claim.text == history[-1].answer:
                resolved = resolve(question, history, quote=reported_part(claim))[:MAX_QUESTION_CHARACTERS]
                article = self.index.catalog.article(claim.article)
                known = claim.said_by is not None and article is not None
                return resolved, speaker_claim(claim, article) if known and article is not None else None
        return resolve(question, history), None

    def try_questions(self) -> Iterator[Reply]:
        """The replies to questions made from the articles, each asked only when its reply is wanted; TRIED at most."""
        return map(self.ask, itertools.islice(candidates(self.index.catalog.sample(SAMPLED_PASSAGES)), TRIED))

    def articles(self) -> list[ArticleSummary]:
        """All articles, by source."""
        return self.index.catalog.summaries()


def _clean(question: str) -> str:
    """The question as text that every part can take. Raises ValueError where there is nothing to ask."""
    text = _characters(question).strip()
    if not text:
        raise ValueError("The question is empty; type what you want to know.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise ValueError(f"The question has {len(text)} characters, and {MAX_QUESTION_CHARACTERS} are the most; shorten it.")
    return text


def _characters(text: str) -> str:
    """The text as articles are read: NFC, and without what is no character, which a command line can hand over."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode()).replace("\0", " ")


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 3)


def _with_articles(answers: Answers, article_of: Callable[[str], Article | None]) -> Answers:
    """The answers with what only their whole articles tell: speakers, times, and which of them are copies of one another.

    article_of: the article of a source, None where it was taken out since the search.
    """

    def complete(claim: Claim) -> Claim:
        article = article_of(claim.article)
        # An article that changed since the search has other words at these places.
        if article is None or article.text[claim.quote_start : claim.quote_end] != claim.quote:
            return claim
        sources = list(dict.fromkeys(place.article for place in claim.support))
        texts = [found.text for found in map(article_of, sources) if found is not None]
        return replace(attributed(claim, article), sources=len(set(copies(texts))) if len(sources) > 1 else 1)

    return replace(
        answers,
        best=None if answers.best is None else complete(answers.best),
        alternatives=tuple(map(complete, answers.alternatives)),
        not_disclosed=None if answers.not_disclosed is None else complete(answers.not_disclosed),
    )


def _retrieved(hit: Hit) -> RetrievedPassage:
    return RetrievedPassage(
        article=hit.source,
        title=hit.title,
        start=hit.passage.start,
        end=hit.passage.end,
        text=hit.passage.text,
        dense_score=hit.dense_score,
        lexical_score=hit.lexical_score,
        rank=hit.rank,
    )


def _reply(
    question: str,
    resolved: str,
    answers: Answers,
    passages: tuple[RetrievedPassage, ...],
    timings: dict[str, float],
) -> Reply:
    return Reply(
        question=question,
        resolved_question=resolved,
        status=answers.status,
        reason=answers.reason,
        confidence=answers.confidence,
        answer=answers.best,
        alternatives=answers.alternatives,
        conflict=answers.best is not None and any(conflicts(answers.best, other) for other in answers.alternatives),
        not_disclosed=answers.not_disclosed,
        related=answers.related,
        passages=passages,
        timings_ms=timings,
    )
