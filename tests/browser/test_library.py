from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, expect

from index.build import UPLOADS, build, open_or_create
from index.search import Index
from qa.assistant import Assistant
from tests.browser.conftest import Tab
from tests.conftest import HashingEmbedder
from ui.chat import build_app
from ui.library_page import SHOWN
from ui.port import free_port
from ui.serve import serve

# Sockets to this machine only: the server and the browser are both here.
pytestmark = [pytest.mark.browser, pytest.mark.models, pytest.mark.allow_hosts(["127.0.0.1"])]

OpenTab = Callable[..., Tab]
LIGHTHOUSE = "The lighthouse of Nowhere was built in 1897 by Ada Stone.\nIt is 31 metres tall.\n"


@pytest.fixture
def assistant(real_assistant: Assistant, real_index_dir: Path, tmp_path: Path) -> Assistant:
    """The same models on an index that a test may change."""
    shutil.copytree(real_index_dir, tmp_path / "index")
    return Assistant(Index.open(tmp_path / "index", real_assistant.index.embedder), real_assistant.reader)


@pytest.fixture
def address(assistant: Assistant) -> Iterator[str]:
    app = build_app(assistant)
    yield serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0), read_only=False)
    app.close(verbose=False)


def test_an_uploaded_article_is_listed_asked_and_removed(
    assistant: Assistant, address: str, open_tab: OpenTab, tmp_path: Path
) -> None:
    hostile = "<img src=x onerror=alert(1)>.txt"
    (tmp_path / hostile).write_text(LIGHTHOUSE, encoding="utf-8")
    (tmp_path / "empty.md").write_text("", encoding="utf-8")
    tab = open_tab(address)
    tab.page.get_by_role("link", name="Library").click()
    tab.page.locator("#files").set_input_files([tmp_path / hostile, tmp_path / "empty.md"])
    tab.page.locator(".report .added").wait_for()
    assert tab.texts(".report .added + ul li") == [hostile]
    assert tab.texts(".report .not_read + ul li") == ["empty.md is empty"]
    expect(tab.page.locator(".article")).to_have_count(2)
    expect(tab.page.locator(".corpus")).to_contain_text("2 articles")

    tab.page.get_by_label("Search the titles and files").fill("lighthouse")
    expect(tab.page.locator(".article")).to_have_count(1)
    tab.page.get_by_role("button", name="Ask only").click()
    tab.page.locator("#question textarea").wait_for()
    tab.page.locator("#question textarea").click()
    tab.ask("Who built the lighthouse?")
    assert tab.texts(".large .words") == ["Ada Stone"]
    assert tab.texts(".narrowed") == [f"asked only of {assistant.index.catalog.folder / UPLOADS / hostile}"]

    tab.page.get_by_role("link", name="Library").click()
    remove = tab.page.get_by_role("button", name="Remove The lighthouse")
    remove.click()
    expect(tab.page.locator(".article")).to_have_count(2)
    remove.click()
    tab.page.locator(".report .removed").wait_for()
    expect(tab.page.locator(".article")).to_have_count(1)
    assert len(assistant.articles()) == 1
    assert (tab.dialogs, tab.errors) == ([], [])
    assert tab.hosts() == {"127.0.0.1"}


def drop(tab: Tab, place: Locator, *paths: Path) -> None:
    """Drags files by the mouse from outside the browser onto the middle of `place`, and lets go."""
    mouse = tab.page.context.new_cdp_session(tab.page)
    box = place.bounding_box()
    assert box is not None
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        mouse.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})
        if kind == "dragOver":
            expect(tab.page.locator(".drop.over")).to_be_visible()
    expect(tab.page.locator(".drop.over")).to_have_count(0)


def test_files_dropped_on_the_page_are_added(assistant: Assistant, address: str, open_tab: OpenTab, tmp_path: Path) -> None:
    (tmp_path / "lighthouse.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    (tmp_path / "harbour.md").write_text("# Harbour\n\nThe harbour of Nowhere froze in 1902.\n", encoding="utf-8")
    (tmp_path / "ferry.txt").write_text("The ferry of Nowhere sank in 1911.\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    tab = open_tab(f"{address}/library", waits_for=".article")
    drop(tab, tab.page.locator(".drop"), tmp_path / "lighthouse.txt", tmp_path / "harbour.md", tmp_path / "folder")
    tab.page.locator(".report .added").wait_for()
    assert tab.texts(".report .added + ul li") == ["lighthouse.txt", "harbour.md"]
    assert tab.texts(".report .not_read + ul li") == ["folder is a folder; drop the files in it"]
    expect(tab.page.locator(".article")).to_have_count(3)
    # Beside the place for it: no browser must leave the page for the file.
    drop(tab, tab.page.locator(".masthead"), tmp_path / "ferry.txt")
    expect(tab.page.locator(".report .added + ul li")).to_have_text(["ferry.txt"])
    names = {Path(summary.source).name for summary in assistant.articles()}
    assert names > {"ferry.txt", "harbour.md", "lighthouse.txt"}
    assert tab.errors == []


def test_a_long_list_is_paged_searched_and_keeps_its_place(
    real_assistant: Assistant, embedder: HashingEmbedder, open_tab: OpenTab, tmp_path: Path
) -> None:
    count = 2 * SHOWN + 3
    for n in range(count):
        title = f"Note {n}, {'hail' if n % 10 == 7 else 'sun'}"
        (tmp_path / f"note {n:03}.txt").write_text(f"{title}\nit was so on day {n}.\n", encoding="utf-8")
    catalog = open_or_create(tmp_path / "index", embedder, 200, 40)
    assert len(build(catalog, [tmp_path], embedder).added) == count
    assistant = Assistant(Index.open(tmp_path / "index", embedder), real_assistant.reader)
    app = build_app(assistant)
    address = serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0), read_only=False)
    try:
        tab = open_tab(f"{address}/library", waits_for=".article")
        facts = tab.page.locator(".articles [role=status]")
        expect(facts).to_have_text(f"{count} articles, 1 to {SHOWN} shown.")
        following = tab.page.get_by_role("button", name="Next")
        following.press("Enter")
        expect(facts).to_have_text(f"{count} articles, {SHOWN + 1} to {2 * SHOWN} shown.")
        expect(facts).to_be_focused()
        expect(facts).to_be_in_viewport()
        following.press("Enter")
        expect(tab.page.locator(".article")).to_have_count(3)
        expect(following).to_be_disabled()
        remove = tab.page.get_by_role("button", name="Remove", exact=False).last
        remove.click()
        remove.click()
        tab.page.locator(".report .removed").wait_for()
        # What is shown is still the last page.
        expect(facts).to_have_text(f"{count - 1} articles, {2 * SHOWN + 1} to {count - 1} shown.")
        tab.page.get_by_label("Search the titles and files").fill("note hail")
        expect(facts).to_have_text("10 articles found.")
        expect(tab.page.locator(".turning")).to_have_count(0)
        assert tab.errors == []
    finally:
        app.close(verbose=False)


def test_a_browser_cannot_name_a_file_of_the_server(
    assistant: Assistant, address: str, open_tab: OpenTab, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret of Nowhere is a very old one.\n", encoding="utf-8")
    tab = open_tab(f"{address}/library", waits_for=".article")
    tab.page.evaluate("path => quoth.send([{ name: 'a.txt', path }])", str(secret))
    # Gradio refuses what it did not take itself, and so do we.
    tab.page.wait_for_timeout(1500)
    assert len(assistant.articles()) == 1
    assert secret.exists()


def test_a_read_only_library_takes_and_loses_nothing(assistant: Assistant, open_tab: OpenTab) -> None:
    app = build_app(assistant, read_only=True)
    address = serve(app, host="127.0.0.1", port=free_port("127.0.0.1", 0), read_only=True)
    try:
        tab = open_tab(f"{address}/library", waits_for=".article")
        assert tab.page.locator("[type=file], [data-remove]").count() == 0
        # Not even where a page is made to ask for it.
        tab.page.evaluate("source => quoth.remove(source)", assistant.articles()[0].source)
        tab.page.wait_for_timeout(1000)
        assert len(assistant.articles()) == 1
    finally:
        app.close(verbose=False)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(address: str, open_tab: OpenTab, width: int, scheme: str) -> None:
    """axe-core's rules, https://github.com/dequelabs/axe-core"""

    def serious() -> list[str]:
        violations = Axe().run(tab.page).response["violations"]
        return [
            f"{each['id']}: {node['html'][:200]}"
            for each in violations
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    tab = open_tab(address, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    assert serious() == []
    tab.ask("How many troops were sent?")
    tab.ask("What is the capital of Australia?")
    tab.page.locator(".narrow summary").click()
    tab.page.locator("[data-vote=down]").first.click()
    assert serious() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.page.locator(".number").first.click()
    tab.page.locator(".source").wait_for()
    assert serious() == []
    tab.page.goto(f"{address}/library")
    tab.page.locator(".pictures img").first.wait_for(state="attached")
    assert serious() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
