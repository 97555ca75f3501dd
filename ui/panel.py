"""The article beside the chat, with the words of a claim marked, and those of the other claims less."""

from __future__ import annotations

from collections.abc import Sequence

from index.articles import Article
from index.catalog import Catalog
from ui.render import Spans, escape, file_name, marked

# How much of an article is shown on each side of the place, in code points: a browser chokes on a book in one line.
SHOWN_AROUND = 200_000


def spans_in(written: str) -> list[tuple[int, int]]:
    """The spans of "12-20 40-50", as a button's data has them; what is none is left out."""
    parts = (part.partition("-") for part in written.split()[:1000])
    # Longer numbers are no offsets, and slow to read.
    return [
        (int(a), int(b)) for a, _, b in parts if a.isascii() and b.isascii() and a.isdigit() and b.isdigit() and len(a + b) < 40
    ]


def place_html(catalog: Catalog, source: str, quotes: Sequence[tuple[int, str]], start: int, end: int, also: Spans) -> str:
    """The article of a source as `source_html` shows it, in the version that an answer read.

    quotes: what the answer read of it, with offsets. An article that was edited since has other words at the places of the
    answer, which would be marked as if they were it.
    """
    version = catalog.version(source, quotes)
    if version is None:
        return source_html(catalog.article(source), 0, 0, note="It was edited since, and what the answer quotes is not there.")
    if version.replaced is None:
        return source_html(version.article, start, end, also)
    note = f"It was edited on {version.replaced[:10]}; this is how it was when the answer was given."
    return source_html(version.article, start, end, also, note)


def source_html(article: Article | None, start: int, end: int, also: Spans = (), note: str = "") -> str:
    """The article with start..end marked and `also` marked less; None for one that is not in the index. note: a sentence that
    is said before it."""
    if article is None:
        return _panel("No such article", "", "<p>It is not in the index (any more).</p>")
    facts = [file_name(article.source), article.author, article.published]
    first, last = max(0, start - SHOWN_AROUND), min(len(article.text), end + SHOWN_AROUND)
    said = f'<p class="edited" role="status">{escape(note)}</p>' if note else ""
    before = f'<p class="cut">{first:,} characters before this are not shown.</p>' if first else ""
    after = f'<p class="cut">{len(article.text) - last:,} characters after this are not shown.</p>'
    text = marked(article.text[first:last], [(start, end)], first, also=also)
    return _panel(
        article.title,
        " · ".join(escape(fact) for fact in facts if fact),
        f'{said}{before}<div class="text" dir="auto">{text}</div>{after if last < len(article.text) else ""}',
    )


def _panel(title: str, facts: str, body: str) -> str:
    """`facts` and `body` are HTML already; `title` is not. The heading takes the focus when the panel opens."""
    return (
        f'<section class="source" aria-label="Source"><header><h2 tabindex="-1" dir="auto">{escape(title)}</h2>'
        f'<button type="button" class="close">Close</button><p class="facts" dir="auto">{facts}</p></header>'
        f"{body}</section>"
    )
