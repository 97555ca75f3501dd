"""Where things stand: on a 4K screen, on a phone, and after a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from qa.assistant import Assistant
from tests.browser.conftest import Tab
from ui.chat import build_app
from ui.port import free_port
from ui.serve import serve

# Sockets to this machine only: the server and the browser are both here.
pytestmark = [pytest.mark.browser, pytest.mark.models, pytest.mark.allow_hosts(["127.0.0.1"])]

OpenTab = Callable[..., Tab]
TROOPS = "How many troops were sent?"
# How many characters of its own text fit on a line of an element.
CHARACTERS_A_LINE = """element => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = getComputedStyle(element).font;
    const text = element.textContent;
    return element.clientWidth / (pen.measureText(text).width / text.length);
}"""


@pytest.fixture(scope="module")
def address(real_assistant: Assistant) -> Iterator[str]:
    app = build_app(real_assistant)
    yield serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0))
    app.close(verbose=False)


def fits(tab: Tab) -> bool:
    """Whether nothing is wider than the window."""
    return bool(tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_lines_stay_readable_on_a_4k_screen(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address, viewport={"width": 3840, "height": 2160})
    tab.ask(TROOPS)
    tab.page.locator(".passages summary").click()
    middle = tab.page.locator("#chat").bounding_box()
    assert middle is not None
    assert middle["x"] + middle["width"] / 2 == pytest.approx(1920, abs=10)
    tab.page.locator(".number").first.click()
    for text in (".passage .text", ".source .text"):
        assert 50 <= tab.page.locator(text).first.evaluate(CHARACTERS_A_LINE) <= 105
    # Side by side, and not over one another.
    chat, source = tab.page.locator("#chat").bounding_box(), tab.page.locator("#source").bounding_box()
    assert chat is not None
    assert source is not None
    assert chat["x"] + chat["width"] <= source["x"]
    assert fits(tab)


def test_the_pictures_stand_beside_the_list_on_a_4k_screen_and_below_it_on_a_phone(address: str, open_tab: OpenTab) -> None:
    for width, beside in ((3840, True), (320, False)):
        tab = open_tab(f"{address}/library", waits_for=".article", viewport={"width": width, "height": 2160})
        tab.page.locator(".pictures img").first.wait_for()
        articles, pictures = tab.page.locator(".articles").bounding_box(), tab.page.locator(".pictures").bounding_box()
        assert articles is not None
        assert pictures is not None
        assert (pictures["x"] >= articles["x"] + articles["width"]) is beside
        assert (pictures["y"] >= articles["y"] + articles["height"]) is not beside
        assert fits(tab)


def test_a_question_comes_to_the_top_with_its_answer_below(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address, viewport={"width": 1280, "height": 600}, reduced_motion="reduce")
    tab.ask("Who is the Kremlin spokesman?")
    tab.ask(TROOPS)
    question = tab.page.locator(".question").nth(1)
    expect(tab.page.locator(".large .words").nth(1)).to_be_in_viewport()
    place = question.bounding_box()
    assert place is not None
    assert 0 <= place["y"] < 100


def test_whoever_looks_elsewhere_while_a_question_is_read_is_left_there(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address, viewport={"width": 1280, "height": 600}, reduced_motion="reduce")
    tab.ask(TROOPS)
    tab.page.keyboard.insert_text("Who is the Kremlin spokesman?")
    tab.page.keyboard.press("Enter")
    tab.page.locator(".pending").wait_for()
    tab.page.mouse.move(640, 300)
    tab.page.mouse.wheel(0, -5000)
    expect(tab.page.locator(".turn .answer")).to_have_count(2)
    expect(tab.page.locator(".masthead")).to_be_in_viewport()


def test_votes_are_whole_words_on_a_phone(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address, viewport={"width": 320, "height": 640})
    tab.ask("What is the capital of Australia?")
    for name in ("Yes", "No"):
        box = tab.page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["height"] < 30
    assert fits(tab)
