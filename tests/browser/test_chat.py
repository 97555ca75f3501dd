from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from index.build import build, open_or_create
from index.search import Index
from index.settings import Settings
from qa.assistant import Assistant
from qa.reply import Reply
from tests.browser.conftest import Tab
from ui.chat import build_app, serve
from ui.port import free_port

# Sockets to this machine only: the server and the browser are both here.
pytestmark = [pytest.mark.browser, pytest.mark.models, pytest.mark.allow_hosts(["127.0.0.1"])]

OpenTab = Callable[..., Tab]
TROOPS = "How many troops were sent?"
BREAKOUT = "</script><script>window.pwned = 1; alert(1)</script><img src=x onerror=\"alert(2)\"><b>'bold'</b>"
HOSTILE_TITLE = f"Title <i>of</i> {BREAKOUT}"
HOSTILE_TEXT = f"""{HOSTILE_TITLE}
The keeper of the lighthouse is **Ada** [Lovelace](javascript:alert(3)) ${{alert(4)}} {{{{value}}}} @children &lt;b&gt;.
{BREAKOUT}
\N{RIGHT-TO-LEFT OVERRIDE}She has a word of {"w" * 3000} letters.
"""


@pytest.fixture(scope="module")
def address(real_assistant: Assistant) -> Iterator[str]:
    app = build_app(real_assistant)
    yield serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0))
    app.close(verbose=False)


@pytest.fixture(scope="module")
def hostile(real_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The same models over one article that tries to break out of the page, by its text, its title and its name."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "<i>na'me\"&amp;.txt").write_text(HOSTILE_TEXT, encoding="utf-8")
    settings, embedder = Settings(), real_assistant.index.embedder
    catalog = open_or_create(folder / "index", embedder, settings.passage_tokens, settings.overlap_tokens)
    assert not build(catalog, sorted(folder.glob("*.txt")), embedder).failed
    return Assistant(Index.open(folder / "index", embedder), real_assistant.reader)


def test_a_question_typed_into_the_fresh_page_is_answered_with_the_marked_words(
    real_assistant: Assistant, address: str, open_tab: OpenTab
) -> None:
    tab = open_tab(address)
    tab.ask(TROOPS)
    reply = real_assistant.ask(TROOPS)
    assert reply.answer is not None
    assert tab.texts(".question") == [TROOPS]
    assert tab.texts(".large .words") == [reply.answer.text]
    assert tab.texts(".large blockquote") == [reply.answer.quote]
    assert tab.texts(".large mark") == [reply.answer.text]
    assert tab.texts(".others .words") == [claim.text for claim in reply.alternatives]
    assert tab.texts(".others mark") == [claim.text for claim in reply.alternatives]
    assert tab.texts(".passage .text") == [passage.text for passage in reply.passages]
    expect(tab.page.locator("#question textarea")).to_have_value("")
    expect(tab.page.locator("#question textarea")).to_be_focused()
    assert tab.errors == []


def test_the_articles_do_not_say(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address)
    tab.ask("What is the capital of Australia?")
    assert tab.texts(".verdict") == ["The articles do not say."]
    assert tab.texts(".claim") == []
    tab.page.locator(".passages summary").click()
    expect(tab.page.locator(".passage").first).to_be_visible()


def test_the_article_opens_and_closes_by_keyboard_at_the_words(
    real_assistant: Assistant, address: str, open_tab: OpenTab
) -> None:
    tab = open_tab(address)
    tab.ask(TROOPS)
    answer = real_assistant.ask(TROOPS).answer
    assert answer is not None
    article = real_assistant.article(answer.article)
    assert article is not None
    button = tab.page.locator(".large .open").first
    button.press("Enter")
    expect(tab.page.locator(".source mark")).to_be_in_viewport()
    assert tab.texts(".source mark") == [answer.text]
    assert tab.texts(".source .text") == [article.text]
    expect(tab.page.locator(".source h2")).to_be_focused()
    # Having scrolled away, one gets back by the same button.
    tab.page.locator("#source").evaluate("panel => panel.scrollTo(0, 0)")
    button.click()
    expect(tab.page.locator(".source mark")).to_be_in_viewport()
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".source")).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    tab.page.get_by_role("button", name="Close").click()
    expect(tab.page.locator("#source")).to_be_hidden()


def test_an_example_asks_itself_and_clear_forgets(real_assistant: Assistant, address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address)
    questions = real_assistant.suggest_questions()
    assert tab.texts(".example") == questions
    tab.page.locator(".example").first.click()
    expect(tab.page.locator(".turn .answer")).to_have_count(1)
    assert tab.texts(".question") == questions[:1]
    tab.page.get_by_role("button", name="Clear").click()
    expect(tab.page.locator(".turn")).to_have_count(0)
    assert tab.texts(".example") == questions


def test_what_cannot_be_asked_is_said_or_nothing(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address)
    tab.page.keyboard.press("Enter")
    tab.ask("x" * 5000)
    assert len(tab.texts(".turn")) == 1
    assert "5000 characters" in tab.texts(".failure")[0]


def test_two_people_never_see_each_others_conversation(address: str, open_tab: OpenTab) -> None:
    ann, bob = open_tab(address), open_tab(address)
    ann.ask("When was the defense treaty signed?")
    assert bob.texts(".turn") == []
    bob.ask("Who is the Kremlin spokesman?")
    ann.ask("Who expressed gratitude?")
    assert bob.texts(".question") == ["Who is the Kremlin spokesman?"]
    assert ann.texts(".question") == ["When was the defense treaty signed?", "Who expressed gratitude?"]
    bob.page.reload()
    bob.page.locator(".example").first.wait_for()
    assert bob.texts(".turn") == []


class Slow(Assistant):
    """Does not answer while `go_on` is not set."""

    def __init__(self, other: Assistant) -> None:
        super().__init__(other.index, other.reader)
        self.go_on = Event()
        self.go_on.set()

    def ask(self, *arguments: Any, **keywords: Any) -> Reply:
        assert self.go_on.wait(20)
        return super().ask(*arguments, **keywords)


@pytest.fixture
def slow(real_assistant: Assistant) -> Iterator[tuple[Slow, str]]:
    """An assistant that does not answer yet, and the address of its chat."""
    assistant = Slow(real_assistant)
    # Building the page asks, to find the examples.
    app = build_app(assistant)
    assistant.go_on.clear()
    yield assistant, serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0))
    assistant.go_on.set()
    app.close(verbose=False)


def test_a_question_asked_while_another_is_read_comes_after_it(slow: tuple[Slow, str], open_tab: OpenTab) -> None:
    assistant, address = slow
    tab = open_tab(address)
    for question in (TROOPS, "Who is the Kremlin spokesman?"):
        tab.page.keyboard.insert_text(question)
        tab.page.keyboard.press("Enter")
        expect(tab.page.locator(".pending")).to_have_text("Reading the articles")
    assistant.go_on.set()
    expect(tab.page.locator(".turn .answer")).to_have_count(2)
    assert tab.texts(".question") == [TROOPS, "Who is the Kremlin spokesman?"]


def test_clear_drops_the_question_being_read(slow: tuple[Slow, str], open_tab: OpenTab) -> None:
    assistant, address = slow
    tab = open_tab(address)
    tab.page.keyboard.insert_text(TROOPS)
    tab.page.keyboard.press("Enter")
    tab.page.locator(".pending").wait_for()
    tab.page.get_by_role("button", name="Clear").click()
    expect(tab.page.locator(".turn")).to_have_count(0)
    assistant.go_on.set()
    tab.page.wait_for_timeout(1500)
    assert tab.texts(".turn") == []
    tab.page.locator("#question textarea").click()
    tab.ask("Who is the Kremlin spokesman?")
    assert tab.texts(".question") == ["Who is the Kremlin spokesman?"]


@pytest.mark.parametrize("width", [320, 1280])
def test_hostile_articles_and_questions_are_text(hostile: Assistant, open_tab: OpenTab, width: int) -> None:
    app = build_app(hostile)
    try:
        tab = open_tab(serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0)), viewport={"width": width, "height": 700})
        question = f"Who is the keeper of the lighthouse? {BREAKOUT} **x** ${{alert(5)}} {{{{value}}}} {'q' * 500}"
        tab.ask(question)
        reply = hostile.ask(question)
        [summary] = hostile.articles()
        article = hostile.article(summary.source)
        assert article is not None
        assert article.title.startswith("Title <i>of</i> </script>")
        assert tab.texts(".question") == [question]
        assert tab.texts(".passage .text") == [passage.text for passage in reply.passages]
        assert reply.passages
        tab.page.locator(".passages summary").click()
        tab.page.locator(".passage .open").first.click()
        expect(tab.page.locator(".source")).to_be_visible()
        assert tab.texts(".source .text") == [article.text]
        assert tab.texts(".source h2") == [article.title]
        assert Path(summary.source).name in tab.texts(".source .facts")[0]
        assert tab.dialogs == []
        assert tab.page.evaluate("window.pwned") is None
        assert tab.page.locator(".conversation img, .conversation i, .source script, .source img").count() == 0
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.hosts() == {"127.0.0.1"}
    finally:
        app.close(verbose=False)


def test_no_request_leaves_this_machine(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address, color_scheme="dark")
    tab.ask(TROOPS)
    tab.page.locator(".open").first.click()
    tab.page.locator(".source").wait_for()
    # What a page sends late, such as statistics, it sends within a second or so of being used.
    tab.page.wait_for_timeout(1500)
    assert len(tab.requests) > 10
    assert tab.hosts() == {"127.0.0.1"}


def test_the_server_shows_no_file_of_the_disk_and_takes_none(address: str, open_tab: OpenTab) -> None:
    request = open_tab(address).page.request
    assert request.get(f"{address}/gradio_api/file={Path(__file__).resolve()}").status in {403, 404}
    assert request.get(f"{address}/gradio_api/file=/etc/passwd").status in {403, 404}
    upload: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"more than a byte"}
    assert request.post(f"{address}/gradio_api/upload", multipart={"files": upload}).status == 413
    assert request.get(f"{address}/monitoring").status in {403, 404}
