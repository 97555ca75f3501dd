"""What a parser makes of a file, and what is made sure of in it, whatever the file says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

# A document of more text than this is hardly an article, and all of it would be held in memory several times over.
MAX_TEXT = 64 * 2**20  # code points
MAX_URL = 2000  # code points
MAX_NAMES = 200  # code points of an author

_DATE = re.compile(r"\s*(?:D:)?(\d{4})-?(\d{2})-?(\d{2})(?!\d{7})")
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][A-Za-z0-9_-]{0,30})?\s*")
_URL = re.compile(r"https?://[^\s/?#<>\"\\^`{|}]+[^\s<>\"\\^`{|}]*", re.IGNORECASE)


class UnusableError(Exception):
    """Why a document gives no article: a clause to be read after its name, as "is empty". fleeting: as in `Unreadable`."""

    def __init__(self, reason: str, *, fleeting: bool = False) -> None:
        super().__init__(reason)
        self.fleeting = fleeting


@dataclass(frozen=True)
class Document:
    """A text with what the document says of itself; each field but `text` may be missing.

    text: not yet normalised, except where there are pages. published: ISO 8601 date. language: ISO 639-1. url: the canonical
    one. pages: the offset at which each page starts, in code points of the normalised text.
    """

    text: str
    title: str = ""
    published: str | None = None
    author: str | None = None
    language: str | None = None
    url: str | None = None
    pages: tuple[int, ...] = ()


def iso_date(text: str | None) -> str | None:
    """The day with which a date begins that is written as in ISO 8601 or in a PDF file, or None.

    >>> iso_date("2024-05-06T10:00:00Z"), iso_date("D:20240506100000+02'00'"), iso_date("May 6"), iso_date("2024-02-30")
    ('2024-05-06', '2024-05-06', None, None)
    """
    found = _DATE.match(text or "")
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else None
    except ValueError:
        return None


def language_code(text: str | None) -> str | None:
    """The language of a tag such as "en-GB", in lower case, or None where it has no code of two letters.

    >>> language_code("en-GB"), language_code("DE"), language_code("English"), language_code("")
    ('en', 'de', None, None)
    """
    found = _LANGUAGE.fullmatch(text or "")
    return found[1].lower() if found else None


def web_address(text: str | None) -> str | None:
    """The text if it is an address on the web, or None.

    >>> web_address(" https://example.org/a "), web_address("javascript:alert(1)"), web_address("//example.org")
    ('https://example.org/a', None, None)
    """
    text = (text or "").strip()
    return text if len(text) <= MAX_URL and _URL.fullmatch(text) else None


def names(text: str | None) -> str | None:
    """Authors on one line, or None."""
    text = " ".join((text or "")[: 10 * MAX_NAMES].split())
    return text[:MAX_NAMES].strip() or None


def without_ending(title: str, ending: str) -> str:
    """A title that a program made of a file's name is none: "Microsoft Word - draft3.doc", "untitled", "a.pdf"."""
    title = title.strip()
    made_up = re.match(r"Microsoft \w{1,20} - |(?:untitled|document|title)\s*\d*\Z", title, re.IGNORECASE)
    if made_up or Path(title).suffix.lower() in (ending, ".doc", ".docx", ".tex", ".dvi", ".indd", ".qxd", ".rtf", ".odt"):
        return ""
    return title
