"""Questions to begin with, sought in the background: each is asked first, which takes time that no page waits for."""

from __future__ import annotations

import asyncio
import logging
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING

from ui.slots import Slots

if TYPE_CHECKING:
    from qa.assistant import Assistant

# How many questions are kept.
SUGGESTIONS = 8
# Seconds between two looks at whether there are questions, and how often a page looks.
INTERVAL = 0.5
LOOKS = 240

log = logging.getLogger(__name__)


class Suggested:
    """The suggested questions of one assistant, more of them as they are found."""

    def __init__(self, assistant: Assistant, slots: Slots) -> None:
        """slots: a person's questions go before these."""
        self.questions: tuple[str, ...] = ()
        self._assistant = assistant
        self._slots = slots
        self._seeking: Thread | None = None

    def seek(self) -> None:
        """Begins to look for them, anew where the articles have changed."""
        self.questions = ()
        # No daemon, because torch aborts where Python ends under it: the end waits for the question being read, and no more.
        self._seeking = Thread(target=self._seek, name="suggestions")
        self._seeking.start()

    def _seek(self) -> None:
        chosen: list[str] = []
        try:
            self._slots.wait_until_idle()
            for reply in self._assistant.try_questions():
                # A later search makes this one void, and so does the end of the program.
                if self._seeking is not current_thread() or not main_thread().is_alive():
                    break
                if reply.status == "answered":
                    chosen.append(reply.question)
                    self.questions = tuple(chosen)
                if len(chosen) == SUGGESTIONS:
                    break
                self._slots.wait_until_idle()
        except Exception:
            # Without suggestions everything else goes on.
            log.exception("No questions could be suggested.")

    async def wait(self, enough: int) -> tuple[str, ...]:
        """The questions once there are enough or no more will come; what there is after two minutes."""
        for _ in range(LOOKS):
            if len(self.questions) >= enough or self._seeking is None or not self._seeking.is_alive():
                break
            await asyncio.sleep(INTERVAL)
        return self.questions
