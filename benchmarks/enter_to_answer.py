"""How long the page takes from pressing Enter to the answer, against `Assistant.ask` alone, in one run.

    python -m benchmarks.enter_to_answer --index .quoth

The questions are those that the index suggests. Each is asked of the assistant and, in a real Chromium or Chrome, on the page,
one after the other, so that what else the machine does meets both alike. Prints a line for each question and the medians, in
seconds.
"""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from playwright.sync_api import Browser, Page, sync_playwright

from qa.assistant import Assistant
from ui.chat import build_app
from ui.port import free_port
from ui.serve import serve

QUESTIONS = 10
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOST = "127.0.0.1"


def main(index: Annotated[Path, typer.Option(help="The index folder.")] = Path(".quoth")) -> None:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit(f"There is no browser: none of {', '.join(BROWSERS)} is installed.")
    assistant = Assistant.open(index)
    answered = (reply.question for reply in assistant.try_questions() if reply.status == "answered")
    questions = list(itertools.islice(answered, QUESTIONS))
    if not questions:
        raise SystemExit(f"The index in {index} suggests no questions.")
    app = build_app(assistant)
    # The app seeks its own suggestions first, and nothing else should be read meanwhile.
    for thread in threading.enumerate():
        if thread.name == "suggestions":
            thread.join()
    address = serve(app, host=HOST, port=free_port(HOST, 0))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        took = compare(assistant, browser, address, questions)
        browser.close()
    app.close(verbose=False)
    print("   ask    page   page - ask")
    for question, (alone, on_page) in zip(questions, took, strict=True):
        print(f"{alone:6.3f}  {on_page:6.3f}  {on_page - alone:+6.3f}  {question}")
    more = median(on_page - alone for alone, on_page in took)
    alone, on_page = (median(each) for each in zip(*took, strict=True))
    print(f"{alone:6.3f}  {on_page:6.3f}  {more:+6.3f}  medians; the page takes {on_page / alone:.2f} times as long")


def compare(assistant: Assistant, browser: Browser, address: str, questions: Sequence[str]) -> list[tuple[float, float]]:
    """(seconds of `ask`, seconds from Enter to the answer on the page) of each question, each in a conversation of its own."""
    page = browser.new_page()
    took = []
    for number, question in enumerate(questions):
        page.goto(address)
        page.locator(".example").first.wait_for()
        # What the page still does after its beginning would be in the way of whichever comes first.
        page.wait_for_timeout(1000)
        both: list[Callable[[], object]] = [partial(assistant.ask, question), partial(enter, page, question)]
        # Each goes first every other time.
        if number % 2:
            on_page, alone = [seconds_of(work) for work in reversed(both)]
        else:
            alone, on_page = [seconds_of(work) for work in both]
        took.append((alone, on_page))
    return took


def enter(page: Page, question: str) -> None:
    """Asks the question by the keyboard and waits until its answer is shown."""
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn .answer").wait_for()


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    typer.run(main)
