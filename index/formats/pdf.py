"""PDF: the text page by page, its lines joined to paragraphs again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import quantiles
from typing import Any

from index.articles import normalise
from index.formats.document import Document, UnusableError, iso_date, language_code, names, without_ending

# A line that stands at the top or the foot of this many pages is no text of theirs.
_RUNNING_HEAD_PAGES = 3
# How much of the column's width a line fills, at least, that goes on in the next one; and where that begins in lower case.
_FULL, _FULL_ENOUGH = 0.8, 0.4

_HYPHEN = re.compile(r"(\w?)[\x02\ufffe]\s*(\w?)")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff]")
_NUMBER = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
_ENDED = re.compile(r"[.!?…:][\"'”’»)\]]{0,3}\Z")
_ITEM = re.compile(r"(?:[-*+•‣◦–▪●]|\(?\d{1,3}[.)]|\[\d{1,3}\])\s")


def read_pdf(data: bytes) -> Document:
    """Raises UnusableError where it is encrypted, damaged, or holds pictures only."""
    import pypdfium2  # type: ignore[import-untyped]
    from pypdfium2 import raw

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        encrypted = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise UnusableError("is encrypted" if encrypted else "cannot be read as PDF: it is damaged or none") from error
    pages = [_lines(pdf, number) for number in range(len(pdf))]
    heads = _running_heads(pages)
    texts = [normalise("\n".join(_join_lines(_without(lines, heads)))) for lines in pages]
    if not any(map(str.strip, texts)):
        raise UnusableError("holds no text (pages that are pictures need text recognition first)")
    starts, start = [], 0
    for text in texts:
        starts.append(start)
        start += len(text) + 1
    facts = pdf.get_metadata_dict()
    return Document(
        "\n".join(texts),
        title=without_ending(facts.get("Title", ""), ".pdf"),
        published=iso_date(facts.get("CreationDate")),
        author=names(facts.get("Author")),
        language=language_code(_language(pdf)),
        pages=tuple(starts),
    )


def _lines(pdf: Any, number: int) -> list[str]:
    """The lines of a page as they stand on it; none where it cannot be read, so that the others keep their numbers."""
    from pypdfium2 import PdfiumError

    try:
        page = pdf[number]
        text = page.get_textpage().get_text_bounded()
        page.close()
    except PdfiumError:
        return []
    # PDFium joins words that were hyphenated and marks where; a hyphen before a capital or a figure is the word's own.
    text = _HYPHEN.sub(lambda found: found[1] + ("" if found[2].islower() else "-") + found[2], text)
    lines = (" ".join(_UNPRINTABLE.sub("", line).split()) for line in text.split("\n"))
    return [line for line in lines if line]


def _language(pdf: Any) -> str | None:
    import ctypes

    from pypdfium2 import raw

    buffer = (ctypes.c_ushort * 32)()
    size = raw.FPDFCatalog_GetLanguage(pdf.raw, buffer, ctypes.sizeof(buffer))
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", errors="ignore") if size <= ctypes.sizeof(buffer) else None


def _shape(line: str) -> str:
    return _NUMBER.sub("0", line)


def _running_heads(pages: Sequence[Sequence[str]]) -> set[str]:
    """What stands first or last on many pages, its numbers aside."""
    shapes = Counter(shape for lines in pages if lines for shape in {_shape(lines[0]), _shape(lines[-1])})
    # Bare numbers may be the last row of a table, so that more than a few pages have to end with one.
    needed = max(_RUNNING_HEAD_PAGES, len(pages) / 3)
    return {shape for shape, count in shapes.items() if count >= (_RUNNING_HEAD_PAGES if _LETTER.search(shape) else needed)}


def _without(lines: list[str], heads: set[str]) -> list[str]:
    first = 1 if lines and _shape(lines[0]) in heads else 0
    last = len(lines) - 1 if len(lines) > first and _shape(lines[-1]) in heads else len(lines)
    return lines[first:last]


def _join_lines(lines: Sequence[str]) -> list[str]:
    """The paragraphs, each on a line; one ends where the next word would have fitted in and nothing says that it goes on."""
    if not lines:
        return []
    # The width of the column, whatever stands across the whole page.
    width = quantiles(map(len, lines), n=10)[-1] if len(lines) > 1 else len(lines[0])
    paragraphs = [lines[0]]
    for line, following in pairwise(lines):
        ended = _ENDED.search(line) is not None
        room = width - len(line) > len(following.split(" ", 1)[0])
        if ended or not following[0].islower():
            goes_on = len(line) >= _FULL * width and not (ended and room)
        else:
            goes_on = len(line) >= _FULL_ENOUGH * width
        if goes_on and not _ITEM.match(following):
            paragraphs[-1] += " " + following
        else:
            paragraphs.append(following)
    return paragraphs
