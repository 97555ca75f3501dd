"""Many askers at once, each a thread that asks its next question when it has its answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.task import Ask


@dataclass(frozen=True)
class Round:
    """What asking all questions once took. seconds: from the first question to the last answer; latencies: seconds of each
    question, in order; answers: "" where there was none; errors: what was raised instead of an answer."""

    seconds: float
    latencies: list[float]
    answers: list[str]
    errors: list[str]


def ask_together(ask: Ask, questions: Sequence[str], askers: int) -> Round:
    """Asks every question once, by so many askers that share them out among themselves."""
    waiting = iter(range(len(questions)))
    lock = threading.Lock()
    latencies = [0.0] * len(questions)
    answers = [""] * len(questions)
    errors: list[str] = []

    def go_on() -> None:
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            started = time.perf_counter()
            try:
                answers[number] = ask(questions[number])
            except Exception as error:  # a system that gives way under load is a result, not the benchmark's end
                errors.append(f"{type(error).__name__}: {error}"[:200])
            latencies[number] = time.perf_counter() - started

    threads = [threading.Thread(target=go_on) for _ in range(askers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Round(time.perf_counter() - started, latencies, answers, errors)
