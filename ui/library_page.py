"""The library page: the articles with search, adding and removing them, pictures of the whole, and the votes as a file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.articles import ENDINGS, MAX_MEBIBYTES
from index.catalog import ArticleSummary
from index.errors import QuothError
from index.update import Progress
from ui.chat import HIDDEN, file_html, part
from ui.corpus import corpus_of, masthead_html
from ui.feedback import evaluation_file
from ui.library import Changes, Upload, add_uploads, remove_article
from ui.pictures import pictures_html
from ui.render import counted, escape, file_name
from ui.suggested import Suggested

if TYPE_CHECKING:
    from qa.assistant import Assistant

# Rows on a page of the list.
SHOWN = 50

log = logging.getLogger(__name__)


def library_page(
    app: gr.Blocks, assistant: Assistant, suggested: Suggested, *, read_only: bool, columns: Mapping[str, str] | None
) -> None:
    """Puts the page's parts and events into the app's current page. columns: which column of an uploaded table holds what."""
    catalog, embedder = assistant.index.catalog, assistant.index.embedder

    def showing(query: str, page: int) -> tuple[str, str]:
        summaries = assistant.articles()
        return masthead_html(corpus_of(summaries), page="library"), list_html(summaries, query, page, read_only=read_only)

    def opening() -> tuple[str, str]:
        return showing("", 0)

    def draw() -> str:
        return pictures_html(catalog)

    def look_up(event: gr.EventData) -> str:
        _, articles = showing(str(event._data["query"]), int(event._data["page"]))
        return articles

    async def take(event: gr.EventData) -> AsyncIterator[tuple[Any, ...]]:
        files = event._data["files"]
        # Only what this very server took: a path from a browser may name anything.
        uploads = [
            Upload(str(file["name"]), Path(file["path"]))
            for file in files
            if not read_only and str(file.get("path")) in app.upload_file_set
        ]
        refused = [(str(file["name"]), str(file.get("reason", "could not be sent"))) for file in files if not file.get("path")]
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Progress] = asyncio.Queue()

        def tell(progress: Progress) -> None:
            loop.call_soon_threadsafe(told.put_nowait, progress)

        work = asyncio.create_task(asyncio.to_thread(add_uploads, catalog, embedder, uploads, tell, columns))
        yield progress_html(None), gr.skip(), gr.skip()
        while not work.done():
            waiting = asyncio.create_task(told.get())
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                yield progress_html(waiting.result()), gr.skip(), gr.skip()
            else:
                waiting.cancel()
        try:
            changes = work.result()
        except (QuothError, OSError) as error:
            yield f'<p class="failed" role="alert">{escape(str(error))}</p>', gr.skip(), gr.skip()
            return
        suggested.seek()
        changes = Changes(changes.added, changes.changed, (), changes.unchanged, [*changes.failed, *refused])
        yield changes_html(changes), *showing(str(event._data["query"]), 0)

    def take_out(event: gr.EventData) -> tuple[Any, ...]:
        if read_only:
            return gr.skip(), gr.skip(), gr.skip()
        try:
            changes = remove_article(catalog, str(event._data["source"]))
        except (QuothError, OSError) as error:
            return f'<p class="failed" role="alert">{escape(str(error))}</p>', gr.skip(), gr.skip()
        suggested.seek()
        return changes_html(changes), *showing(str(event._data["query"]), int(event._data["page"]))

    def download() -> str:
        return file_html("feedback-questions.jsonl", "application/jsonl", evaluation_file(catalog.folder))

    with gr.Column(elem_id="library"):
        masthead = part(masthead_html(corpus_of(assistant.articles()), page="library"))
        tools = part(tools_html(read_only=read_only), "quothLibrary(element, trigger, upload)")
        report = part("", "quothReport(element, watch)")
        articles = part("", "quothArticles(element, watch)")
        pictures = part('<p class="pending"><span class="doing">Drawing the articles</span></p>', elem_id="pictures")
        saved = part("", "quothDownload(element, watch)")

    tools.input(look_up, None, articles, **HIDDEN)
    for change in (
        tools.upload(take, None, [report, masthead, articles], **HIDDEN),
        tools.delete(take_out, None, [report, masthead, articles], **HIDDEN),
    ):
        change.then(draw, None, pictures, **HIDDEN)
    tools.download(download, None, saved, **HIDDEN)
    app.load(opening, None, [masthead, articles], **HIDDEN)
    app.load(draw, None, pictures, **HIDDEN)


def tools_html(*, read_only: bool) -> str:
    """Search, and the place to drop files on unless the library is read-only."""
    kinds = ", ".join(sorted(ENDINGS))
    drop = (
        '<p class="facts">This library is read-only.</p>'
        if read_only
        else f'<div class="drop"><label for="files">Drop articles here, or choose files '
        f'<input type="file" id="files" multiple accept="{kinds.replace(" ", "")}" data-most="{MAX_MEBIBYTES}"></label>'
        f'<p class="facts">{kinds}, each of {MAX_MEBIBYTES} MB at most. They are kept beside the index.</p>'
        '<progress hidden max="1" value="0" aria-label="Sending files"></progress><p class="sending" role="status"></p></div>'
    )
    return (
        f'<div class="library_tools">{drop}<div class="row"><label>Search the titles and files '
        '<input type="search" name="query" autocomplete="off"></label>'
        '<button type="button" class="quiet" data-download="feedback">Export votes as an evaluation file</button></div></div>'
    )


def list_html(summaries: Sequence[ArticleSummary], query: str, page: int, *, read_only: bool) -> str:
    """A page, from 0, of the articles whose title or source holds every word of the query; the last one for one beyond it."""
    words = query.casefold().split()[:20]
    found = [each for each in summaries if all(word in f"{each.title} {each.source}".casefold() for word in words)]
    page = max(0, min(page, (len(found) - 1) // SHOWN))
    shown = found[page * SHOWN : (page + 1) * SHOWN]
    rows = "".join(_row(summary, read_only=read_only) for summary in shown)
    which = f", {page * SHOWN + 1:,} to {page * SHOWN + len(shown):,} shown" if len(shown) < len(found) else ""
    return (
        f'<section class="articles" aria-label="Articles" data-page="{page}"><p class="facts" role="status" tabindex="-1">'
        f"{counted(len(found), 'article')}{' found' if words else ''}{which}.</p><ul>{rows}</ul>"
        f"{_turning_html(page, -(-len(found) // SHOWN))}</section>"
    )


def _turning_html(page: int, pages: int) -> str:
    """The buttons to the pages before and after this one of `pages`."""
    if pages < 2:
        return ""
    before, after = (
        f'<button type="button" class="quiet" data-page="{to}"{"" if 0 <= to < pages else " disabled"}>{label}</button>'
        for to, label in ((page - 1, "Previous"), (page + 1, "Next"))
    )
    return f'<nav class="turning" aria-label="Pages of the list">{before}<span>Page {page + 1} of {pages}</span>{after}</nav>'


def _row(summary: ArticleSummary, *, read_only: bool) -> str:
    name = escape(summary.title or file_name(summary.source))
    remove = (
        ""
        if read_only
        else f'<button type="button" class="quiet" data-remove="{escape(summary.source)}"'
        f' aria-label="Remove {name}">Remove</button>'
    )
    published = f"<span>{escape(summary.published[:10])}</span>" if summary.published else ""
    return (
        f'<li class="article"><span class="title" dir="auto">{name}</span><p class="facts">'
        f'<span class="file" dir="auto" title="{escape(summary.source)}">{escape(file_name(summary.source))}</span>{published}'
        f"<span>{counted(summary.passages, 'passage')}</span>"
        f'<button type="button" class="quiet" data-only="{escape(summary.source)}" aria-label="Ask only {name}">Ask it</button>'
        f"{remove}</p></li>"
    )


def progress_html(progress: Progress | None) -> str:
    """How far the reading of new articles is."""
    done, of, made = (progress.bytes_done, progress.bytes_all, progress.passages) if progress else (0, 1, 0)
    return (
        f'<div class="report"><progress max="{max(1, of)}" value="{done}" aria-label="Reading the new articles"></progress>'
        f'<p role="status">Reading the new articles: {counted(made, "passage")} so far</p></div>'
    )


def changes_html(changes: Changes) -> str:
    """What was added, changed, removed and not read, by name."""
    said = [
        (label, [escape(name) for name in names])
        for label, names in (
            ("Added", changes.added),
            ("Changed", changes.changed),
            ("Removed", changes.removed),
            ("Already there", changes.unchanged),
        )
    ]
    said.append(("Not read", [f"{escape(name)} {escape(reason)}" for name, reason in changes.failed]))
    parts = [
        f'<p class="{label.lower().replace(" ", "_")}"><b>{label}</b> {counted(len(names), "article")}</p>'
        f"<ul>{''.join(f'<li dir=auto>{name}</li>' for name in names)}</ul>"
        for label, names in said
        if names
    ]
    return f'<div class="report" role="status">{"".join(parts) or "<p>Nothing was changed.</p>"}</div>'
