"""How many questions are read at a time; some wait, more are turned away, and what is not urgent waits for all of them."""

from __future__ import annotations

from threading import Condition

from index.errors import QuothError


class BusyError(QuothError):
    """So many wait already that the next one would wait for too long."""


class Slots:
    """Entered, it is one of `count` at a time; others wait for their turn, `queue` of them at most.

    >>> slots = Slots(2)
    >>> with slots:
    ...     slots.taken
    1
    """

    def __init__(self, count: int, queue: int = 64) -> None:
        self.taken = 0
        self._count = count
        self._queue = queue
        self._waiting = 0
        self._changed = Condition()

    def __enter__(self) -> None:
        """Raises BusyError where as many wait as may."""
        with self._changed:
            if self.taken >= self._count and self._waiting >= self._queue:
                raise BusyError("Many questions are being read at the moment; ask again a little later.")
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: self.taken < self._count)
            finally:
                self._waiting -= 1
            self.taken += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self.taken -= 1
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Returns once none is taken."""
        with self._changed:
            self._changed.wait_for(lambda: self.taken == 0)
