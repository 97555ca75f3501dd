"""Facts about the articles: how many, the newest, and the folders and files by which one narrows a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.catalog import ArticleSummary
from index.search import Filters
from ui.render import counted, escape

# A browser lists no more than one can look through.
MOST_PLACES = 5000


@dataclass(frozen=True)
class Corpus:
    """articles: how many. newest: the latest ISO date, None where no article has one. root: what all sources begin with, up to
    a slash. places: folders, each with its slash, then files, all without the root."""

    articles: int
    newest: str | None
    root: str
    places: tuple[str, ...]


def corpus_of(summaries: Sequence[ArticleSummary]) -> Corpus:
    """The facts of these articles."""
    sources = [summary.source for summary in summaries]
    root = _common_folder(sources)
    below = [source[len(root) :] for source in sources]
    folders = {name[: slash.end()] for name in below for slash in re.finditer("/", name)}
    return Corpus(
        articles=len(sources),
        newest=max((summary.published[:10] for summary in summaries if summary.published), default=None),
        root=root,
        places=(*sorted(folders), *below)[:MOST_PLACES],
    )


def _common_folder(sources: Sequence[str]) -> str:
    if not sources:
        return ""
    # The first and the last in order differ the earliest.
    first, last = min(sources), max(sources)
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, same) + 1]


def filters_of(corpus: Corpus, place: str, first: str, last: str) -> Filters:
    """The filters of what was typed; "" is no limit. Raises ValueError for a date that is none.

    place: a folder or file below the root, or the beginning of a whole source.
    """
    place = place.strip()
    whole = place.startswith("/") or "://" in place or re.match(r"[A-Za-z]:\\", place) is not None
    source = place if whole or not place else corpus.root + place
    return Filters(source or None, _day(first), _day(last))


def _day(typed: str) -> str | None:
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip()[:40]).isoformat()
    except ValueError:
        raise ValueError(f"{typed[:40]!r} is no date; write it as 2025-04-28.") from None


def masthead_html(corpus: Corpus, *, page: str) -> str:
    """The head of a page: what the articles are, and the way to the other page. page: "chat" or "library"."""
    newest = f", the newest of {escape(corpus.newest)}" if corpus.newest else ""
    fact = f"{counted(corpus.articles, 'article')}{newest}. Every answer is a quote."
    links = "".join(
        f'<a href="{address}"{" aria-current=page" if name == page else ""}>{label}</a>'
        for name, address, label in (("chat", "./", "Ask"), ("library", "library", "Library"))
    )
    return f'<header class="masthead"><h1>Quoth</h1><p class="corpus">{fact}</p><nav aria-label="Pages">{links}</nav></header>'


def places_html(corpus: Corpus) -> str:
    """The choices of the box for a folder or file."""
    options = "".join(f'<option value="{escape(place)}"></option>' for place in corpus.places)
    return f'<datalist id="places">{options}</datalist>'
