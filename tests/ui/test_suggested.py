"""The search for questions to begin with, on an assistant whose replies are scripted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import cast

import pytest

from qa.assistant import Assistant
from qa.reply import Reply
from tests.ui.examples import claim, reply
from ui.slots import Slots
from ui.suggested import SUGGESTIONS, Suggested


@dataclass
class Scripted:
    """Its questions are tried by this."""

    try_questions: Callable[[], Iterator[Reply]]


def suggested_by(try_questions: Callable[[], Iterator[Reply]], slots: Slots | None = None) -> Suggested:
    return Suggested(cast(Assistant, Scripted(try_questions)), slots or Slots(1))


def wait(suggested: Suggested, enough: int) -> tuple[str, ...]:
    """In a thread of its own: the browser's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, suggested.wait(enough)).result()


def answered(question: str) -> Reply:
    return reply(claim("May"), question=question)


def test_answered_questions_are_kept_and_no_more_are_asked_than_needed() -> None:
    tried: list[int] = []

    def try_questions() -> Iterator[Reply]:
        for n in range(100):
            tried.append(n)
            yield answered(f"{n}?") if n % 2 else reply(None, question=f"{n}?")

    suggested = suggested_by(try_questions)
    suggested.seek()
    assert wait(suggested, SUGGESTIONS) == tuple(f"{n}?" for n in range(1, 2 * SUGGESTIONS, 2))
    assert len(tried) == 2 * SUGGESTIONS


def test_too_few_are_all_there_are() -> None:
    suggested = suggested_by(lambda: iter([answered("When?")]))
    assert wait(suggested, 1) == ()
    suggested.seek()
    assert wait(suggested, SUGGESTIONS) == ("When?",)


def test_a_failure_leaves_what_was_found(caplog: pytest.LogCaptureFixture) -> None:
    def try_questions() -> Iterator[Reply]:
        yield answered("When?")
        raise RuntimeError("row 7")

    suggested = suggested_by(try_questions)
    with caplog.at_level(logging.ERROR):
        suggested.seek()
        assert wait(suggested, 2) == ("When?",)
    assert "row 7" in caplog.text


def test_questions_of_former_articles_are_dropped() -> None:
    begun, go_on, first = Event(), Event(), iter([True, False])

    def try_questions() -> Iterator[Reply]:
        if next(first):
            begun.set()
            assert go_on.wait(20)
            yield answered("Of former articles?")
        else:
            yield answered("Of the new ones?")

    suggested = suggested_by(try_questions)
    suggested.seek()
    former = suggested._seeking
    assert begun.wait(20)
    suggested.seek()
    assert wait(suggested, 1) == ("Of the new ones?",)
    go_on.set()
    assert former is not None
    former.join(20)
    assert suggested.questions == ("Of the new ones?",)


def test_a_persons_question_goes_first() -> None:
    slots = Slots(1)
    asked = Event()

    def try_questions() -> Iterator[Reply]:
        asked.set()
        yield answered("When?")

    suggested = suggested_by(try_questions, slots)
    with slots:
        suggested.seek()
        assert not asked.wait(0.1)
    assert wait(suggested, 1) == ("When?",)
