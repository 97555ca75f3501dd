from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import cast

import pytest

from index.errors import QuothError
from qa.assistant import Assistant
from qa.reply import Reply, Turn
from tests.ui.test_render import claim, reply
from ui.chat import answer
from ui.render import Failure


class Scripted:
    """Gives what it was told to give, and keeps what it was asked."""

    def __init__(self, outcome: Reply | Exception) -> None:
        self.outcome = outcome
        self.asked: list[tuple[str, list[Turn]]] = []

    def ask(self, question: str, *, history: Sequence[Turn]) -> Reply:
        self.asked.append((question, list(history)))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def test_the_conversation_so_far_goes_with_the_question() -> None:
    scripted = Scripted(reply(claim("May")))
    turns: list[Reply | Failure] = [reply(claim("May"), question="When?"), Failure("", "Empty."), reply(None, question="Who?")]
    assert answer(cast(Assistant, scripted), "Where?", turns) == scripted.outcome
    assert scripted.asked == [("Where?", [Turn("When?", "May"), Turn("Who?", "")])]


@pytest.mark.parametrize("error", [ValueError("Too long."), QuothError("Too long.")])
def test_what_the_reader_can_mend_is_said_as_it_is(error: Exception) -> None:
    assert answer(cast(Assistant, Scripted(error)), "Where?", []) == Failure("Where?", "Too long.")


def test_what_the_reader_cannot_mend_is_kept_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        failed = answer(cast(Assistant, Scripted(KeyError("row 7"))), "Where?", [])
    assert isinstance(failed, Failure)
    assert "row 7" not in failed.message
    assert "row 7" in caplog.text
