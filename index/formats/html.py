"""Web pages: the article of one, and all the text of one."""

from __future__ import annotations

import logging
import re

from index.formats import text
from index.formats.document import Document, UnusableError, iso_date, language_code, names, web_address

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([a-z0-9_-]{1,40})", re.IGNORECASE)
# Only the encodings that pages really use: Python knows others that take quadratic time or are not encodings of text.
_WEB_ENCODINGS = re.compile(r"(?:windows-|cp|iso-8859-|koi8|gb|big5|euc-|shift_jis)")
_BLANK_LINES = re.compile(r"\n{3,}")


def read_html(data: bytes) -> Document:
    """The article of a page, without what stands around it. Raises UnusableError where there is none."""
    return read_page(decode_html(data))


def decode_html(data: bytes) -> str:
    """As `text.decode`, but first by the encoding that the page declares. Raises UnusableError."""
    declared = _CHARSET.search(data, 0, 4096)
    encoding = declared[1].decode().lower() if declared else ""
    # What calls itself Latin-1 on the web is Windows-1252, as the HTML standard says.
    encoding = "cp1252" if encoding in ("iso-8859-1", "latin1", "us-ascii") else encoding
    if _WEB_ENCODINGS.match(encoding) and b"\0" not in data:
        try:
            data.decode()
        except UnicodeDecodeError:
            try:
                return data.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                pass
    return text.decode(data)


def read_page(page: str) -> Document:
    """As `read_html`, of a page that is decoded already."""
    if not page.strip("\ufeff \t\r\n"):
        raise UnusableError("is empty")
    from trafilatura import bare_extraction, load_html

    # It logs what it cannot read, which is said here by exception.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    # The extensive search takes any number in the page that looks like a date.
    dates = {"original_date": True, "extensive_search": False}
    tree = load_html(page)
    language = tree.get("lang") or tree.get("xml:lang") if tree is not None else None
    found = (
        None
        if tree is None
        else bare_extraction(tree, with_metadata=True, include_comments=False, date_extraction_params=dates)
    )
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        raise UnusableError("holds no article text (HTML)")
    return Document(
        found.text or "",
        title=found.title or "",
        published=iso_date(found.date),
        author=names(found.author),
        language=language_code(language) or language_code(found.language),
        url=web_address(found.url),
    )


def plain_text(page: str) -> str:
    """All the text of HTML, a paragraph or a table's row a line; for what is an article from its first to its last word."""
    from inscriptis import get_text

    return tidy(get_text(page)) if page.strip() else ""


def tidy(plain: str) -> str:
    """Without spaces at the ends of lines, and with no more than one blank line on end."""
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in plain.splitlines())).strip("\n")
