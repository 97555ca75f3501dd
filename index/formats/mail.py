"""Mail, mailboxes, and web pages saved as mail (MHTML)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import BinaryIO

from index.formats import text
from index.formats.document import Document, UnusableError, language_code, names, web_address
from index.formats.html import decode_html, plain_text, read_page, tidy

# How much of a line is read at once: there may be no line break in gigabytes.
_PIECE = 1024 * 1024
# A body's line that begins with "From " is quoted by every program that writes mailboxes; the time is to be sure of it.
_FROM_LINE = re.compile(rb"From \S.{0,200}?\d\d:\d\d")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_MESSAGE_ID = re.compile(
    rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?<([!-;=?-~]{1,100}@[!-;=?-~]{1,100})>", re.MULTILINE | re.IGNORECASE
)
_HEADERS = ("from", "date", "subject", "content-type")  # of which a mail has one at least
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def read_mail(data: bytes) -> Document:
    """What a mail says, not what is attached to it. Raises UnusableError."""
    message = _parse(data)
    body = message.get_body(("plain", "html"))
    content = _content(body) if isinstance(body, EmailMessage) else ""
    if isinstance(body, EmailMessage) and body.get_content_type() == "text/html":
        # A mail is nothing but its text, so that none of it is taken for what stands around one.
        content = plain_text(content)
    if not content.strip():
        raise UnusableError("holds no text (a mail)")
    name, address = parseaddr(_header(message, "from"))
    return Document(
        tidy(content),
        title=_header(message, "subject"),
        published=_day(message),
        author=names(name or address),
        language=language_code(_header(message, "content-language")),
    )


def read_mhtml(data: bytes) -> Document:
    """The article of a page that was saved with its pictures in one file. Raises UnusableError."""
    message = _parse(data)
    pages = (part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml"))
    page = next(pages, None)
    if not isinstance(page, EmailMessage):
        raise UnusableError("holds no page (MHTML)")
    found = read_page(_content(page))
    return Document(
        found.text,
        title=found.title or _header(message, "subject"),
        published=found.published,
        author=found.author,
        language=found.language,
        url=found.url
        or web_address(_header(message, "snapshot-content-location"))
        or web_address(_header(page, "content-location")),
    )


def split_mailbox(file: BinaryIO, max_bytes: int) -> Iterator[bytes | None]:
    """The mails of a mailbox file, one after the other; None for one of more than max_bytes.

    Raises UnusableError where it is no mailbox. The standard library's reader is not used, since it reads whole lines,
    opens the file to write to it, and goes over all of it before the first mail.
    """
    parts: list[bytes] = []
    size, starts_line, after_blank, begun = 0, True, True, False

    def mail() -> bytes | None:
        return _QUOTED_FROM.sub(rb"\1", b"".join(parts)) if size <= max_bytes else None

    while piece := file.readline(_PIECE):
        if starts_line and after_blank and _FROM_LINE.match(piece):
            if begun:
                yield mail()
            parts, size, begun = [], 0, True
        elif not begun:
            if piece.strip():
                raise UnusableError('is no mailbox (does not begin with "From ")')
        else:
            size += len(piece)
            if size <= max_bytes:
                parts.append(piece)
            else:
                parts.clear()
        after_blank = starts_line and not piece.strip()
        starts_line = piece.endswith(b"\n")
    if begun:
        yield mail()


def message_id(data: bytes) -> str | None:
    """The identity that a mail names, if it can stand in a source: no spaces, no more than 201 characters."""
    end = _END_OF_HEADERS.search(data)
    found = _MESSAGE_ID.search(data, 0, end.start() if end else len(data))
    return found[1].decode() if found else None


def _parse(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not any(name in message for name in _HEADERS):
        raise UnusableError("is no mail (has no headers)")
    return message


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:  # the standard library raises many errors on headers that are none
        return ""


def _day(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(_header(message, "date")).date().isoformat()
    except (TypeError, ValueError, OverflowError):
        return None


def _content(part: EmailMessage) -> str:
    """The decoded text of a part, whatever character set it claims to be in."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        return decode_html(data) if part.get_content_type() == "text/html" else text.decode(data)
