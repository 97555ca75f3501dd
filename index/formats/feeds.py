"""RSS and Atom files: an article an entry, with what the feed itself holds of it. Nothing is fetched."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.articles import Article, Unreadable, printable
from index.formats.document import Document, UnusableError
from index.formats.parts import any_date, article_of, name_few, part_source
from index.formats.worker import shared

MAX_MEBIBYTES = 16  # it is parsed in Python, at about a megabyte a second


def read(path: Path) -> Iterator[Article | Unreadable]:
    """The entries of a feed, their sources the path with their ids, or links, or numbers: "/a.rss#https://b.example/c".

    Raises OSError.
    """
    source = os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps ".."
    with open(source, "rb") as file:  # noqa: PTH123 - a path of any form
        data = file.read(MAX_MEBIBYTES * 2**20 + 1)
    yield from read_data(source, data, source)


def read_data(source: str, data: bytes, file: str) -> Iterator[Article | Unreadable]:
    """As `read`, of a feed that lies in `file` under the name `source`."""
    try:
        if len(data) > MAX_MEBIBYTES * 2**20:
            raise UnusableError(f"is larger than {MAX_MEBIBYTES} MiB")
        if not data.strip():
            raise UnusableError("is empty")
        entries: list[dict[str, str]] = json.loads(shared.read(".rss", data).text)
    except UnusableError as error:
        yield Unreadable(printable(source), str(error), error.fleeting)
        return
    parts = (
        article_of(part_source(source, entry["id"] or entry["url"], number), file, entry)
        for number, entry in enumerate(entries, 1)
    )
    yield from name_few(parts, source, "entries")


def read_feed(data: bytes) -> Document:
    """The entries as JSON, a list of what index.settings.FIELDS names; it is called by index.formats.child.

    Raises UnusableError where there are none.
    """
    import feedparser  # type: ignore[import-untyped]

    # Bytes are taken for the name of a file or an address, a stream is not. What it holds is shown as text alone, so that
    # it need not be made safe as HTML.
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise UnusableError("holds no entries" if feed.version else "is no feed, neither RSS nor Atom")
    language = feed.feed.get("language") or ""
    return Document(json.dumps([_entry(entry, language) for entry in feed.entries]))


def _entry(entry: Any, language: str) -> dict[str, str]:
    contents = [*entry.get("content", ()), entry.get("summary_detail", {})]
    authors = [author.get("name") for author in entry.get("authors", ())]
    said = {
        # Some give the beginning again as the summary, some the whole as the summary.
        "text": max(map(_plain, contents), key=len),
        "title": " ".join(_plain(entry.get("title_detail", {})).split()),
        "published": _date(entry, "published") or _date(entry, "updated"),
        "author": ", ".join(filter(None, authors)) or entry.get("author"),
        "language": next((content["language"] for content in contents if content.get("language")), language),
        "url": entry.get("link"),
        "id": entry.get("id"),
    }
    # It writes some things as None that are not there.
    return {name: str(value or "") for name, value in said.items()}


def _plain(detail: Mapping[str, str]) -> str:
    from index.formats.html import plain_text

    value: str = detail.get("value") or ""
    return value if detail.get("type") == "text/plain" else plain_text(value)


def _date(entry: Any, name: str) -> str:
    """The day as the entry writes it, or else in Greenwich, where feedparser understands what is written."""
    understood = entry.get(f"{name}_parsed")
    return any_date(entry.get(name) or "") or (time.strftime("%Y-%m-%d", understood) if understood else "")
