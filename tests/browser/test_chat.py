from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from index.build import build, open_or_create, sync
from index.errors import QuothError
from index.search import Index
from index.settings import Settings
from qa.assistant import Assistant
from qa.reply import Reply, RetrievedPassage, Turn
from tests.browser.conftest import Tab
from ui.answer import claims_of
from ui.chat import build_app
from ui.feedback import read
from ui.keep import citation_markdown, citation_text
from ui.port import free_port
from ui.serve import serve

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
    claims = claims_of(reply)
    assert tab.texts(".number") == [str(number) for number in range(1, len(claims) + 1)]
    assert tab.texts(".claim mark") == [claim.text for claim in claims]
    assert tab.texts(".passage .text") == [passage.text for passage in reply.passages]
    expect(tab.page.locator("#question textarea")).to_have_value("")
    expect(tab.page.locator("#question textarea")).to_be_focused()
    assert tab.errors == []


def test_the_articles_do_not_say(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address)
    tab.ask("What is the capital of Australia?")
    assert tab.texts(".verdict") == ["The articles do not say."]
    assert tab.texts(".why") == ["None of the articles mentions Australia."]
    assert tab.texts(".claim") == []
    tab.page.locator(".passages summary").click()
    expect(tab.page.locator(".passage").first).to_be_visible()


def test_a_claims_number_opens_the_article_at_its_words_with_the_other_claims_marked_too(
    real_assistant: Assistant, address: str, open_tab: OpenTab
) -> None:
    tab = open_tab(address)
    tab.ask(TROOPS)
    first, second, *others = claims_of(real_assistant.ask(TROOPS))
    article = real_assistant.index.catalog.article(first.article)
    assert article is not None
    number = tab.page.locator(".number").first
    number.press("Enter")
    words = tab.page.locator(".source mark:not(.also)")
    expect(words).to_be_in_viewport()
    assert tab.texts(".source mark:not(.also)") == [first.text]
    assert tab.texts(".source .text") == [article.text]
    assert set(tab.texts(".source mark.also")) >= {second.text, *(claim.text for claim in others)}
    expect(tab.page.locator(".source h2")).to_be_focused()
    # Having scrolled away, one gets back by the same button.
    tab.page.locator("#source").evaluate("panel => panel.scrollTo(0, 0)")
    number.click()
    expect(words).to_be_in_viewport()
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".source")).to_have_count(0)
    expect(number).to_be_focused()


def test_an_article_edited_since_the_answer_is_opened_as_the_answer_read_it(
    real_assistant: Assistant, open_tab: OpenTab, tmp_path: Path
) -> None:
    news = tmp_path / "articles" / "news.txt"
    news.parent.mkdir()
    news.write_text("The mill\n\nThe old mill was sold to Ada Holm for 300 crowns.\n", encoding="utf-8")
    settings, embedder = Settings(), real_assistant.index.embedder
    catalog = open_or_create(tmp_path / "index", embedder, settings.passage_tokens, settings.overlap_tokens)
    build(catalog, [news.parent], embedder)
    app = build_app(Assistant(Index.open(catalog.folder, embedder), real_assistant.reader))
    try:
        tab = open_tab(serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0)))
        tab.ask("Who bought the old mill?")
        former = news.read_text()
        news.write_text("The mill, corrected\n\nThe old mill was not sold to anybody at all.\n", encoding="utf-8")
        sync(catalog, embedder)
        tab.page.locator(".turn .open").first.click()
        expect(tab.page.locator(".source .edited")).to_contain_text("It was edited on")
        assert tab.texts(".source .text") == [former]
    finally:
        app.close(verbose=False)


def test_back_and_forward_close_and_open_the_article(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address)
    tab.ask(TROOPS)
    words = tab.texts(".claim mark")
    tab.page.locator(".number").nth(0).click()
    expect(tab.page.locator(".source mark:not(.also)")).to_have_text(words[0])
    tab.page.locator(".number").nth(1).click()
    expect(tab.page.locator(".source mark:not(.also)")).to_have_text(words[1])
    tab.page.go_back()
    expect(tab.page.locator(".source mark:not(.also)")).to_have_text(words[0])
    tab.page.go_back()
    expect(tab.page.locator(".source")).to_have_count(0)
    assert len(tab.texts(".turn")) == 1
    tab.page.go_forward()
    expect(tab.page.locator(".source mark:not(.also)")).to_have_text(words[0])
    tab.page.go_forward()
    # Close is out of both at once.
    expect(tab.page.locator(".source mark:not(.also)")).to_have_text(words[1])
    tab.page.get_by_role("button", name="Close").click()
    expect(tab.page.locator("#source")).to_be_hidden()
    assert len(tab.texts(".turn")) == 1


def test_up_brings_back_what_was_asked(address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address)
    box = tab.page.locator("#question textarea")
    tab.ask(TROOPS)
    tab.ask("Who is the Kremlin spokesman?")
    for key, question in [
        ("ArrowUp", "Who is the Kremlin spokesman?"),
        ("ArrowUp", TROOPS),
        ("ArrowDown", "Who is the Kremlin spokesman?"),
        ("ArrowDown", ""),
    ]:
        tab.page.keyboard.press(key)
        expect(box).to_have_value(question)
    tab.page.keyboard.insert_text("Half a question")
    tab.page.keyboard.press("ArrowUp")
    expect(box).to_have_value("Half a question")


def test_a_follow_up_shows_how_it_was_read_and_can_be_edited(
    real_assistant: Assistant, address: str, open_tab: OpenTab
) -> None:
    tab = open_tab(address)
    tab.ask("When was the defense treaty signed?")
    tab.ask("Who signed it?")
    first = real_assistant.ask("When was the defense treaty signed?")
    assert first.answer is not None
    history = [Turn(first.resolved_question, first.answer.text)]
    resolved = real_assistant.ask("Who signed it?", history=history).resolved_question
    assert resolved != "Who signed it?"
    assert tab.texts(".resolved span") == [resolved]
    tab.page.get_by_role("button", name="Edit and ask again").click()
    expect(tab.page.locator("#question textarea")).to_have_value(resolved)
    expect(tab.page.locator("#question textarea")).to_be_focused()


def test_a_link_asks_again_with_the_same_filters(real_assistant: Assistant, address: str, open_tab: OpenTab) -> None:
    [summary] = real_assistant.articles()
    tab = open_tab(address)
    tab.page.locator(".narrow summary").click()
    tab.page.locator("[name=source]").fill("no such folder/")
    tab.page.locator("#question textarea").click()
    tab.ask(TROOPS)
    nowhere = Path(summary.source).parent / "no such folder"
    assert tab.texts(".narrowed") == [f"asked only of {nowhere}/"]
    assert tab.texts(".verdict") == ["The articles do not say."]
    link = tab.page.locator("[data-link]").get_attribute("data-link")
    again = open_tab(f"{address}/{link}")
    again.page.locator(".turn .answer").wait_for()
    assert again.texts(".question") == [TROOPS]
    assert again.texts(".narrowed") == tab.texts(".narrowed")
    tab.page.get_by_role("button", name="All articles").click()
    tab.page.locator("#question textarea").click()
    tab.ask(TROOPS)
    assert len(tab.texts(".large .words")) == 1


def test_answers_are_copied_exported_and_voted_on(real_assistant: Assistant, address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address, permissions=["clipboard-read", "clipboard-write"])
    tab.ask(TROOPS)
    reply = real_assistant.ask(TROOPS)
    for name, text in [("Copy", citation_text(reply)), ("Copy as Markdown", citation_markdown(reply))]:
        tab.page.get_by_role("button", name=name, exact=True).click()
        expect(tab.page.get_by_role("button", name="Copied")).to_have_count(1)
        assert tab.page.evaluate("navigator.clipboard.readText()") == text
        expect(tab.page.get_by_role("button", name="Copied")).to_have_count(0)
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Export JSON").click()
    [row] = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert row["reply"]["answer"] == reply.to_dict()["answer"]
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Export Markdown").click()
    assert citation_markdown(reply) in download.value.path().read_text(encoding="utf-8")
    tab.page.get_by_role("button", name="No", exact=True).click()
    status = tab.page.locator(".status")
    expect(status).to_have_text("Kept on this machine, thank you.")
    first_kept_at = status.get_attribute("data-at") or ""
    tab.page.keyboard.insert_text("no word of it")
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("#question textarea")).to_be_focused()
    assert reply.answer is not None
    expect(tab.page.locator(".note")).to_be_hidden()
    expect(status).not_to_have_attribute("data-at", first_kept_at)
    [kept] = [vote for vote in read(real_assistant.index.catalog.folder) if vote["note"] == "no word of it"]
    assert (kept["vote"], kept["reply"]["answer"]["text"]) == ("down", reply.answer.text)


def test_an_example_asks_itself_and_clear_forgets(real_assistant: Assistant, address: str, open_tab: OpenTab) -> None:
    tab = open_tab(address)
    example = tab.page.locator(".example").first
    question = example.text_content()
    assert question is not None
    example.click()
    expect(tab.page.locator(".turn .answer")).to_have_count(1)
    assert tab.texts(".question") == [question]
    # Suggestions are asked first.
    assert real_assistant.ask(question).status == "answered"
    assert question not in tab.texts(".example")
    tab.page.get_by_role("button", name="Clear").click()
    expect(tab.page.locator(".turn")).to_have_count(0)
    expect(tab.page.locator(".example").first).to_have_text(question)


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
    """Finds passages only while `search` is set, and reads them only while `go_on` is."""

    def __init__(self, other: Assistant) -> None:
        super().__init__(other.index, other.reader)
        self.go_on = Event()
        self.asked: list[str] = []

    def ask(self, question: str, **keywords: Any) -> Reply:
        found = keywords.pop("found", None)
        # What the page asks to find suggestions is nobody's question.
        if found is None:
            raise QuothError("Not now.")

        def wait(resolved: str, passages: Sequence[RetrievedPassage]) -> None:
            found(resolved, passages)
            assert self.go_on.wait(20)
            found(resolved, passages)
            self.asked.append(question)

        return super().ask(question, found=wait, **keywords)


@pytest.fixture
def slow(real_assistant: Assistant) -> Iterator[tuple[Slow, str]]:
    """An assistant that does not read yet, and the address of its chat."""
    assistant = Slow(real_assistant)
    app = build_app(assistant)
    yield assistant, serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0))
    assistant.go_on.set()
    app.close(verbose=False)


def test_passages_are_shown_before_they_are_read_and_the_next_question_waits(slow: tuple[Slow, str], open_tab: OpenTab) -> None:
    assistant, address = slow
    tab = open_tab(address)
    for question in (TROOPS, "Who is the Kremlin spokesman?"):
        tab.page.keyboard.insert_text(question)
        tab.page.keyboard.press("Enter")
    expect(tab.page.locator(".doing")).to_have_text(re.compile(r"\d+ passages? found"))
    expect(tab.page.locator(".passage").first).to_be_visible()
    expect(tab.page.locator(".waiting")).to_have_text("Then: Who is the Kremlin spokesman?")
    assistant.go_on.set()
    expect(tab.page.locator(".turn .answer")).to_have_count(2)
    assert tab.texts(".question") == [TROOPS, "Who is the Kremlin spokesman?"]


@pytest.mark.parametrize("way", ["Clear", "Stop", "Escape"])
def test_a_question_being_read_can_be_dropped(slow: tuple[Slow, str], open_tab: OpenTab, way: str) -> None:
    assistant, address = slow
    tab = open_tab(address)
    tab.page.keyboard.insert_text(TROOPS)
    tab.page.keyboard.press("Enter")
    tab.page.locator(".turn .passage").first.wait_for()
    if way == "Escape":
        tab.page.keyboard.press("Escape")
    else:
        tab.page.get_by_role("button", name=way).click()
    expect(tab.page.locator(".turn")).to_have_count(0)
    # A question that was stopped can be mended.
    box = tab.page.locator("#question textarea")
    expect(box).to_have_value("" if way == "Clear" else TROOPS)
    assistant.go_on.set()
    tab.page.wait_for_timeout(1500)
    assert tab.texts(".turn") == []
    assert assistant.asked == []
    box.fill("")
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
        article = hostile.index.catalog.article(summary.source)
        assert article is not None
        assert article.title.startswith("Title <i>of</i> </script>")
        assert tab.texts(".question") == [question]
        assert tab.texts(".passage .text") == [passage.text for passage in reply.passages]
        assert reply.passages
        if not tab.page.locator(".passage").first.is_visible():
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
