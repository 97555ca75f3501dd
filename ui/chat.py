"""The chat as a Gradio app: a conversation, a box to ask in, and a panel that shows the article an answer is from."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Gradio reads these from the environment alone. No statistics over the network and no look-up of newer versions; and of
# what was asked, which it would sum up after every question for a page of its own that we do not serve, the last only.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"

import gradio as gr

from index.errors import QuothError
from qa.reply import Reply, Turn
from ui.render import Failure, conversation_html, source_html

if TYPE_CHECKING:
    from qa.assistant import Assistant

HERE = Path(__file__).parent
# Two questions at a time: a model fills a core, and a third person waits less in the queue than beside it.
QUESTIONS_AT_ONCE = 2
# Names of fonts, not files: whatever the reader's system has, and nothing to fetch.
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")

log = logging.getLogger(__name__)


def answer(assistant: Assistant, question: str, turns: Sequence[Reply | Failure]) -> Reply | Failure:
    """The assistant's reply, asked with the conversation so far; a failure is said in the conversation."""
    history = [Turn(turn.question, turn.answer.text if turn.answer else "") for turn in turns if isinstance(turn, Reply)]
    try:
        return assistant.ask(question, history=history)
    except (QuothError, ValueError) as error:
        return Failure(question, str(error))
    except Exception:
        # The reader of the page can do nothing with it; whoever runs the server finds it in the terminal.
        log.exception("The question %r failed.", question)
        return Failure(question, "Something went wrong with this question; the terminal of Quoth shows what.")


def build_app(assistant: Assistant) -> gr.Blocks:
    """The page. What a person asked lives in their browser session's state and nowhere else."""
    examples = assistant.suggest_questions()

    def ask(typed: str, turns: list[Reply | Failure], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        # An example's button sends its question with the event; otherwise the box has it.
        question = event._data["question"] if event._data else typed
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield conversation_html(turns, question, examples=examples), "", gr.skip()
        turns = [*turns, answer(assistant, question, turns)]
        yield conversation_html(turns, examples=examples), gr.skip(), turns

    def clear() -> tuple[str, str, list[Reply | Failure]]:
        return conversation_html([], examples=examples), "", []

    def open_source(event: gr.EventData) -> str:
        place = event._data
        shown = source_html(assistant.article(str(place["article"])), int(place["start"]), int(place["end"]))
        # The time makes it news to the page, which scrolls to the place again if it is the one already open.
        return f'<div data-opened="{time.time_ns()}">{shown}</div>'

    app = gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True)
    with app:
        turns = gr.State([])
        with gr.Row(elem_id="page"):
            with gr.Column(elem_id="chat"):
                gr.HTML(_masthead(len(assistant.articles())), apply_default_css=False, js_on_load=None)
                conversation = gr.HTML(
                    conversation_html([], examples=examples),
                    apply_default_css=False,
                    js_on_load="quothConversation(element, trigger, watch)",
                )
                with gr.Row(elem_id="ask"):
                    box = gr.Textbox(
                        label="Your question",
                        placeholder="Ask your articles",
                        show_label=False,
                        container=False,
                        autofocus=True,
                        max_lines=4,
                        submit_btn="Ask",
                        elem_id="question",
                    )
                    cleared = gr.Button("Clear", size="sm", elem_id="clear")
            with gr.Column(elem_id="source"):
                source = gr.HTML(apply_default_css=False, js_on_load="quothSource(element, props, watch)")

        asking = gr.on(
            [box.submit, conversation.submit],
            ask,
            [box, turns],
            [conversation, box, turns],
            show_progress="hidden",
            # What is asked while another question is read comes after it, instead of being dropped.
            trigger_mode="always_last",
            concurrency_limit=QUESTIONS_AT_ONCE,
            api_visibility="private",
        )
        # A question still being read would bring the old conversation back, hence the cancelling.
        cleared.click(
            clear,
            None,
            [conversation, source, turns],
            cancels=[asking],
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
        conversation.click(open_source, None, source, show_progress="hidden", api_visibility="private")
    return app


def _masthead(articles: int) -> str:
    asked = f"{articles:,} article{'' if articles == 1 else 's'}"
    return f'<header class="masthead"><h1>Quoth</h1><p>Ask {asked}. Every answer is a quote.</p></header>'


def serve(app: gr.Blocks, *, host: str, port: int) -> str:
    """Starts serving and returns the address once it answers; `app.close()` ends it. Raises OSError for a taken port.

    Everything is said here rather than left to Gradio's environment variables: no public link, no file of the disk, no
    interface for programs, no record of what was asked, no request to another host.
    """
    # Gradio asks its own address whether it answers, and no proxy knows that one.
    bypass = ["127.0.0.1", "localhost", host, os.environ.get("NO_PROXY"), os.environ.get("no_proxy")]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, bypass))
    _, address, _ = app.queue(api_open=False).launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inbrowser=False,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        blocked_paths=[],
        max_file_size=1,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace")),
        css=(HERE / "style.css").read_text(encoding="utf-8"),
        head=f"<script>{(HERE / 'page.js').read_text(encoding='utf-8')}</script>",
    )
    return str(address).rstrip("/")
