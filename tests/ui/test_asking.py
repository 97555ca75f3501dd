from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, cast

import pytest

from index.errors import QuothError
from index.search import Filters
from qa.assistant import Assistant
from qa.reply import Reply, Turn
from tests.ui.examples import claim, passage, reply
from ui.asking import Found, answer, steps
from ui.conversation import Exchange, Failure, Pending
from ui.slots import Slots


def in_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns, run in a thread of its own: the browser's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Scripted:
    """Tells one passage, waits for `go_on`, and gives what it was told to give; keeps what it was asked."""

    def __init__(self, outcome: Reply | Exception) -> None:
        self.outcome = outcome
        self.asked: list[tuple[str, list[Turn], Filters | None]] = []
        self.read: list[str] = []
        self.go_on = Event()
        self.go_on.set()

    def ask(self, question: str, *, history: Sequence[Turn], filters: Filters | None, found: Found | None) -> Reply:
        self.asked.append((question, list(history), filters))
        assert self.go_on.wait(20)
        if found is not None:
            found(question + " (whole)", [passage(0, 19)])
        self.read.append(question)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def given(scripted: Scripted) -> Assistant:
    return cast(Assistant, scripted)


def test_the_conversation_so_far_and_the_filters_go_with_the_question() -> None:
    scripted = Scripted(reply(claim("May")))
    before = [Exchange("When?", reply(claim("May"), question="When?")), Exchange("", Failure("Empty."))]
    narrowed = Filters("/news/", None, None)
    assert answer(given(scripted), "Where?", before, narrowed).outcome == scripted.outcome
    answer(given(scripted), "Who?", [], Filters())
    assert scripted.asked == [("Where?", [Turn("When?", "May")], narrowed), ("Who?", [], None)]


@pytest.mark.parametrize("error", [ValueError("Too long."), QuothError("Too long.")])
def test_what_the_reader_can_mend_is_said_as_it_is(error: Exception) -> None:
    assert answer(given(Scripted(error)), "Where?", [], Filters()).outcome == Failure("Too long.")


def test_what_the_reader_cannot_mend_is_kept_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        failed = answer(given(Scripted(KeyError("row 7"))), "Where?", [], Filters()).outcome
    assert isinstance(failed, Failure)
    assert "row 7" not in failed.message
    assert "row 7" in caplog.text


def test_each_step_is_told_and_the_exchange_comes_last() -> None:
    async def collect() -> list[Any]:
        asked = steps(given(Scripted(reply(claim("May")))), "When?", [], Filters(), Slots(1))
        return [step async for step in asked]

    waiting, looking, reading, exchange = in_a_loop(collect())
    assert [step.doing for step in (waiting, looking, reading)] == [
        "Waiting for other questions to be read",
        "Looking for passages",
        "1 passage found, reading the nearest",
    ]
    assert (reading.resolved_question, len(reading.passages)) == ("When? (whole)", 1)
    assert isinstance(exchange, Exchange)
    assert exchange.outcome == reply(claim("May"))


def test_a_question_given_up_is_not_read_and_frees_its_slot() -> None:
    scripted, slots = Scripted(reply(claim("May"))), Slots(1)
    scripted.go_on.clear()

    async def give_up() -> None:
        asked = steps(given(scripted), "When?", [], Filters(), slots)
        async for step in asked:
            if isinstance(step, Pending) and step.doing == "Looking for passages":
                break
        await asked.aclose()  # type: ignore[attr-defined]

    in_a_loop(give_up())
    scripted.go_on.set()
    slots.wait_until_idle()
    assert scripted.read == []
    assert slots.taken == 0


def test_a_slot_is_for_one_at_a_time() -> None:
    slots = Slots(2)
    with slots, slots:
        assert slots.taken == 2
    slots.wait_until_idle()
    assert slots.taken == 0


def test_who_finds_the_queue_full_is_told_so_at_once_and_asks_nothing() -> None:
    scripted, slots = Scripted(reply(claim("May"))), Slots(1, queue=0)

    async def ask() -> list[Any]:
        return [step async for step in steps(given(scripted), "When?", [], Filters(), slots)]

    with slots:
        [_, turned_away] = in_a_loop(ask())
    assert isinstance(turned_away.outcome, Failure)
    assert "ask again a little later" in turned_away.outcome.message
    assert scripted.asked == []
    assert in_a_loop(ask())[-1].outcome == scripted.outcome
