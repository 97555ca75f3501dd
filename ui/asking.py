"""One question on its way: each step is told as soon as it is taken, and whoever gives up frees the reader."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from index.errors import QuothError
from index.search import Filters
from qa.reply import RetrievedPassage
from ui.conversation import Exchange, Failure, Pending, history_of
from ui.render import counted
from ui.slots import BusyError, Slots

if TYPE_CHECKING:
    from qa.assistant import Assistant

log = logging.getLogger(__name__)

Found = Callable[[str, Sequence[RetrievedPassage]], None]


class _GivenUpError(Exception):
    """Nobody waits for this question any more."""


def answer(
    assistant: Assistant, question: str, exchanges: Sequence[Exchange], filters: Filters, found: Found | None = None
) -> Exchange:
    """What comes of the question, asked with the conversation so far; a failure is said in the conversation."""
    # No filter at all is quicker than one that lets everything through.
    narrowed = None if filters == Filters() else filters
    try:
        reply = assistant.ask(question, history=history_of(exchanges), filters=narrowed, found=found)
        return Exchange(question, reply, filters)
    except (QuothError, ValueError) as error:
        return Exchange(question, Failure(str(error)), filters)
    except _GivenUpError:
        raise
    except Exception:
        # The reader of the page can do nothing with it; whoever runs the server finds it in the terminal.
        log.exception("The question %r failed.", question)
        failed = Failure("Something went wrong with this question; the terminal of Quoth shows what.")
        return Exchange(question, failed, filters)


async def steps(
    assistant: Assistant, question: str, exchanges: Sequence[Exchange], filters: Filters, slots: Slots
) -> AsyncIterator[Pending | Exchange]:
    """What happens to the question, as it happens; the last step is the exchange.

    slots: how many questions are read at a time. The question is read in a thread; where this iterator is closed before its
    end, the thread ends as soon as it can without reading.
    """
    loop = asyncio.get_running_loop()
    taken: asyncio.Queue[Pending | Exchange] = asyncio.Queue()
    given_up = Event()

    def tell(step: Pending | Exchange) -> None:
        if given_up.is_set():
            raise _GivenUpError
        loop.call_soon_threadsafe(taken.put_nowait, step)

    def found(resolved: str, passages: Sequence[RetrievedPassage]) -> None:
        tell(Pending(question, f"{counted(len(passages), 'passage')} found, reading the nearest", resolved, passages))

    def work() -> None:
        try:
            with slots:
                tell(Pending(question, "Looking for passages"))
                exchange = answer(assistant, question, exchanges, filters, found)
            tell(exchange)
        except BusyError as error:
            with suppress(_GivenUpError):
                tell(Exchange(question, Failure(str(error)), filters))
        except _GivenUpError:
            pass
        except RuntimeError:
            # The server, and its loop with it, ended before the question.
            log.debug("Nobody was there to hear of %r.", question)

    Thread(target=work, daemon=True, name="question").start()
    try:
        yield Pending(question, "Waiting for other questions to be read")
        while True:
            step = await taken.get()
            yield step
            if isinstance(step, Exchange):
                return
    finally:
        given_up.set()
