"""Documents in memory to articles: plain text here, everything whose parser might be led astray in a process of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from index.articles import (
    HTML,
    MAILBOX,
    MARKDOWN,
    MAX_HTML_MEBIBYTES,
    MAX_MEBIBYTES,
    Article,
    Unreadable,
    article_id,
    normalise,
    printable,
    shorten,
)
from index.formats.document import Document, UnusableError


def read_document(source: str, ending: str, data: bytes, file: str) -> Iterator[Article | Unreadable]:
    """The articles of a document in memory, one for every format but a mailbox.

    source: what the article is to be known by, of which a mailbox's mails are parts. ending: in lower case, one of the
    documents' (index.articles.DOCUMENTS). file: absolute path of the file that it comes from.
    """
    if ending == MAILBOX:
        yield from read_mailbox(source, BytesIO(data), file)
    elif len(data) > max_mebibytes(ending) * 2**20:
        yield Unreadable(printable(source), f"is larger than {max_mebibytes(ending)} MiB")
    else:
        yield _article(source, ending, data, file)


def read_mailbox(source: str, mailbox: BinaryIO, file: str) -> Iterator[Article | Unreadable]:
    """An article a mail, known by the mail's own identity, or by its number where it has none or one that was there before.

    Raises what reading the mailbox raises.
    """
    from index.formats.mail import message_id, split_mailbox

    known: set[str] = set()
    try:
        for number, mail in enumerate(split_mailbox(mailbox, MAX_MEBIBYTES * 2**20), 1):
            part = message_id(mail) if mail is not None else None
            if part is None or part in known:
                part = str(number)
            known.add(part)
            if mail is None:
                yield Unreadable(printable(f"{source}#{part}"), f"is larger than {MAX_MEBIBYTES} MiB")
            else:
                yield _article(f"{source}#{part}", ".eml", mail, file)
        if not known:
            raise UnusableError("is empty")
    except UnusableError as error:
        yield Unreadable(printable(source), str(error))


def max_mebibytes(ending: str) -> int:
    """How large a file of this ending may be."""
    return MAX_HTML_MEBIBYTES if ending in HTML else MAX_MEBIBYTES


def _article(source: str, ending: str, data: bytes, file: str) -> Article | Unreadable:
    try:
        document = _parse(ending, data)
        text = normalise(document.text.replace("\0", ""))
        if not text.strip():
            raise UnusableError("is empty")
        title = shorten(normalise(document.title)) or shorten(text.lstrip().split("\n", 1)[0]) or Path(file).stem
        author = normalise(document.author) if document.author else None
        "".join((text, title, author or "")).encode()
    except UnusableError as error:
        return Unreadable(printable(source), str(error), error.fleeting)
    except UnicodeEncodeError:
        return Unreadable(printable(source), "holds characters that are no Unicode text")
    return Article(
        article_id(source),
        source,
        title,
        text,
        document.published,
        author,
        document.language,
        hashlib.sha256(data).hexdigest(),
        file,
        # They were counted in a text that had to be normalised already.
        document.pages if text == document.text else (),
        document.url,
    )


def _parse(ending: str, data: bytes) -> Document:
    from index.formats.text import read_markdown, read_text

    if ending in MARKDOWN:
        return read_markdown(data)
    if ending == ".txt":
        return read_text(data)
    if not data.strip():
        raise UnusableError("is empty")
    from index.formats.worker import shared

    return shared.read(ending, data)
