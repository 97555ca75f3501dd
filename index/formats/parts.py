"""Parts of a file as articles: what tables, feeds and archives share."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from index.articles import Article, Unreadable, article_id, normalise, shorten
from index.formats.document import language_code, names, web_address

# A longer text is hardly an article, and a line of gigabytes has to end somewhere.
MAX_CHARACTERS = 8 * 2**20
# How many of a file's unreadable parts are named; the others are counted.
MAX_NAMED = 20
MAX_ID = 500  # code points

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")


def article_of(source: str, file: str, fields: Mapping[str, str]) -> Article | Unreadable:
    """The article that a part of `file` makes. fields: by index.settings.FIELDS, as written; only "text" must be there."""
    text = fields.get("text", "")
    if len(text) > MAX_CHARACTERS:
        return Unreadable(source, f"is longer than {MAX_CHARACTERS:,} characters")
    text = normalise(text)
    title = shorten(normalise(fields.get("title", ""))) or shorten(text.lstrip().split("\n", 1)[0])
    author, language = names(normalise(fields.get("author", ""))), language_code(fields.get("language"))
    url = web_address(fields.get("url"))
    published = any_date(fields.get("published", ""))
    if not text.strip():
        return Unreadable(source, "holds no text")
    if "\0" in text or "\0" in title:
        return Unreadable(source, "is binary (holds NUL characters)")
    said = (text, title, published, author, language, url)
    try:
        "".join(part or "" for part in said).encode()
    except UnicodeEncodeError:
        return Unreadable(source, "holds characters that are no Unicode text")
    return Article(
        id=article_id(source),
        source=source,
        title=title,
        text=text,
        published=published,
        author=author,
        language=language,
        sha256=hashlib.sha256(json.dumps(said).encode()).hexdigest(),
        file=file,
        url=url,
    )


def part_source(whole: str, identity: str, number: int) -> str:
    """The source of a part of `whole`: by what it calls itself, so that others may come before it, or else by its number."""
    identity = identity.strip()
    return f"{whole}#{identity if 0 < len(identity) <= MAX_ID and identity.isprintable() else number}"


def name_few(items: Iterable[Article | Unreadable], whole: str, what: str) -> Iterator[Article | Unreadable]:
    """The items without those that repeat a source, and of the unreadable ones the first few and a count of the rest.

    what: the plural of what is counted, as "rows".
    """
    # Hashes, since a table may have millions of rows.
    seen: set[int] = set()
    unreadable, fleeting = 0, False
    for item in items:
        if isinstance(item, Unreadable):
            shown = item
        elif hash(item.source) not in seen:
            seen.add(hash(item.source))
            yield item
            continue
        else:
            shown = Unreadable(item.source, f"has the same name as one of the {what} before it")
        unreadable += 1
        if unreadable <= MAX_NAMED:
            yield shown
        else:
            fleeting = fleeting or shown.fleeting
    if unreadable > MAX_NAMED:
        yield Unreadable(whole, f"has {unreadable - MAX_NAMED:,} more {what} that cannot be read", fleeting)


def any_date(written: str) -> str | None:
    """The day in ISO 8601 that a date names in full, on the calendar it is written for; None where it does not.

    "03/04/2024" names two days, and so none. A number of ten or thirteen digits counts seconds or milliseconds since 1970.
    """
    from dateutil import parser  # type: ignore[import-untyped]  # takes a moment to import, and most corpora hold no tables

    written = " ".join(written[:200].split())
    if len(written) > 64 or not written.isascii():
        return None
    try:
        if _EPOCH.fullmatch(written):
            return datetime.datetime.fromtimestamp(int(written[:10]), datetime.UTC).date().isoformat()
        try:
            return datetime.datetime.fromisoformat(written).date().isoformat()
        except ValueError:
            if not _YEAR.search(written):
                return None
        # What is not written is taken from the default, and what may be a day or a month from `dayfirst`.
        orders = (False,) if _YEAR.match(written) else (False, True)
        defaults = (datetime.datetime(2000, 1, 1), datetime.datetime(2001, 2, 2))
        days = {
            parser.parse(written, default=default, dayfirst=order, ignoretz=True).date()
            for default in defaults
            for order in orders
        }
    except Exception:  # a parser given garbage may raise anything, and a date is no reason to lose an article
        return None
    return days.pop().isoformat() if len(days) == 1 else None
