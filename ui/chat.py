"""The page to ask on, as a Gradio app: a conversation, a box to ask in, and a panel with the article an answer is from."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Gradio reads these from the environment alone. No statistics over the network and no look-up of newer versions; and of
# what was asked, which it would sum up after every question for a page of its own that we do not serve, the last only.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"

import gradio as gr

from index.errors import QuothError
from qa.reply import Reply
from ui.asking import steps
from ui.conversation import SUGGESTED, Exchange, Failure, Pending, conversation_html, quotes_of, suggestions_html
from ui.corpus import corpus_of, filters_of, masthead_html, places_html
from ui.feedback import keep
from ui.keep import conversation_json, conversation_markdown
from ui.panel import place_html, spans_in
from ui.render import escape
from ui.slots import Slots
from ui.suggested import Suggested

if TYPE_CHECKING:
    from qa.assistant import Assistant

# Two questions at a time: a model fills a core, and a third person waits less in the queue than beside it.
QUESTIONS_AT_ONCE = 2
# How many people's events may wait for their turn in it; waiting costs next to nothing.
WAITING_AT_ONCE = 100
FORM_HTML = (Path(__file__).parent / "form.html").read_text(encoding="utf-8")
HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_app(assistant: Assistant, *, read_only: bool = False, columns: Mapping[str, str] | None = None) -> gr.Blocks:
    """Both pages. What a person asked lives in their browser session's state and nowhere else, but for what they vote on.

    read_only: nobody adds or removes articles on the library page. columns: which column of an uploaded table holds what.
    """
    # Imported here because it imports this module's settings of the environment through gradio.
    from ui.library_page import library_page

    slots = Slots(QUESTIONS_AT_ONCE)
    suggested = Suggested(assistant, slots)
    suggested.seek()
    app = gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True)
    with app:
        _chat_page(app, assistant, suggested, slots)
    with app.route("Library", "/library"):
        library_page(app, assistant, suggested, read_only=read_only, columns=columns)
    return app


def _chat_page(app: gr.Blocks, assistant: Assistant, suggested: Suggested, slots: Slots) -> None:
    async def ask(exchanges: list[Exchange], event: gr.EventData) -> AsyncIterator[tuple[Any, ...]]:
        asked = event._data
        question = str(asked["question"])
        if not question.strip():
            yield conversation_html(exchanges), gr.skip(), gr.skip()
            return
        try:
            # The root is only asked for where a place is given, and looking it up takes time with many articles.
            corpus = corpus_of(assistant.articles() if asked["source"] else [])
            filters = filters_of(corpus, str(asked["source"]), str(asked["from"]), str(asked["to"]))
        except (QuothError, ValueError) as error:
            exchanges = [*exchanges, Exchange(question, Failure(str(error)))]
            yield conversation_html(exchanges), gr.skip(), exchanges
            return
        async for step in steps(assistant, question, exchanges, filters, slots):
            if isinstance(step, Pending):
                yield conversation_html(exchanges, step), gr.skip(), gr.skip()
            else:
                exchanges = [*exchanges, step]
                yield conversation_html(exchanges), suggestions_html(suggested.questions, exchanges), exchanges

    def stop(exchanges: list[Exchange]) -> str:
        return conversation_html(exchanges)

    def clear() -> tuple[str, str, str, list[Exchange]]:
        return conversation_html([]), suggestions_html(suggested.questions, []), "", []

    def open_source(exchanges: list[Exchange], event: gr.EventData) -> str:
        place = event._data
        source, start, end = str(place["article"]), int(place["start"]), int(place["end"])
        quotes = quotes_of(exchanges, int(place["turn"]), source)
        shown = place_html(assistant.index.catalog, source, quotes, start, end, spans_in(str(place["also"])))
        # The time makes it news to the page, which scrolls to the place again if it is the one already open.
        return f'<div data-opened="{time.time_ns()}">{shown}</div>'

    def vote(exchanges: list[Exchange], event: gr.EventData) -> str:
        given = event._data
        at, said = int(given["turn"]), str(given["vote"])
        if not 0 <= at < len(exchanges) or said not in ("up", "down"):
            return _status("There is no such answer.")
        reply = exchanges[at].outcome
        if not isinstance(reply, Reply):
            return _status("There is no such answer.")
        try:
            keep(assistant.index.catalog.folder, exchanges[at].id, said, str(given["note"])[:2000], reply)  # type: ignore[arg-type]
        except QuothError as error:
            return _status(str(error))
        return _status("Kept on this machine, thank you.")

    def download(exchanges: list[Exchange], event: gr.EventData) -> str:
        if event._data["kind"] == "json":
            return file_html("conversation.json", "application/json", conversation_json(exchanges))
        return file_html("conversation.md", "text/markdown", conversation_markdown(exchanges))

    def opening() -> tuple[str, str]:
        corpus = corpus_of(assistant.articles())
        return masthead_html(corpus, page="chat"), places_html(corpus)

    async def suggest(exchanges: list[Exchange]) -> str:
        await suggested.wait(SUGGESTED)
        return suggestions_html(suggested.questions, exchanges)

    turns = gr.State([])
    with gr.Row(elem_id="page"):
        with gr.Column(elem_id="chat"):
            masthead = part(masthead_html(corpus_of(assistant.articles()), page="chat"))
            conversation = part(conversation_html([]), "quothConversation(element, trigger, watch)")
            examples = part("", "quothExamples(element)")
            form = part(FORM_HTML, "quothForm(element, trigger)", elem_id="ask")
            places = part("")
            saved = part("", "quothDownload(element, watch)")
            status = part(_status(""))
        with gr.Column(elem_id="source"):
            source = part("", "quothSource(element, props, watch)")

    asking = form.submit(
        ask, turns, [conversation, examples, turns], trigger_mode="multiple", concurrency_limit=WAITING_AT_ONCE, **HIDDEN
    )
    # A question still being read would bring the old conversation back, hence the cancelling.
    form.stop(stop, turns, conversation, cancels=[asking], queue=False, **HIDDEN)
    form.clear(clear, None, [conversation, examples, source, turns], cancels=[asking], queue=False, **HIDDEN)
    form.download(download, turns, saved, **HIDDEN)
    conversation.click(open_source, turns, source, **HIDDEN)
    conversation.like(vote, turns, status, **HIDDEN)
    app.load(opening, None, [masthead, places], **HIDDEN)
    app.load(suggest, turns, examples, concurrency_limit=WAITING_AT_ONCE, **HIDDEN)


def part(value: str, script: str | None = None, *, elem_id: str | None = None) -> gr.HTML:
    """A part of the page that is our own HTML, with the function of page.js or library.js that it calls once."""
    return gr.HTML(value, apply_default_css=False, js_on_load=script, elem_id=elem_id)


def _status(text: str) -> str:
    # The time makes the same words news, so that they are shown and spoken again.
    return f'<p class="status" role="status" data-at="{time.time_ns()}">{escape(text)}</p>'


def file_html(name: str, kind: str, content: str) -> str:
    """What page.js saves as a file on the reader's machine; nothing is written here."""
    return (
        f'<div hidden data-at="{time.time_ns()}" data-name="{name}" data-kind="{kind}" data-content="{escape(content)}"></div>'
    )
