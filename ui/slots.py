"""How many questions are read at a time; the rest wait, and what is not urgent waits for all of them."""

from __future__ import annotations

from threading import Condition


class Slots:
    """Entered, it is one of `count` at a time; others wait for their turn.

    >>> slots = Slots(2)
    >>> with slots:
    ...     slots.taken
    1
    """

    def __init__(self, count: int) -> None:
        self.taken = 0
        self._count = count
        self._changed = Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.taken < self._count)
            self.taken += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self.taken -= 1
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Returns once none is taken."""
        with self._changed:
            self._changed.wait_for(lambda: self.taken == 0)
